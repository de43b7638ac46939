"""What people did about one doubt, stored once beside its decision: who has it, what they noted, what they found it to be.

It names the customer as the decision does, so that whoever forgets a customer finds it, and expires with the decision.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import Any

from greenfraud.instants import HOUR_US, LAST_US
from greenfraud.items import decision
from greenfraud.items.attributes import Attributes, Item, number_cells, text_cells
from greenfraud.items.tables import DECISIONS, EXPIRY

KIND = "review"
CLAIM_US = HOUR_US  # so long nobody else takes it; whoever goes home leaves nothing locked
MOST_NOTES, MOST_NOTE = 10, 500  # notes, characters of each: an item has its limit, and so has an answer
NOTES = "notes"  # the attribute of what people wrote, which may name anybody
LAST_REVISION = 2**31


@dataclass(frozen=True)
class Claim:
    """Who has it, by the caller's ARN, and until when."""

    by: str
    since_us: int
    until_us: int


@dataclass(frozen=True)
class Note:
    """What somebody wrote."""

    by: str
    at_us: int
    text: str


@dataclass(frozen=True)
class Finding:
    """What somebody found it to be, and when."""

    is_fraud: bool
    by: str
    at_us: int


@dataclass(frozen=True)
class Casework:
    """All of it; `revision` counts its writes, 0 while nothing is stored, and `expires_at` is the decision's, in epoch seconds."""

    transaction_id: str
    customer_id: str
    expires_at: int
    claim: Claim | None = None
    notes: tuple[Note, ...] = ()
    finding: Finding | None = None
    revision: int = 0

    def claim_at(self, now_us: int) -> Claim | None:
        """Return the claim that holds at a moment: one that was found out about, or whose time is over, holds nothing."""
        return self.claim if self.claim and self.finding is None and now_us < self.claim.until_us else None


def of_decision(item: Item) -> Casework:
    """Return the casework of a decision that nobody has touched. Raises DamagedItem."""
    read = Attributes(item, decision.KIND)
    return Casework(
        read.parsed(decision.KEY, decision.identity),
        read.parsed("customer_id", decision.identity),
        read.whole(EXPIRY, LAST_US),
    )


def put(casework: Casework, table: str) -> dict[str, Any]:
    """Return the Put of the next revision, which fails where somebody else wrote first.

    One after the first also fails where the customer was forgotten meanwhile; the first names the customer whom the decision
    named when it was read, and whoever forgets searches again for what was written meanwhile.
    """
    item = encode(replace(casework, revision=casework.revision + 1))
    if casework.revision == 0:
        return {"TableName": table, "Item": item, "ConditionExpression": DECISIONS.is_new}
    return {
        "TableName": table,
        "Item": item,
        "ConditionExpression": "#revision = :revision AND #customer_id = :customer_id",
        "ExpressionAttributeNames": {"#revision": "revision", "#customer_id": "customer_id"},
        "ExpressionAttributeValues": {
            ":revision": {"N": str(casework.revision)},
            ":customer_id": {"S": casework.customer_id},
        },
    }


def encode(casework: Casework) -> dict[str, Any]:
    """Return the item."""
    texts, numbers = {"customer_id": casework.customer_id}, {"revision": casework.revision, EXPIRY: casework.expires_at}
    if casework.notes:
        texts[NOTES] = json.dumps([asdict(note) for note in casework.notes], ensure_ascii=False)
    if (claim := casework.claim) is not None:
        texts["claimed_by"] = claim.by
        numbers |= {"claimed_us": claim.since_us, "claimed_until_us": claim.until_us}
    item: dict[str, Any] = {}
    if (finding := casework.finding) is not None:
        texts["found_by"], numbers["found_us"] = finding.by, finding.at_us
        item["found_fraud"] = {"BOOL": finding.is_fraud}
    return {**decision.key(casework.transaction_id, KIND), **text_cells(texts), **number_cells(numbers), **item}


def decode(item: Item) -> Casework:
    """Return what an item says. Raises DamagedItem."""
    read = Attributes(item, KIND)
    claim = finding = None
    if read.has("claimed_by"):
        claim = Claim(read.text("claimed_by"), read.whole("claimed_us", LAST_US), read.whole("claimed_until_us", LAST_US))
    if read.has("found_by"):
        finding = Finding(read.flag("found_fraud"), read.text("found_by"), read.whole("found_us", LAST_US))
    return Casework(
        transaction_id=read.parsed(decision.KEY, decision.identity),
        customer_id=read.parsed("customer_id", decision.identity),
        expires_at=read.whole(EXPIRY, LAST_US),
        claim=claim,
        notes=read.parsed(NOTES, _notes) if read.has(NOTES) else (),
        finding=finding,
        revision=read.whole("revision", LAST_REVISION),
    )


def _notes(text: str) -> tuple[Note, ...]:
    notes = tuple(Note(**one) for one in json.loads(text))
    if not all(isinstance(one.by, str) and isinstance(one.text, str) and 0 <= one.at_us <= LAST_US for one in notes):
        raise TypeError
    return notes
