"""What a policy makes of a holdout's payments, alone and beside a model, as scoring would: lists, priorities and exceptions too."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from greenfraud.policy import Payment, judge
from greenfraud.policy.payment import NUMBERS, TEXTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa
    from numpy.typing import NDArray

    from greenfraud.policy import Policy
    from greenfraud.policy.rule import Rule

log = logging.getLogger(__name__)


def judgeable(policy: Policy, table: pa.Table) -> Policy:
    """Return the policy without rules that ask for what a chunk's file does not keep, as a column of the request; they are named.

    Told that nothing stands there, `channel is missing` would hold for every payment.
    """
    known = {*table.column_names, *NUMBERS, *TEXTS, *(one.fact for one in policy.lists)}
    left_out = [rule.name for rule in (*policy.rules, *policy.guardrails) if rule.names - known]
    if left_out:
        log.info("alerts are judged without %s: chunks keep no such column", ", ".join(left_out))

    def kept(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
        return tuple(rule for rule in rules if rule.name not in left_out)

    return replace(policy, rules=kept(policy.rules), guardrails=kept(policy.guardrails)) if left_out else policy


def payments_of(table: pa.Table, policy: Policy, currency: str) -> Iterator[Payment]:
    """Yield each row as the policy sees it; customers and terminals are called as the lake calls them, tokens where ids are."""
    columns = {name: table[name].to_pylist() for name in policy.asked if name in table.column_names}
    who = [_column(table, name) for name in ("amount_minor", "occurred_us", "customer_id", "terminal_id")]
    for row, (amount, occurred, customer, terminal) in enumerate(zip(*who, strict=True)):
        values = {name: column[row] for name, column in columns.items()}
        yield Payment(values, amount, currency, occurred or 0, customer, terminal)


def _column(table: pa.Table, name: str) -> list[int | str | None]:
    found: list[int | str | None] = table[name].to_pylist() if name in table.column_names else [None] * table.num_rows
    return found


def asks_the_model(policy: Policy) -> bool:
    """Return whether what the policy says beside a model is more than what it says alone, or-ed with the model's own alerts."""
    rules = (*policy.rules, *policy.guardrails)
    return bool(policy.lists) or any(rule.needs_model or rule.beside_model == "allow" for rule in rules)


def alerts_beside(policy: Policy, table: pa.Table, scores: NDArray[np.float64], currency: str) -> NDArray[np.bool_]:
    """Return which payments do not simply pass where a model gives these probabilities."""
    judged = zip(payments_of(table, policy, currency), scores.tolist(), strict=True)
    return np.fromiter((judge(policy, payment, score).decision != "allow" for payment, score in judged), bool, len(scores))
