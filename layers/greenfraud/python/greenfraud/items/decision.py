"""The decision about a transaction: what was answered, on which values, by whom and at what cost."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from greenfraud.canonical import canonical_json, sha256_hex
from greenfraud.exchange import Original
from greenfraud.instants import LAST_US, day_of
from greenfraud.items import review
from greenfraud.items.attributes import Attributes, Item, number_cells, text_cells
from greenfraud.items.tables import DECISIONS, EXPIRY, REVIEWS
from greenfraud.money import EURO
from greenfraud.outcomes import ALLOW, OUTCOMES, accepted_at_once
from greenfraud.records import MAXIMUM_AMOUNT_MINOR, MAXIMUM_ID_LENGTH, Transaction

KIND = "decision"
KEY, RECORD = DECISIONS.partition, "record"
EXTRAS = "extras"
RULES = "rules"  # the family of what answered where no model did
# Labels carry only the id; the decision supplies the rest, so it outlives the longest window plus lag.
KEPT_SECONDS = 400 * 86_400
LAST_REVISION = 2**53  # beyond it, JSON's numbers are not whole


@dataclass(frozen=True)
class Decision:
    """One answer and what it cost; `family` and `version` name the model, or the rules and their policy.

    `rank` orders the review list: what a mistake is expected to lose by the policy's money, as `policy.stake` finds it, and
    `at_stake_minor` is the most that it can; of records of earlier releases it is the probability, and they lack the other.
    `features` are the values decided on, as `features.logged` packs them; `manifest_version` names them. `policy_sha256` is the
    digest of the policy that decided, as `policy.stored` finds it, and `control_revision` that of the control document; records of
    earlier releases lack both. `shadow` is what the model in shadow would have said, where one was asked: its family,
    version, probability and decision.
    """

    transaction: Transaction
    answer: dict[str, Any]
    family: str
    version: str
    duration_seconds: float
    energy_kwh: float
    emissions_g: float
    rank: float = 0.0
    manifest_version: str | None = None
    features: bytes | None = None
    policy_sha256: str | None = None
    control_revision: int | None = None
    at_stake_minor: float | None = None
    shadow: dict[str, Any] | None = None

    @property
    def outcome(self) -> str:
        """What was decided, one of `outcomes.OUTCOMES`."""
        return str(self.answer["decision"])

    @property
    def accepted_us(self) -> int | None:
        """When it was accepted, if at once."""
        return accepted_at_once(self.outcome, self.transaction.occurred_us)

    def lake_row(self) -> dict[str, Any]:
        """Return the columns of the lake's transactions: what was tried, and what became of it; `propensity` where chance did."""
        explored = self.answer.get("exploration")
        chance = {"propensity": explored["propensity"]} if explored else {}
        return self.transaction.lake_row() | {"decision": self.outcome, "accepted_us": self.accepted_us} | chance


def key(transaction_id: str, record: str = KIND) -> dict[str, Any]:
    """Return the key of a transaction's decision, or of another record of it."""
    return {KEY: {"S": transaction_id}, RECORD: {"S": record}}


def encode(decision: Decision, now_seconds: float, to_json: Callable[[Any], str] = json.dumps) -> dict[str, Any]:
    """Return the item; `now_seconds`, by the wall clock, starts its time to live."""
    transaction = decision.transaction
    texts = {
        "customer_id": transaction.customer_id,
        "content_sha256": content_sha256(transaction.to_json()),
        "answer": to_json(decision.answer),
        "decision": decision.answer["decision"],
        "currency": transaction.currency,
        "family": decision.family,
        "version": decision.version,
    }
    optional = {
        REVIEWS.partition: _review_part(decision),
        "terminal_id": transaction.terminal_id,
        EXTRAS: to_json(transaction.extras) if transaction.extras else None,
        "original": to_json(transaction.original.to_json()) if transaction.original else None,
        "manifest_version": decision.manifest_version,
        "policy_sha256": decision.policy_sha256,
        "shadow": to_json(decision.shadow) if decision.shadow else None,
    }
    numbers: dict[str, float] = {
        "occurred_us": transaction.occurred_us,
        "amount_minor": transaction.amount_minor,
        "rank": decision.rank,
        "emissions_g": decision.emissions_g,
        "energy_kwh": decision.energy_kwh,
        "duration_seconds": decision.duration_seconds,
        EXPIRY: int(now_seconds) + KEPT_SECONDS,
    }
    if decision.control_revision is not None:
        numbers["control_revision"] = decision.control_revision
    if decision.at_stake_minor is not None:
        numbers["at_stake_minor"] = decision.at_stake_minor
    known = {name: text for name, text in optional.items() if text is not None}
    item = {**key(transaction.transaction_id), **text_cells(texts | known), **number_cells(numbers)}
    return item if decision.features is None else item | {"features": {"B": decision.features}}


def _review_part(decision: Decision) -> str | None:
    """Return where the review list finds it, None for what asks for no person."""
    if decision.answer["decision"] == ALLOW:
        return None
    return review.part_of(day_of(decision.transaction.occurred_us).isoformat(), decision.transaction.transaction_id)


def to_decided(transaction_id: str, occurred_us: int, table: str) -> dict[str, Any]:
    """Return the Update by which a doubt leaves the list of what is open; nothing else of a decision ever changes."""
    return {
        "TableName": table,
        "Key": key(transaction_id),
        "UpdateExpression": "SET #day = :decided",
        "ConditionExpression": f"attribute_exists({KEY})",  # it may have expired: an update would make it anew
        "ExpressionAttributeNames": {"#day": REVIEWS.partition},
        "ExpressionAttributeValues": {":decided": {"S": review.decided_part_of(day_of(occurred_us).isoformat(), transaction_id)}},
    }


def is_open(item: Item) -> bool:
    """Tell whether a decision stands in the list of what is open."""
    return not str(item.get(REVIEWS.partition, {}).get("S", review.DECIDED)).endswith(review.DECIDED)


def decode(item: Item) -> Decision:
    """Return the decision of an item or of a stream record's image. Raises DamagedItem."""
    read = Attributes(item, KIND)
    return Decision(
        transaction=_transaction(read),
        answer=read.parsed("answer", _told_answer),
        family=read.text("family"),
        version=read.text("version"),
        duration_seconds=read.quantity("duration_seconds"),
        energy_kwh=read.quantity("energy_kwh"),
        emissions_g=read.quantity("emissions_g"),
        rank=read.quantity("rank") if read.has("rank") else 0.0,
        manifest_version=read.text("manifest_version") if read.has("manifest_version") else None,
        features=read.content("features") if read.has("features") else None,
        policy_sha256=read.text("policy_sha256") if read.has("policy_sha256") else None,
        control_revision=read.whole("control_revision", LAST_REVISION) if read.has("control_revision") else None,
        at_stake_minor=read.quantity("at_stake_minor") if read.has("at_stake_minor") else None,
        shadow=read.object("shadow") if read.has("shadow") else None,
    )


def _told_answer(text: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(text)
    if answer["decision"] not in OUTCOMES:
        raise ValueError
    return answer


def _transaction(read: Attributes) -> Transaction:
    return Transaction(
        transaction_id=read.parsed(KEY, identity),
        occurred_us=read.whole("occurred_us", LAST_US),
        customer_id=read.parsed("customer_id", identity),
        terminal_id=terminal_id_of(read),
        amount_minor=read.whole("amount_minor", MAXIMUM_AMOUNT_MINOR),
        currency=read.text("currency") if read.has("currency") else EURO,  # told since a platform can have another one
        extras=read.object(EXTRAS) if read.has(EXTRAS) else {},
        original=read.parsed("original", _original) if read.has("original") else None,
    )


def _original(text: str) -> Original:
    return Original(**json.loads(text))


def terminal_id_of(read: Attributes) -> str | None:
    """Return where the transaction happened, None where no terminal was told. Raises DamagedItem."""
    return read.parsed("terminal_id", identity) if read.has("terminal_id") else None


def outcome_of(item: Item) -> str:
    """Return what was decided. Raises DamagedItem."""

    def parse(text: str) -> str:
        if text not in OUTCOMES:
            raise ValueError
        return text

    return Attributes(item, KIND).parsed("decision", parse)


def answer_of(item: Item, from_json: Callable[[str], Any] = json.loads) -> dict[str, Any]:
    """Return the answer that a stored decision gave. Raises DamagedItem."""

    def parse(text: str) -> dict[str, Any]:
        answer: dict[str, Any] = from_json(text)
        if not isinstance(answer["degraded"], list):
            raise TypeError
        return answer

    return Attributes(item, KIND).parsed("answer", parse)


def content_sha256(record: Mapping[str, Any]) -> str:
    """Return the digest by which a repeated request is told from another one under the same id."""
    return sha256_hex(canonical_json(record))


def content_sha256_of(item: Item) -> str:
    """Return the digest that was stored. Raises DamagedItem."""
    return Attributes(item, KIND).text("content_sha256")


def written_at(item: Item) -> float:
    """Return when a record was written, in epoch seconds: each is kept for the same time from then on. Raises DamagedItem."""
    return Attributes(item, KIND).quantity(EXPIRY) - KEPT_SECONDS


def record_of(item: Item) -> str:
    """Return which record of a transaction it is: the decision or a report; part of the key, so always there."""
    return str(item[RECORD]["S"])


def identity(text: str) -> str:
    """Return an id as it stands. Raises ValueError for one that no edge lets in."""
    if not 1 <= len(text) <= MAXIMUM_ID_LENGTH:
        raise ValueError
    return text
