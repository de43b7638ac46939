"""The first execution on an untouched platform, and what its jobs looked like while they ran."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pyarrow as pa

from cli.data.dataset import HeldBack, hold_back
from cli.data.upload import upload
from cli.data.world import WorldSpecification, make_world
from cli.execution import Execution, follow_execution
from greenfraud.instants import DAY_US
from greenfraud.outcomes import REVIEW
from tests.e2e.deployment import Deployment
from tests.e2e.running import Running, running

# Three weeks to learn, one to wait for their labels, one to be judged on with more than 30 frauds, one for its labels.
# A world this small says little of a model: in this one the first is certainly better than the rules, with room to spare.
WORLD = WorldSpecification(customers=1_200, days=43, seed=3)


@dataclass(frozen=True)
class FirstRun:
    """The first execution, started with `{}`, and what was kept back to be scored."""

    execution: Execution
    seen: Mapping[str, tuple[Running, set[str]]]  # each job's process and the files below its /opt/ml
    held_back: list[HeldBack]
    health: Mapping[str, Any]  # what GET /health said right afterwards

    @property
    def promoted(self) -> str:
        """The model it promoted, family/version."""
        decision = self.execution.results["decision.json"]
        return f"{decision['family']}/{decision['version']}"

    @property
    def train_results(self) -> list[dict[str, Any]]:
        """The result of each family and chunk."""
        return [document for key, document in sorted(self.execution.results.items()) if key.startswith("train/")]


def import_world(deployment: Deployment) -> list[HeldBack]:
    """Upload the small world; what was kept back of it."""
    dataset, held_back = hold_back(make_world(WORLD))
    dataset = replace(dataset, table=with_a_release(dataset.table))
    upload(deployment.client("s3"), deployment.outputs["LakeBucket"], dataset, held_back)
    return held_back


def with_a_release(table: pa.Table) -> pa.Table:
    """One payment, three weeks before the newest, was held and let go a day later; of all others nothing is told."""
    held_at = int(np.searchsorted(table["occurred_us"].to_numpy(), table["occurred_us"][-1].as_py() - 21 * DAY_US))
    is_held = np.arange(table.num_rows) == held_at
    released_us = pa.array(table["occurred_us"].to_numpy() + DAY_US, mask=~is_held)
    table = table.append_column("decision", pa.array(np.full(table.num_rows, REVIEW, object), pa.string(), mask=~is_held))
    return table.append_column("accepted_us", pa.nulls(table.num_rows, pa.int64())).append_column("released_us", released_us)


def run_first(deployment: Deployment) -> FirstRun:
    """Import the small world and run the state machine with `{}`."""
    held_back = import_world(deployment)
    onlooker = Onlooker(deployment)
    execution = follow_execution(deployment.target, deployment.start_execution({}), onlooker)
    return FirstRun(execution, onlooker.seen, held_back, deployment.health())


@dataclass
class Onlooker:
    """Looks at every training job while it runs."""

    deployment: Deployment
    seen: dict[str, tuple[Running, set[str]]] = field(default_factory=dict)

    def working(self, jobs: Iterable[str]) -> None:
        """Keep what each job looks like now."""
        for job in jobs:
            process = process_of(self.deployment, job)
            if process is not None:
                root = self.deployment.state / "jobs" / job / "opt/ml"
                with suppress(FileNotFoundError):  # the job has just ended: what was seen of it before stays
                    self.seen[job] = process, {str(file.relative_to(root)) for file in root.rglob("*") if file.is_file()}

    def ignore(self, _: Any, __: Any = None) -> None:
        """Results are read when all is over."""

    waiting = planned = trained = evaluated = decided = reported = waited = job_failed = ignore


def process_of(deployment: Deployment, job: str) -> Running | None:
    """The process that writes a job's log; None while there is none."""
    log = deployment.folder / ".local/logs/jobs" / f"{job}.log"
    return next((process for process in running() if process.output == log), None)
