"""Scoring the transactions that were held back, and a table of the answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from rich.table import Table

from cli.api import call_api
from cli.data.dataset import HeldBack
from cli.progress import grams
from cli.target import Target
from greenfraud.instants import format_rfc3339
from greenfraud.money import in_words


@dataclass(frozen=True)
class Score:
    """The API's answer for a held-back transaction, beside the truth."""

    held: HeldBack
    answer: Mapping[str, Any]

    def document(self) -> dict[str, Any]:
        """The answer as it came, with the event and the truth."""
        transaction = self.held.transaction
        occurred_at = format_rfc3339(transaction.occurred_us)
        return {"occurred_at": occurred_at, "amount_minor": transaction.amount_minor, "is_fraud": self.held.is_fraud, **self.answer}


def score_held_back(target: Target, held_back: Iterable[HeldBack]) -> Iterable[Score]:
    """Score each transaction in turn. The same one twice gets the stored answer."""
    for held in held_back:
        yield Score(held, call_api(target, "POST", "/v1/score", held.transaction.to_json()))


def score_table(scores: Iterable[Score]) -> Table:
    """Scores beside the truth, one row each."""
    table = Table(box=None, pad_edge=False, padding=(0, 1))
    for title, justify in (
        ("  transaction", "left"),
        ("amount", "right"),
        ("truth", "left"),
        ("probability", "right"),
        ("decision", "left"),
    ):
        table.add_column(title, justify=justify, no_wrap=True)  # type: ignore[arg-type]
    table.add_column("reasons")
    table.add_column("model", overflow="fold")
    table.add_column("CO2e", justify="right", no_wrap=True)
    for score in scores:
        table.add_row(*_score_row(score))
    return table


def _score_row(score: Score) -> list[str]:
    answer, transaction = score.answer, score.held.transaction
    probability, model = answer.get("fraud_probability"), answer.get("model")
    return [
        f"  {transaction.transaction_id}",
        in_words(transaction.amount_minor, transaction.currency),
        "fraud" if score.held.is_fraud else "legitimate",
        "-" if probability is None else f"{probability:.4f}",
        answer["decision"],
        " ".join(reason["text"] for reason in answer.get("reasons", [])[:2]) or "-",
        f"{model['family']}/{model['version']}" if model else "rules",
        grams(answer.get("emissions_g")),
    ]
