"""`make bench-parity`: replays a stretch of history live and compares every feature with the offline matrix, bit for bit."""

from __future__ import annotations

import argparse
import contextlib
import logging
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from rich.console import Console

from benchmarks.options import parser
from benchmarks.parity import shift
from benchmarks.parity.bootstrap import bootstrap
from benchmarks.parity.client import Client
from benchmarks.parity.cloud import Cloud
from benchmarks.parity.comparison import Comparison, compare, logged_values, nondefault_shares, offline_values
from benchmarks.parity.delivery import Delivery
from benchmarks.parity.faults import Faults
from benchmarks.parity.judge import Judge
from benchmarks.parity.outcomes import Reviewers, obey
from benchmarks.parity.replay import Replay
from benchmarks.parity.stretch import Stretch, cut, days_of_history, load
from benchmarks.progress import Progress
from benchmarks.report import publish
from greenfraud.features.manifest import load_manifest
from greenfraud.instants import SECOND_US

ROWS, FEAST_ROWS, FEAST_SHARE = 100_000, 2_000, 0.02
SEED = 20180618
LINE_SECONDS = 10.0  # between two lines about the replay
PEERS = {
    "feast": "Feast SDK, get_online_features of the service fraud_serving, from the same tables, just before each score",
    "offline": "the feature chunks that the features job writes for training, from the lake that import and ingestion wrote",
}


def main() -> int:
    """Run, publish, and return 1 when anything differs or was lost; with a lag, differences are the result and no failure."""
    options = _options()
    logging.getLogger("functions").setLevel(logging.ERROR)  # what is injected is warned of, thousands of times
    rows = max(1, round(options.rows * options.scale))
    console = Console(stderr=True)
    started = time.perf_counter()
    stretch = cut(load(options.data, rows), rows)
    console.print(
        f"{len(stretch.transactions):,} transactions and {len(stretch.reports):,} reports, "
        f"after {days_of_history(stretch):.1f} days of history ({stretch.before.table.num_rows:,} transactions)",
        soft_wrap=True,
    )
    run = Run(stretch, lag_us=round(options.lag_seconds * SECOND_US), console=console, is_shifted=options.shift_hop)
    offline, feast = run.compared()
    measures = _measures(run, offline, feast) | {"seconds": time.perf_counter() - started}
    name = f"lag-skew-{options.lag_seconds:g}s" if run.lag_us else "parity-shifted" if options.shift_hop else "parity"
    publish(name, measures, PEERS)
    _tell(console, offline, feast)
    is_whole = not (run.client.degraded or run.rejected)
    is_equal = not (offline.differs.any() or feast.differs.any())
    return 0 if is_whole and (is_equal or run.lag_us) else 1


class Run:
    """One replay over one embedded AWS."""

    def __init__(self, stretch: Stretch, *, lag_us: int, console: Console, is_shifted: bool) -> None:
        self.stretch, self.lag_us = stretch, lag_us
        self.faults = Faults(SEED)
        self._console = console
        self._is_shifted = is_shifted
        self.replay_seconds = 0.0
        self.rejected = 0
        self.cloud = Cloud(self.faults)
        obey(self.cloud.dynamodb, "control")
        self.client = Client(self.cloud.score)
        self.released = 0

    def compared(self) -> tuple[Comparison, Comparison]:
        """Replay, then the live values against the offline matrix, and Feast's against the same."""
        with tempfile.TemporaryDirectory() as folder, _silence():
            store = bootstrap(self.cloud, self.client, self.stretch, Path(folder))
            self._console.print("the online states of the history before are written; the replay begins")
            sample = min(len(self.stretch.transactions), max(FEAST_ROWS, round(FEAST_SHARE * len(self.stretch.transactions))))
            judge = Judge(store, self.faults, sample=sample, of_rows=len(self.stretch.transactions))
            with shift.one_hop() if self._is_shifted else contextlib.nullcontext():
                self._replay(judge)
        self._console.print("the replay is done; the offline matrix is computed and compared")
        self.rejected = self.cloud.rejected()
        names = load_manifest().names
        identities = [one.transaction_id for one in self.stretch.transactions]
        expected = offline_values(self.stretch)
        live = logged_values(self.cloud, identities)
        return (
            compare(names, {one: live[one] for one in identities}, expected),
            compare(names, judge.values, expected),
        )

    def _replay(self, judge: Judge) -> None:
        delivery = Delivery(self.cloud.ingest, self.faults)
        reported = [one.about.transaction_id for one in self.stretch.reports]
        reviewers = Reviewers(SEED, reported, self.stretch.transactions[-1].occurred_us)
        replay = Replay(self.cloud, self.client, delivery, reviewers, lag_us=self.lag_us)
        started = time.perf_counter()
        progress = Progress("replay", len(self.stretch.transactions), every_seconds=LINE_SECONDS)
        with self.faults.active():
            replay.run(self.stretch, before_score=judge.watch, after_score=lambda done: progress.finish("transactions", len(done)))
        self.replay_seconds = time.perf_counter() - started
        self.released = replay.released


def _options() -> argparse.Namespace:
    made = parser(__doc__ or "")
    made.add_argument("--rows", type=int, default=ROWS, help="transactions to replay, the last of the data")
    made.add_argument("--lag-seconds", type=float, default=0.0, help="delay the ingestion by so much event time: the lag skew")
    made.add_argument("--shift-hop", action="store_true", help="shift one hop by one tile in the live engine: must be found")
    return made.parse_args()


def _measures(run: Run, offline: Comparison, feast: Comparison) -> dict[str, float]:
    measures: dict[str, float] = {
        "rows": len(offline.transaction_ids),
        "reports": len(run.stretch.reports),
        "compared_values": offline.ours.size,
        "differing_values": int(offline.differs.sum()),
        "differing_transactions_share": float(offline.differs.any(axis=1).mean()),
        "feast_compared": len(feast.transaction_ids),
        "feast_differing": int(feast.differs.sum()),
        "injected_faults": run.faults.total,
        "degraded": len(run.client.degraded),
        "rejected": run.rejected,
        "declined_transactions": run.client.decisions["block"],
        "held_transactions": run.client.decisions["review"],
        "released_transactions": run.released,
    }
    measures |= {f"injected_{name}": count for name, count in sorted(run.faults.counts.items())}
    measures |= {
        "retried_requests": run.client.retried,
        "bootstrap_days": days_of_history(run.stretch),
        "replay_seconds": run.replay_seconds,
    }
    shares = nondefault_shares(load_manifest(), offline.theirs)
    return measures | {f"{name}_nondefault_share": share for name, share in shares.items()}


def _tell(console: Console, offline: Comparison, feast: Comparison) -> None:
    for name, comparison in (("offline", offline), ("feast", feast)):
        for feature, count in comparison.by_feature().items():
            console.print(f"{name}: {feature} differs in {count:,} of {len(comparison.transaction_ids):,}")
        for example in comparison.examples():
            console.print(f"  {example}", highlight=False, soft_wrap=True)


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """The functions print a line of metrics per request."""
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere, contextlib.redirect_stdout(nowhere):
        yield


if __name__ == "__main__":
    sys.exit(main())
