"""Score a payment that is typed in: what would become of it and why. It is decided and counted as any other."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from cli.console.card_numbers import without_card_number
from cli.console.console import Console
from cli.errors import CommandError, InputError
from greenfraud.features.manifest import load_manifest

NUMBER = "number"  # the kind of an extra column whose text must become one
FIELDS = ("transaction_id", "occurred_at", "customer_id", "terminal_id", "amount", "currency")


def form(console: Console, request: Request) -> Response:
    """An empty form, but for an id that nobody has, this moment, and the platform's currency."""
    return _page(console, request, _suggested(console))


def score(console: Console, request: Request) -> Response:
    """The answer to what was typed, above the form, in which what was typed stands again, but for card numbers."""
    typed: Mapping[str, str] = request.scope["form"]
    kept = {name: without_card_number(text) for name, text in typed.items()}
    try:
        answer = console.ask("POST", "/v1/score?reasons=true", body_of(typed))
    except CommandError as refused:
        return _page(
            console, request, {**_blank(), **kept}, fault=str(refused), status=422 if isinstance(refused, InputError) else 502
        )
    return _page(console, request, {**_blank(), **kept, **_new()}, answer=answer)


def body_of(typed: Mapping[str, str]) -> dict[str, Any]:
    """The transaction as the API takes it, without the fields that were left empty. InputError naming a field that is no number."""
    extras = load_manifest().extra_columns
    given = {name: text.strip() for name, text in typed.items() if name in (*FIELDS, *extras) and text.strip()}
    return {name: _number(name, text) if extras.get(name) == NUMBER else text for name, text in given.items()}


def _number(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise InputError(f"{name}: must be a number, such as 12.5") from None


def _blank() -> dict[str, str]:
    return dict.fromkeys((*FIELDS, *load_manifest().extra_columns), "")


def _new() -> dict[str, str]:
    return {"transaction_id": f"console-{secrets.token_hex(6)}", "occurred_at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"}


def _suggested(console: Console) -> dict[str, str]:
    try:
        currency = console.target.currency
    except CommandError:  # who may not read the stacks types it
        currency = ""
    return _blank() | _new() | {"currency": currency}


def _page(  # noqa: PLR0913 - what a page is told
    console: Console,
    request: Request,
    values: Mapping[str, str],
    *,
    fault: str | None = None,
    status: int = 200,
    answer: Mapping[str, Any] | None = None,
) -> Response:
    extras = load_manifest().extra_columns
    return console.page(request, "score", status=status, fault=fault, values=values, extras=extras, answer=answer)
