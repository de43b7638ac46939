"""`make permissions`: what each role is granted and what the walks used, line by line where the two differ."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.permissions.acknowledged import Acknowledgement, AcknowledgementError, idle, read
from benchmarks.permissions.lines import Line, NothingRecordedError, lines_of, read_records, refusals, synthesised_roles
from benchmarks.report import PLAIN_WIDTH, publish

ROOT = Path(__file__).resolve().parents[2]
RECORDS = ROOT / ".local/permissions"
ACKNOWLEDGED = ROOT / "cdk/permissions.toml"
PEERS = {"used": "requests that the embedded AWS judged in the walks recorded in .local/permissions"}


def main() -> int:
    """Print the report; 1 when something is neither used nor acknowledged, or was denied; 2 without records."""
    parser = argparse.ArgumentParser(prog="make permissions", description=__doc__)
    parser.add_argument("--records", type=Path, default=RECORDS, help="folder of what embedded AWSs wrote down")
    parser.add_argument("--acknowledged", type=Path, default=ACKNOWLEDGED, help="accepted lines with their reasons")
    chosen = parser.parse_args()
    try:
        records, entries = read_records(chosen.records, synthesised_roles(ROOT / "cdk.out")), read(chosen.acknowledged)
    except (NothingRecordedError, AcknowledgementError) as failure:
        print(failure, file=sys.stderr)
        return 2
    lines = lines_of(records)
    measures = measure(lines, entries, len(refusals(records)))
    console = Console(highlight=False, width=None if sys.stdout.isatty() else PLAIN_WIDTH)
    console.print(table_of(lines, entries))
    troubles = list(differences(lines, entries)) + [f"denied: {said}" for said in refusals(records)]
    troubles += [
        f"acknowledges nothing: {entry.kind} {entry.role} {entry.action} {entry.resource}" for entry in idle(entries, lines)
    ]
    for trouble in troubles:
        console.print(trouble, markup=False, soft_wrap=True)
    console.print(f"seen by {len(records)} embedded AWSs; accepted lines and their reasons: {chosen.acknowledged.name}")
    publish("permissions", measures, PEERS)
    return 1 if troubles else 0


def is_acknowledged(line: Line, entries: list[Acknowledgement]) -> bool:
    """Whether an entry accepts the line."""
    return any(entry.accepts(line) for entry in entries)


def differences(lines: list[Line], entries: list[Acknowledgement]) -> list[str]:
    """Lines that nobody accepted, in words."""
    open_lines = [line for line in lines if (line.is_unused or line.is_broader) and not is_acknowledged(line, entries)]
    return [
        f"{'never used' if line.is_unused else 'broader than used'}: {line.role}: {line.action} on {line.resource}"
        + ("" if line.is_unused else f" (used: {line.narrowest})")
        for line in open_lines
    ]


def measure(lines: list[Line], entries: list[Acknowledgement], denied: int) -> dict[str, float]:
    """The figures by their names."""
    unaccepted = [line for line in lines if not is_acknowledged(line, entries)]
    return {
        "granted": len(lines),
        "used": sum(not line.is_unused for line in lines),
        "acknowledged": len(lines) - len(unaccepted),
        "broader_unacknowledged": sum(line.is_broader for line in unaccepted),
        "unused_unacknowledged": sum(line.is_unused for line in unaccepted),
        "denied": denied,
    }


def table_of(lines: list[Line], entries: list[Acknowledgement]) -> Table:
    """One row per role."""
    table = Table(box=None, pad_edge=False)
    for name in ("role", "granted", "used", "acknowledged", "open"):
        table.add_column(name, justify="left" if name == "role" else "right", no_wrap=True)
    for role in sorted({line.role for line in lines}):
        figures = measure([line for line in lines if line.role == role], entries, 0)
        left = figures["broader_unacknowledged"] + figures["unused_unacknowledged"]
        table.add_row(role, *(f"{figures[name]:.0f}" for name in ("granted", "used", "acknowledged")), f"{left:.0f}")
    return table


if __name__ == "__main__":
    sys.exit(main())
