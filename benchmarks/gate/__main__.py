"""`make bench-gate`: judge challengers of known truth on generated weeks, print how often each is promoted, write the JSON."""

from __future__ import annotations

import logging
import sys
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from rich.console import Console
from rich.table import Table

from benchmarks.gate import other_seeds
from benchmarks.gate.challengers import CHALLENGERS
from benchmarks.gate.platform import Platform
from benchmarks.gate.shares import Shares
from benchmarks.gate.trials import SHARED, run_trial
from benchmarks.options import parser
from benchmarks.progress import Progress
from benchmarks.report import publish

if TYPE_CHECKING:
    from collections.abc import Sequence

TRIALS, QUICK_TRIALS, SEED = 200, 20, 51
EVERY_SECONDS = 15.0


def main(words: Sequence[str]) -> int:
    """Measure; returns the exit code."""
    made = parser("How often the gate promotes whom it should not, and whom it should.")
    made.add_argument("--quick", action="store_true", help=f"{QUICK_TRIALS} trials of each kind, and nobody is really trained")
    made.add_argument("--only", default=None, help=f"whose errors, separated by commas: {', '.join(one.name for one in SHARED)}")
    options = made.parse_args(words)
    asked = [one for one in SHARED if options.only is None or one.name in options.only.split(",")]
    logging.disable(logging.WARNING)
    warnings.filterwarnings("ignore")
    torch.set_num_threads(1)
    trials = QUICK_TRIALS if options.quick else max(1, round(TRIALS * options.scale))
    seeds = 0 if options.quick or options.only else other_seeds.SEEDS
    progress = Progress("gate", len(asked) * trials + seeds, every_seconds=EVERY_SECONDS)
    shares, draw = Shares(), np.random.default_rng(SEED)
    with tempfile.TemporaryDirectory() as folder, Platform.opened(Path(folder)) as platform:
        for trial in range(trials):
            for shared in asked:
                run_trial(platform, draw, shared, shares)
                progress.finish(f"week {trial + 1}, errors shared by {shared.name}")
    measures = shares.measures()
    if seeds:
        measures |= other_seeds.measure(progress)
    Console(width=None if sys.stdout.isatty() else 160).print(table_of(shares))
    publish("gate", measures, {name: one.made for name, one in CHALLENGERS.items()})
    return 0


def table_of(shares: Shares) -> Table:
    """Return the shares as a person reads them."""
    table = Table(title="What the gate does", title_justify="left", box=None)
    for heading in ("", "trials", "share", "95 % interval"):
        table.add_column(heading, justify="right" if heading else "left")
    for name, share in shares.by_name.items():
        low, high = share.interval
        table.add_row(name, str(share.trials), f"{share.value:.1%}", f"{low:.1%} to {high:.1%}")
    return table


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
