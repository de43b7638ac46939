"""Job `compact`: merge the small files of the lake's closed days, one file per kind and day."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from greenfraud.errors import ContractError
from training.compaction.compaction import Compaction, Outcome
from training.compaction.kinds import kinds
from training.job.bucket import Bucket
from training.job.footprint import Meter, store_footprint, store_metrics
from training.job.hyperparameters import CompactHyperparameters
from training.job.settings import Settings

if TYPE_CHECKING:
    from training.job.contract import JobPaths

log = logging.getLogger(__name__)


def main(paths: JobPaths) -> None:
    """Merge, count, and fail where something could not be read: it stays as it is until somebody has looked."""
    hyperparameters = CompactHyperparameters.read(paths.hyperparameters())
    settings = Settings.from_env()
    meter = Meter(settings)
    today = datetime.now(UTC).date()
    outcome = Compaction(Bucket(settings.lake_bucket), kinds(), today, hyperparameters.minutes * 60.0).run()
    log.info("compact: %d files of %d days merged, %d days left", outcome.files, outcome.days, outcome.days_left)
    store_metrics({"CompactedFiles": float(outcome.files), "UncompactedDays": float(outcome.days_left)})
    store_footprint(settings, "compact", meter.stop())
    refuse(outcome)


def refuse(outcome: Outcome) -> None:
    """Raise ContractError naming the first fault and how many there are."""
    for fault in outcome.faults.values():
        raise ContractError(f"{len(outcome.faults)} faults, the first: {fault}")
