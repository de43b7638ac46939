"""The first page: what serves and why, what waits for a person, what runs, what it emits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from cli.audit.entries import read_entries
from cli.changes import model_name
from cli.console.console import Console
from cli.console.emissions import of_day
from cli.console.executions import newest
from cli.console.part import Part, parts_of
from cli.console.words import refresh_of
from greenfraud.callers import name_of as caller_name
from greenfraud.executions import name_of
from greenfraud.items.ledger import PROMOTE, ROLL_BACK

SHOWN_REVIEWS, SHOWN_EXECUTIONS = 5, 3
ANSWERED = {"production": "production answers", "fallback": "the fallback answers", "rules": "the rules answer"}

Document = Mapping[str, Any]


class Fact(NamedTuple):
    """A term, its figure, and what that rests on."""

    name: str
    value: str
    basis: str
    is_alarming: bool = False


def today(console: Console, request: Request) -> Response:
    """All that is going on, on one page."""
    parts: dict[str, Any] = parts_of(
        {
            "production": lambda: console.ask("GET", "/v1/production"),
            "card": lambda: console.ask("GET", "/v1/model"),
            "change": lambda: last_change(read_entries(console.target)),
            "reviews": lambda: console.ask("GET", f"/v1/reviews?limit={SHOWN_REVIEWS}"),
            "executions": lambda: newest(console.target, SHOWN_EXECUTIONS),
            "emissions": lambda: of_day(console.target, datetime.now(UTC).date()),
        }
    )
    facts = facts_of(parts["card"], parts["change"], parts["production"])
    why, also = why_of(parts["change"])
    return console.page(request, "today", facts=facts, why=why, also=also, refresh=refresh_of(request), **parts)


def last_change(entries: Sequence[Document]) -> Document | None:
    """The ledger's last entry by which another model came to serve."""
    return next((entry for entry in reversed(entries) if entry["verb"] in (PROMOTE, ROLL_BACK)), None)


def facts_of(card: Part, change: Part, production: Part) -> list[Fact]:
    """What serves, since when and why, by which policy, and whether all of that is as it should be."""
    return [_model(card), _since(change), _policy(card), _health(card), *_beside(production)]


def _model(card: Part) -> Fact:
    if card.fault is not None:
        return Fact("Answers now", "unavailable", card.fault)
    told = card.value
    answering, production, basis = told["answering"], told["production"], f"control revision {told['revision']}"
    is_another = told["answered_by"] != "production" and production is not None
    if is_another:
        basis = f"production is {model_name(production)}, {basis}"
    if answering is None:
        return Fact("Answers now", model_name(None), basis, is_another)
    return Fact("Answers now", answering["family"], f"{answering['version']}, {basis}", is_another)


def _since(change: Part) -> Fact:
    if change.fault is not None:
        return Fact("Since", "unavailable", change.fault)
    if change.value is None:
        return Fact("Since", "never changed", "no model was promoted yet: the rules answer")
    entry = change.value
    done = "promoted" if entry["verb"] == PROMOTE else "rolled back"
    return Fact("Since", entry["at"][:10], f"{entry['at'][11:16]}, {done} by {actor_of(entry)}")


def actor_of(entry: Document) -> str:
    """Who changed what serves, in words: an execution of the pipeline by its name."""
    return f"execution {name_of(entry['actor'])}" if ":execution:" in entry["actor"] else caller_name(entry["actor"])


def why_of(change: Part) -> tuple[list[str], list[str]]:
    """The reasons of a change that name the model which came, and the others; all of them where none names it."""
    if change.value is None:
        return [], []
    reasons, model = change.value["reasons"], model_name(change.value["production"])
    why = [one for one in reasons if model in one]
    return (why, [one for one in reasons if one not in why]) if why else (reasons, [])


def _policy(card: Part) -> Fact:
    if card.fault is not None:
        return Fact("Policy", "unavailable", card.fault)
    policy = card.value["policy"]
    return Fact("Policy", policy["version"], f"sha256 {policy['sha256'][:12]}" if policy["sha256"] else "its digest is unavailable")


def _health(card: Part) -> Fact:
    if card.fault is not None:
        return Fact("State", "unavailable", card.fault, is_alarming=True)
    degraded = card.value["degraded"]
    if degraded:
        return Fact("State", "degraded", ", ".join(degraded), is_alarming=True)
    by = card.value["answered_by"]
    return Fact("State", "ok", f"{ANSWERED.get(by, by)}; ids are kept as {card.value['ids'].removeprefix('as ')}")


def _beside(production: Part) -> list[Fact]:
    """Canary and shadow, where there are some; who may not read production learns nothing of them."""
    if production.fault is not None:
        return []
    told, found = production.value, []
    if (canary := told["canary"]) is not None:
        basis = f"{canary['version']}, answers {told['canary_percent']} % of the customers"
        found.append(Fact("Canary", canary["family"], basis))
    if (shadow := told["shadow"]) is not None:
        found.append(Fact("Shadow", shadow["family"], f"{shadow['version']}, scores beside, answers nobody"))
    return found
