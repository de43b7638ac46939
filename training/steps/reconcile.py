"""Job `reconcile`: the nightly correction of the online states from the lake."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from training.job.footprint import Meter, store_footprint, store_metrics
from training.job.hyperparameters import ReconcileHyperparameters
from training.job.settings import Settings
from training.online.reconciliation import Reconciliation, summary
from training.online.state_writes import Outcome

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


def main(paths: JobPaths) -> None:
    """Correct what differs and may be corrected, and count the rest."""
    hyperparameters = ReconcileHyperparameters.read(paths.hyperparameters())
    settings = Settings.from_env()
    meter = Meter(settings)
    counts = Reconciliation.of(settings, **hyperparameters.model_dump(exclude={"execution"}, exclude_none=True)).run()
    log.info("reconcile: %s", summary(counts))
    store_metrics({name: float(counts[outcome]) for name, outcome in METRICS.items()})
    store_footprint(settings, "materialize", meter.stop())
