"""What became of every row of a file: counts for a person, and a file with each row's reason."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from intake.labels.reading import LabelFile, Row

ACCEPTED, KNOWN, UNKNOWN, CONTRADICTING, REFUSED = "accepted", "known", "unknown", "contradicting", "refused"
OUTCOMES = (ACCEPTED, KNOWN, UNKNOWN, CONTRADICTING, REFUSED)
HEADINGS = ("row", "transaction_id", "label", "outcome", "reason")
ROWS_AT_ONCE = 10_000


class Receipt:
    """Two numbers a row, so that a file of a million rows is no million objects."""

    def __init__(self, file: LabelFile) -> None:
        """Begin with nothing settled."""
        self._file = file
        self._outcomes = np.full(len(file), -1, np.int8)
        self._reasons = np.zeros(len(file), np.int32)
        self._texts: dict[str, int] = {}

    def settle(self, row: Row, outcome: str, reason: str) -> None:
        """Note what became of a row, and why."""
        self._outcomes[row.number] = OUTCOMES.index(outcome)
        self._reasons[row.number] = self._texts.setdefault(reason, len(self._texts))

    @property
    def counts(self) -> dict[str, int]:
        """How many rows there are of each outcome."""
        found = {outcome: int((self._outcomes == number).sum()) for number, outcome in enumerate(OUTCOMES)}
        return {"rows": len(self._file), **found}

    def write(self, path: Path) -> None:
        """Write every row with its reason, in one step: nothing else ever shows an id."""
        reasons = list(self._texts)
        partial = path.with_suffix(f"{path.suffix}.partial")
        with partial.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(HEADINGS)
            for rows in self._file.in_file_order(ROWS_AT_ONCE):
                for row in rows:
                    outcome, reason = OUTCOMES[self._outcomes[row.number]], reasons[self._reasons[row.number]]
                    word = "fraud" if row.label.is_fraud else "legitimate"
                    writer.writerow((self._file.ids.where(row.number), row.label.transaction_id, word, outcome, reason))
        partial.replace(path)


def write_refusal(path: Path, reason: str) -> None:
    """Write the receipt of a file that was refused whole: nothing of it was told, and why."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADINGS, ("the whole file", "", "", REFUSED, reason)])
