"""The release of a payment that was held, stored once beside its decision: from then on it is accepted.

It repeats what ingestion needs to know of the payment, which never asks for the decision.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import Any

from greenfraud.instants import HOUR_US, LAST_US, SECOND_US
from greenfraud.items import decision, entities
from greenfraud.items.attributes import Attributes, Item, number_cells, text_cells
from greenfraud.items.entities import Entities
from greenfraud.items.tables import EXPIRY
from greenfraud.records import MAXIMUM_AMOUNT_MINOR

KIND = "release"
# Whatever says since when, a payment is accepted later than it was tried: in that microsecond its outcome was to hold it.
FIRST_US = 1
# So much later than it says it may be told: reviewers' systems send lists, and clocks differ.
TOLERATED_US = HOUR_US
# What releasing a payment needs of its decision.
HELD = (decision.KEY, "occurred_us", "customer_id", "terminal_id", "amount_minor", decision.EXTRAS, EXPIRY)
DECIDED_AT, TOLD_US = "decided_at", "released_us"


@dataclass(frozen=True)
class ReleasedPayment:
    """A held payment, and since when it counts as accepted; `source` says by whom or by what it was let go.

    `decided_at`, in epoch seconds, is when its decision was written, by the clock of `decision.written_at`: who was forgotten
    between the two had made the payment before. None where the release does not say so. `released_us` is what was told: it is
    earlier than `accepted_us` where it was told late. `entities` are what its extra columns name, by column.
    """

    transaction_id: str
    accepted_us: int
    source: str
    occurred_us: int
    customer_id: str
    terminal_id: str | None
    amount_minor: int
    decided_at: float | None = None
    released_us: int | None = None
    entities: Entities = field(default_factory=dict, hash=False)

    def entity(self, join_key: str) -> str | None:
        """Return whose past the payment is part of, by the column that names it."""
        named = {"customer_id": self.customer_id, "terminal_id": self.terminal_id}
        return named[join_key] if join_key in named else self.entities.get(join_key)

    def lake_row(self) -> dict[str, Any]:
        """Return the columns of the lake's releases."""
        row = asdict(self)
        named: dict[str, str] = row.pop(entities.ATTRIBUTE)
        return {name: cell for name, cell in row.items() if name != DECIDED_AT and (name, cell) != (TOLD_US, None)} | named


def release_of(item: Item, released_us: int, source: str, now_seconds: float) -> ReleasedPayment:
    """Return the release of the payment whose decision has the attributes HELD. Raises DamagedItem.

    What nobody had told could not be served. It counts as accepted at the earliest when it is told, by the clock of the events:
    as long after the payment as `now_seconds`, by the wall clock, is after the decision, less TOLERATED_US.
    """
    decided_at = decision.written_at(item) if EXPIRY in item else None
    release = _release(Attributes(item, decision.KIND), released_us, source, decided_at)
    release = replace(release, entities=entities.of_decision(item))
    told_us = 0 if decided_at is None else told_at_us(release.occurred_us, decided_at, now_seconds)
    return replace(release, accepted_us=max(release.accepted_us, told_us), released_us=released_us)


def told_at_us(event_us: int, written_seconds: float, now_seconds: float) -> int:
    """Return the moment before which nothing that is told now could be known, by the clock of the events.

    An event of `event_us` was written at `written_seconds` by the wall clock; by it, `now_seconds` is now.

    >>> told_at_us(0, 100.0, 100.0 + 7200) == HOUR_US
    True
    """
    return event_us + int((now_seconds - written_seconds) * SECOND_US) - TOLERATED_US


def _release(read: Attributes, released_us: int, source: str, decided_at: float | None) -> ReleasedPayment:
    occurred_us = read.whole("occurred_us", LAST_US)
    return ReleasedPayment(
        transaction_id=read.parsed(decision.KEY, decision.identity),
        accepted_us=max(released_us, occurred_us + FIRST_US),
        source=source,
        occurred_us=occurred_us,
        customer_id=read.parsed("customer_id", decision.identity),
        terminal_id=decision.terminal_id_of(read),
        amount_minor=read.whole("amount_minor", MAXIMUM_AMOUNT_MINOR),
        decided_at=decided_at,
    )


def encode(release: ReleasedPayment, now_seconds: float) -> dict[str, Any]:
    """Return the item; `now_seconds`, by the wall clock, starts its time to live."""
    texts = {"source": release.source, "customer_id": release.customer_id}
    if release.terminal_id is not None:
        texts["terminal_id"] = release.terminal_id
    numbers: dict[str, float] = {
        "accepted_us": release.accepted_us,
        "occurred_us": release.occurred_us,
        "amount_minor": release.amount_minor,
        EXPIRY: int(now_seconds) + decision.KEPT_SECONDS,
    }
    if release.decided_at is not None:
        numbers[DECIDED_AT] = release.decided_at
    if release.released_us is not None:
        numbers[TOLD_US] = release.released_us
    told = {**text_cells(texts), **entities.cells(release.entities), **number_cells(numbers)}
    return {**decision.key(release.transaction_id, KIND), **told}


def decode(item: Item) -> ReleasedPayment:
    """Return what an item or a stream record's image says. Raises DamagedItem."""
    read = Attributes(item, KIND)
    decided_at = read.quantity(DECIDED_AT) if read.has(DECIDED_AT) else None
    release = _release(read, read.whole("accepted_us", LAST_US), read.text("source"), decided_at)
    release = replace(release, entities=entities.told_by(read))
    return replace(release, released_us=read.whole(TOLD_US, LAST_US)) if read.has(TOLD_US) else release
