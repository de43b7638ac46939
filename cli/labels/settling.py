"""One file of labels, from its rows to its receipt: told to the API for payments decided here, stored for imported ones."""

from __future__ import annotations

from pathlib import Path

from cli.labels import decided, imported
from cli.labels.reading import Asked, Row, read_labels
from cli.labels.receipt import Settled, counts, write_receipt
from cli.recovery.stored import Stored
from cli.screen import Screen
from cli.target import Target
from greenfraud.items import decision


def settle(target: Target, screen: Screen, file: Path, asked: Asked, receipt: Path) -> dict[str, int]:
    """Return how many rows came to what, after the receipt is written. InputError for a file that cannot be used."""
    rows = read_labels(file, asked)
    with screen.step("label", f"telling {len(rows):,} labels"):
        names = list(dict.fromkeys(row.label.transaction_id for row in rows))
        known = {name for name, _ in Stored(target).items((name, decision.KIND) for name in names)}
        here = [row for row in rows if row.label.transaction_id in known]
        others = [row for row in rows if row.label.transaction_id not in known]
        settled = decided.send(target, here, lambda done: screen.doing(f"telling: {done:,} of {len(rows):,}"))
        settled += _imported(target, screen, others) if others else []
    write_receipt(receipt, settled)
    screen.line(f"  each row's reason: {receipt}")
    return counts(settled)


def _imported(target: Target, screen: Screen, rows: list[Row]) -> list[Settled]:
    names = list(dict.fromkeys(row.label.transaction_id for row in rows))
    found = imported.find_payments(target, names, lambda done, of: screen.doing(f"looking in the lake: file {done:,} of {of:,}"))
    return imported.store(target, rows, found, lambda done: screen.doing(f"telling: {done:,} of {len(rows):,} imported"))
