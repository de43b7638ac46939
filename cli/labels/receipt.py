"""What became of every row of a file: counts for a person, and a file with each row's reason."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cli.labels.reading import Row

ACCEPTED, KNOWN, UNKNOWN, CONTRADICTING, REFUSED = "accepted", "known", "unknown", "contradicting", "refused"
OUTCOMES = (ACCEPTED, KNOWN, UNKNOWN, CONTRADICTING, REFUSED)
HEADINGS = ("row", "transaction_id", "label", "outcome", "reason")


@dataclass(frozen=True)
class Settled:
    """A row, what became of it, and why."""

    row: Row
    outcome: str
    reason: str


def counts(settled: Sequence[Settled]) -> dict[str, int]:
    """How many rows there are of each outcome."""
    found = Counter(one.outcome for one in settled)
    return {"rows": len(settled), **{outcome: found[outcome] for outcome in OUTCOMES}}


def write_receipt(path: Path, settled: Sequence[Settled]) -> None:
    """Write every row with its reason, in one step: nothing else ever shows an id."""
    partial = path.with_suffix(f"{path.suffix}.partial")
    with partial.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADINGS)
        for one in settled:
            label = one.row.label
            writer.writerow(
                (one.row.where, label.transaction_id, "fraud" if label.is_fraud else "legitimate", one.outcome, one.reason)
            )
    partial.replace(path)
