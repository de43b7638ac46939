"""`make bench-learning`: run every part, print its table, write `.local/bench/learning.json`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import torch
from rich.console import Console

from benchmarks.learning import calibration, estimation, feedback, feeds, late_reports, prior
from benchmarks.options import parser
from benchmarks.progress import Progress
from benchmarks.report import publish

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from benchmarks.learning.part import Measured

# A part adds its module here.
PARTS: Mapping[str, Measured] = {
    "feedback": feedback,
    "late_reports": late_reports,
    "prior": prior,
    "calibration": calibration,
    "estimation": estimation,
    "feeds": feeds,
}


def main(words: Sequence[str]) -> int:
    """Measure; returns the exit code."""
    made = parser("What learning does with its own decisions, late reports and a changing world.")
    made.add_argument("--only", default=None, help=f"parts, separated by commas: {', '.join(PARTS)}")
    options = made.parse_args(words)
    torch.set_num_threads(1)
    chosen = [PARTS[name] for name in (options.only.split(",") if options.only else PARTS)]
    progress, console = (
        Progress("learning", sum(part.STEPS for part in chosen)),
        Console(width=None if sys.stdout.isatty() else 160),
    )
    measures: dict[str, float] = {}
    built: dict[str, str] = {}
    for part in chosen:
        found = part.run(progress, options.scale)
        console.print(found.table)
        measures, built = measures | found.measures, built | found.built
    publish("learning", measures, built)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
