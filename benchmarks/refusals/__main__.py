"""`make bench-refusals`: grants taken out of the template, one per walk, and how each is missed, as a table."""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from benchmarks.progress import Progress
from benchmarks.refusals.assembly import NoAssemblyError, read_templates, write_changed
from benchmarks.refusals.choice import NAMED, NoSuchGrantError, draw, find, needed, resolved
from benchmarks.refusals.grants import Grant, Template, grants_of, without
from benchmarks.refusals.platform import ROOT, NotStartedError, platform
from benchmarks.refusals.walk import ROUTES, Outcome, walk
from benchmarks.refusals.words import words_of
from benchmarks.report import PLAIN_WIDTH, publish

ASSEMBLY = ROOT / "cdk.out"
PEERS = {"walk": "the template deployed to an embedded AWS of its own: alarm, import, execution, scores, rollback, nightly upkeep"}
LINE = re.compile(r"granted at (.*), which the deployed template lacks")


@dataclass(frozen=True)
class Row:
    """A grant that was taken out, and what became of the walk without it."""

    grant: Grant
    outcome: Outcome
    words: str

    @property
    def is_noticed(self) -> bool:
        """Whether the action was refused that was taken out: with everything in place none is."""
        return any(one["action"] == self.grant.action for one in self.outcome.denied)

    @property
    def showed(self) -> str:
        """Where it came to light."""
        if not self.is_noticed:
            return "nowhere" if self.outcome.step is None else f"{self.outcome.step}: {self.outcome.said}"
        if self.outcome.denied[0]["said"].startswith("arn:aws:cloudwatch:"):
            return "an alarm that reaches nobody"
        return str(self.outcome.step)

    @property
    def lines(self) -> str:
        """The line of cdk/ that grants it, as the refusal names it."""
        found = LINE.search(next((one["said"] for one in self.outcome.denied if one["action"] == self.grant.action), ""))
        return found.group(1) if found else "-"


class BrokenWalkError(Exception):
    """The walk with the unchanged template does not end well."""


def main() -> int:
    """Print the table; 1 when a grant was missed by nobody, 2 when there is nothing to take out."""
    parser = argparse.ArgumentParser(prog="make bench-refusals", description=__doc__)
    parser.add_argument("--seed", type=int, default=7, help="of the draw among what the unchanged walk needed")
    parser.add_argument("--drawn", type=int, default=5, help="how many are drawn beside the five that are named")
    chosen = parser.parse_args()
    began = time.monotonic()
    try:
        with TemporaryDirectory(prefix="refusals-") as folder:
            return report(*take_out(Path(folder), chosen.seed, chosen.drawn), began=began)
    except (NoAssemblyError, NoSuchGrantError, NotStartedError, BrokenWalkError) as failure:
        print(failure, file=sys.stderr)
        return 2


def take_out(folder: Path, seed: int, drawn: int) -> tuple[dict[str, float], list[Row]]:
    """The unchanged walk, then a row per grant; figures of what there was to choose from."""
    templates, progress = read_templates(ASSEMBLY), Progress("refusals", 1 + len(NAMED) + drawn)
    grants, unchanged = grants_of(templates), unchanged_walk(folder / "unchanged")
    progress.finish("nothing taken out")
    known = resolved(grants, unchanged.record)
    named = [find(one, known) for one in NAMED]
    pool = needed(known, unchanged.record, ROUTES)
    rows = []
    for number, grant in enumerate([*named, *draw(set(pool) - set(named), seed, drawn)]):
        rows.append(row_of(folder / str(number), templates[grant.stack], grant))
        progress.finish(f"{grant.holder} {grant.action}")
    return {
        "granted": len(grants),
        "needed": len(pool),
        "unchanged_denied": len(unchanged.denied),
        "unchanged_seconds": unchanged.seconds,
    }, rows


def unchanged_walk(folder: Path) -> Outcome:
    """How the walk ends with nothing taken out. Raises BrokenWalkError unless that is well, with nothing denied."""
    with platform(folder) as own:
        outcome = walk(own, ASSEMBLY)
    if outcome.step is not None:
        told = [outcome.said, *(one["said"] for one in outcome.denied)]
        raise BrokenWalkError(f"with nothing taken out, the walk ends in {outcome.step}: {'; '.join(told)}")
    return outcome


def row_of(folder: Path, template: Template, grant: Grant) -> Row:
    """The walk without one grant."""
    assembly = write_changed(ASSEMBLY, folder / "cdk.out", grant.stack, without(template, grant))
    with platform(folder / "aws") as own:
        outcome = walk(own, assembly)
        return Row(grant, outcome, words_of(own, outcome.said) if outcome.denied else "")


def report(measured: dict[str, float], rows: Sequence[Row], *, began: float) -> int:
    """Print and publish."""
    console = Console(highlight=False, width=None if sys.stdout.isatty() else PLAIN_WIDTH)
    console.print(table_of(rows))
    noticed = sum(row.is_noticed for row in rows)
    counted = {"taken_out": len(rows), "noticed": noticed, "unnoticed": len(rows) - noticed}
    slowest = max(row.outcome.seconds for row in rows)
    publish("refusals", {**counted, **measured, "slowest_seconds": slowest, "seconds": time.monotonic() - began}, PEERS)
    return 1 if noticed < len(rows) else 0


def table_of(rows: Sequence[Row]) -> Table:
    """A row per grant."""
    table = Table(show_lines=True, pad_edge=False)
    for name, width in (("taken out", 36), ("showed in", 11), ("AWS's words", 42), ("granted at", 17)):
        table.add_column(name, width=width, overflow="fold")
    for row in rows:
        what = f"{row.grant.holder}\n{row.grant.action}\n{row.grant.resource}"
        table.add_row(what, row.showed, row.words, row.lines)
    return table


if __name__ == "__main__":
    sys.exit(main())
