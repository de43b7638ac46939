"""Job `reconcile`: the correction of the online states from the lake, every night, and whenever a person rebuilds them."""

from __future__ import annotations

import logging
import time
from collections import Counter
from typing import TYPE_CHECKING

from greenfraud.naming import rebuild_report_key
from training.job.bucket import Bucket
from training.job.footprint import Meter, store_footprint, store_metrics
from training.job.hyperparameters import ReconcileHyperparameters
from training.job.settings import Settings
from training.online.comparison import compare
from training.online.reconciliation import Reconciliation, summary
from training.online.state_writes import WRITTEN, Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

    from training.job.contract import JobPaths

log = logging.getLogger(__name__)
METRICS: Mapping[str, Outcome] = {
    "ReconciledStates": Outcome.CORRECTED,
    "RecreatedStates": Outcome.CREATED,
    "RebuiltStates": Outcome.REBUILT,
    "DamagedStates": Outcome.DAMAGED,
    "ReconcileConflicts": Outcome.CONFLICT,
    "StatesAheadOfLake": Outcome.BEHIND,
}

# A rebuild takes all but the last hour from the lake, also where an entity never rests; the night waits for late events.
CLOSED_HOURS = 1
TRIES = 3


def main(paths: JobPaths) -> None:
    """Correct what differs and may be corrected, and count the rest."""
    hyperparameters = ReconcileHyperparameters.read(paths.hyperparameters())
    settings = Settings.from_env()
    meter = Meter(settings)
    caution = hyperparameters.model_dump(exclude={"execution", "report", "only_compares"}, exclude_none=True)
    if hyperparameters.report:
        counts = rebuild(Reconciliation.of(settings, **caution | {"closed_hours": CLOSED_HOURS}), settings, hyperparameters)
    else:
        counts = Reconciliation.of(settings, **caution).run()
    log.info("reconcile: %s", summary(counts))
    store_metrics({name: float(counts[outcome]) for name, outcome in METRICS.items()})
    store_footprint(settings, "materialize", meter.stop())


def rebuild(reconciliation: Reconciliation, settings: Settings, wishes: ReconcileHyperparameters) -> Counter[Outcome]:
    """Correct and compare until nothing differs, a few times at most; the lake keeps what the last comparison found."""
    began, tries = time.monotonic(), 0
    counts: Counter[Outcome] = Counter()
    while True:
        tries += 1
        counts += Counter() if wishes.only_compares else reconciliation.run()
        found = compare(reconciliation)
        log.info("rebuild: %d entities, %d differ, %d moving", found.entities, found.differing, found.moving)
        if wishes.only_compares or not found.differing or tries == TRIES:
            break
    report = {"schema": 1, **found.report(), "tries": tries, "written": sum(counts[outcome] for outcome in WRITTEN)}
    report["seconds"] = round(time.monotonic() - began, 3)
    Bucket(settings.lake_bucket).put_json(rebuild_report_key(wishes.report), report)
    return counts
