"""Today's work: the doubts that are still open, by what is expected to be lost, as much of it as the team can do."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from typing import Any

from functions.score.review_state import casework_of, closed_by, told
from functions.score.reviews import Found, ReviewIndex
from functions.score.verdict import unknown_of
from greenfraud.errors import ContractError, DamagedItem
from greenfraud.explanation import Explained
from greenfraud.features.logged import unpack
from greenfraud.features.manifest import Manifest
from greenfraud.instants import format_rfc3339
from greenfraud.items import decision as decision_items
from greenfraud.items.attributes import UNREADABLE
from greenfraud.items.decision import Decision
from greenfraud.policy import Policy
from greenfraud.policy.stake import at_stake, expected_loss, rank_of

logger = logging.getLogger(__name__)

WINDOW_DAYS = 7
LIST_LIMIT = 1000
USUAL_LIMIT = 100  # where the policy names no capacity
# What is told of a customer, of values that were kept with the decision.
USUAL = (
    "customer_mean_amount_90d",
    "customer_count_90d",
    "customer_seconds_since_last",
    "customer_count_1d",
    "customer_declined_7d",
    "amount_over_customer_largest_90d",
)


@dataclass(frozen=True)
class Asked:
    """Which days, how many doubts at most (as many as the policy says, where nobody says), and whether decided ones too."""

    days: Sequence[str]
    limit: int | None = None
    is_all: bool = False


def window(today: date) -> list[str]:
    """Return today and the days before it whose doubts are still looked at, the earliest first.

    >>> window(date(2018, 5, 20))[0], len(window(date(2018, 5, 20)))
    ('2018-05-14', 7)
    """
    return [(today - timedelta(days=back)).isoformat() for back in reversed(range(WINDOW_DAYS))]


@dataclass(frozen=True)
class Worklist:
    """The list as it is told under a policy, by a manifest, at a moment."""

    index: ReviewIndex
    manifest: Manifest
    policy: Policy
    now_us: int

    def told(self, asked: Asked) -> dict[str, Any]:
        """Return the list as the API tells it."""
        capacity = self._capacity()
        wanted = USUAL_LIMIT if capacity is None else capacity
        limit = min(wanted if asked.limit is None else asked.limit, LIST_LIMIT)
        found = list(islice(self._entries(asked), limit + 1))
        listed = [entry for entry in found[:limit] if entry is not None]
        listed.sort(key=lambda entry: -_rank(entry))  # stable: of equals the index's order
        return {
            "day": asked.days[-1],
            "since": asked.days[0],
            "capacity": capacity,
            "more": len(found) > limit or None in found,
            "reviews": listed,
        }

    def _capacity(self) -> int | None:
        """Whole reviews a day: a policy of an earlier release may say 59.5. None is no team that can do none, which is 0."""
        told = None if self.policy.money is None else self.policy.money.reviews_a_day
        return None if told is None else int(told)

    def _entries(self, asked: Asked) -> Iterator[dict[str, Any] | None]:
        """What is damaged is named in the log, and must not hide the others; None comes last where nobody looks further."""
        for found in self.index.walk(asked.days, is_all=asked.is_all):
            if found is None:
                yield None
                return
            try:
                entry = self._entry(found)
            except UNREADABLE as error:
                damage = error if isinstance(error, DamagedItem) else DamagedItem(decision_items.KIND, "answer", error)
                logger.warning("left out of the review list: %s", damage)
                continue
            if asked.is_all or entry["state"] != "decided":
                yield entry

    def _entry(self, found: Found) -> dict[str, Any]:
        decision = decision_items.decode(found.decision)
        casework = casework_of(found.decision, found.records)
        transaction, probability = decision.transaction, probability_of(decision.answer)
        stake = decision.at_stake_minor
        if stake is None:  # an earlier release decided
            stake = at_stake(self.policy.money, decision.outcome, transaction.amount_minor)
        return {
            **decision.answer,
            "occurred_at": format_rfc3339(transaction.occurred_us),
            "amount_minor": transaction.amount_minor,
            "currency": transaction.currency,
            "customer_id": transaction.customer_id,
            "terminal_id": transaction.terminal_id,
            "usual": usual_of(decision, self.manifest),
            "expected_loss_minor": expected_loss(decision.outcome, probability, stake),
            "at_stake_minor": stake,
            **told(casework, closed_by(casework, found.records), self.now_us),
        }


def probability_of(answer: Mapping[str, Any]) -> float | None:
    """Return what the model said, None where none answered. Raises LookupError, TypeError or ValueError for anything else."""
    told = answer["fraud_probability"]
    if told is not None and not 0.0 <= told <= 1.0:
        raise ValueError
    probability: float | None = told
    return probability


def usual_of(decision: Decision, manifest: Manifest) -> list[dict[str, Any]]:
    """Return what was known of the customer then, in sentences; nothing where the values are not kept, or another manifest's."""
    values: Mapping[str, float | None] = {}
    with suppress(ContractError):
        if decision.features is not None and decision.manifest_version == manifest.version:
            values = unpack(decision.features, manifest.names)
    explained = Explained(manifest, values, unknown_of(decision.answer["degraded"]), decision.transaction.currency)
    names = [name for name in USUAL if name in values]
    texts = {explained.sentence_of(name): name for name in reversed(names)}  # of a customer nobody knows, all say the same
    return [{"name": name, "value": values[name], "text": text} for text, name in reversed(texts.items())]


def _rank(entry: Mapping[str, Any]) -> float:
    return rank_of(entry["decision"], entry["fraud_probability"], entry["at_stake_minor"])
