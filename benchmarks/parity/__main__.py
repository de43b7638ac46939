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
from benchmarks.parity.comparison import Comparison, compare, logged_values, offline_values
from benchmarks.parity.declared import replay_with
from benchmarks.parity.delivery import Delivery
from benchmarks.parity.deployed import Deployed, deployed
from benchmarks.parity.faults import Faults
from benchmarks.parity.findings import examples, measures_of
from benchmarks.parity.judge import Judge
from benchmarks.parity.landing import Landing
from benchmarks.parity.outcomes import Reviewers, obey
from benchmarks.parity.replay import Replay, Road
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
    if options.declared:
        return replay_with(options.declared, _in_the_copy(options))
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
    faults, lag_us = Faults(SEED), round(options.lag_seconds * SECOND_US)
    with _platform(faults, is_deployed=options.deployed) as (platform, delivery):
        run = Run(stretch, platform, delivery, faults, lag_us=lag_us, console=console, is_shifted=options.shift_hop)
        offline, feast = run.compared()
    publish(_name(options), run.measures(offline, feast) | {"seconds": time.perf_counter() - started}, PEERS)
    for line in (*examples("offline", offline), *examples("feast", feast)):
        console.print(line, highlight=False, soft_wrap=True)
    is_whole = not (run.client.degraded or run.rejected)
    is_equal = not (offline.differs.any() or feast.differs.any())
    return 0 if is_whole and (is_equal or lag_us) else 1


class Run:
    """One replay over one embedded AWS."""

    def __init__(  # noqa: PLR0913 - a platform, and how it is treated
        self,
        stretch: Stretch,
        platform: Cloud | Deployed,
        delivery: Road,
        faults: Faults,
        *,
        lag_us: int,
        console: Console,
        is_shifted: bool,
    ) -> None:
        self.stretch, self.lag_us = stretch, lag_us
        self.faults = faults
        self._platform, self._delivery = platform, delivery
        self._console = console
        self._is_shifted = is_shifted
        self.replay_seconds = 0.0
        self.rejected = 0
        self.client = Client(platform.post)
        self.released = 0

    def compared(self) -> tuple[Comparison, Comparison]:
        """Replay, then the live values against the offline matrix, and Feast's against the same."""
        with tempfile.TemporaryDirectory() as folder, _silence():
            obey(self._platform.dynamodb, self._platform.control)
            store = bootstrap(self._platform.s3, Client(self._platform.post), self._delivery, self.stretch, Path(folder))
            self._console.print("the online states of the history before are written; the replay begins")
            sample = min(len(self.stretch.transactions), max(FEAST_ROWS, round(FEAST_SHARE * len(self.stretch.transactions))))
            judge = Judge(store, self.faults, sample=sample, of_rows=len(self.stretch.transactions))
            with shift.one_hop() if self._is_shifted else contextlib.nullcontext():
                self._replay(judge)
        self._console.print("the replay is done; the offline matrix is computed and compared")
        self.rejected = self._platform.rejected()
        names = load_manifest().names
        identities = [one.transaction_id for one in self.stretch.transactions]
        expected = offline_values(self.stretch)
        live = logged_values(self._platform.dynamodb, identities)
        return (
            compare(names, {one: live[one] for one in identities}, expected),
            compare(names, judge.values, expected),
        )

    def measures(self, offline: Comparison, feast: Comparison) -> dict[str, float]:
        """What was compared, what differs, and what happened on the way."""
        happened: dict[str, float] = {
            "reports": len(self.stretch.reports),
            "injected_faults": self.faults.total,
            "degraded": len(self.client.degraded),
            "rejected": self.rejected,
            "declined_transactions": self.client.decisions["block"],
            "held_transactions": self.client.decisions["review"],
            "released_transactions": self.released,
            **{f"injected_{name}": count for name, count in sorted(self.faults.counts.items())},
            "retried_requests": self.client.retried,
            "bootstrap_days": days_of_history(self.stretch),
            "replay_seconds": self.replay_seconds,
        }
        return measures_of(offline, feast, happened)

    def _replay(self, judge: Judge) -> None:
        reported = [one.about.transaction_id for one in self.stretch.reports]
        reviewers = Reviewers(SEED, reported, self.stretch.transactions[-1].occurred_us)
        replay = Replay(self.client, self._delivery, reviewers, lag_us=self.lag_us)
        started = time.perf_counter()
        progress = Progress("replay", len(self.stretch.transactions), every_seconds=LINE_SECONDS)
        with self.faults.active():
            replay.run(self.stretch, before_score=judge.watch, after_score=lambda done: progress.finish("transactions", len(done)))
        self.replay_seconds = time.perf_counter() - started
        self.released = replay.released


def _options() -> argparse.Namespace:
    made = parser(__doc__ or "")
    made.add_argument("--rows", type=int, default=ROWS, help="transactions to replay, the last of the data")
    made.add_argument("--declared", type=Path, default=None, help="a columns.toml, compiled into a copy of the project")
    made.add_argument("--deployed", action="store_true", help="deploy the stacks and ask over HTTP; no faults are injected")
    made.add_argument("--lag-seconds", type=float, default=0.0, help="delay the ingestion by so much event time: the lag skew")
    made.add_argument("--shift-hop", action="store_true", help="shift one hop by one tile in the live engine: must be found")
    options = made.parse_args()
    if options.deployed and (options.lag_seconds or options.shift_hop):
        made.error("--deployed runs what is deployed: leave --lag-seconds and --shift-hop out")
    if options.declared and not options.declared.is_file():
        made.error(f"--declared: no file {options.declared}")
    return options


def _in_the_copy(options: argparse.Namespace) -> list[str]:
    """The same wishes, spelled for a run that starts elsewhere."""
    words = ["--rows", str(options.rows), "--scale", str(options.scale), "--lag-seconds", str(options.lag_seconds)]
    words += ["--data", str(options.data.resolve())] if options.data else []
    return words + ["--deployed"] * options.deployed + ["--shift-hop"] * options.shift_hop


@contextlib.contextmanager
def _platform(faults: Faults, *, is_deployed: bool) -> Iterator[tuple[Cloud | Deployed, Road]]:
    """Functions in this process, with faults on every road, or stacks on an embedded AWS of their own."""
    if not is_deployed:
        cloud = Cloud(faults)
        yield cloud, Delivery(cloud.ingest, faults, cloud.stream_records)
        return
    with tempfile.TemporaryDirectory() as folder, deployed(Path(folder)) as found:
        yield found, Landing(found.dynamodb, found.receipts)


def _name(options: argparse.Namespace) -> str:
    """What the results are called."""
    name = f"lag-skew-{options.lag_seconds:g}s" if options.lag_seconds else "parity-shifted" if options.shift_hop else "parity"
    endings = {"-columns": load_manifest().extra_columns, "-deployed": options.deployed}
    return name + "".join(ending for ending, is_so in endings.items() if is_so)


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """The functions print a line of metrics per request."""
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere, contextlib.redirect_stdout(nowhere):
        yield


if __name__ == "__main__":
    sys.exit(main())
