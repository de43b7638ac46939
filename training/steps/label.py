"""Job `label`: tells the files of labels that were dropped into their bucket, as `greenfraud label --dropped` does.

It takes whatever lies there, so a file whose event was lost, or whose job ended early, is told by the next one. Rows, names of
files and reasons stand in receipts alone: nothing of them is logged.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from intake.labels.inbox import Taken, take_dropped
from intake.labels.places import Places
from intake.labels.reading import Asked
from training.job.bucket import client
from training.job.footprint import Meter, store_footprint, store_metrics
from training.job.hyperparameters import Hyperparameters
from training.job.settings import Settings

if TYPE_CHECKING:
    from training.job.contract import JobPaths

log = logging.getLogger(__name__)


def main(paths: JobPaths) -> None:
    """Tell every dropped file, and count what came of them."""
    Hyperparameters.read(paths.hyperparameters())
    settings = Settings.from_env()
    meter = Meter(settings)
    receipts = paths.root / "output" / "receipts"
    taken = take_dropped(places_of(settings), Asked({}), receipts, log.debug, tries_again=False)
    log.info("label: %d files told, %d refused; rows: %s", taken.files, taken.refused, taken.counts)
    for reason in taken.failed.values():
        log.warning("label: a file was not told to its end: %s", reason)
    store_metrics(figures_of(taken))
    store_footprint(settings, "label", meter.stop())
    taken.refuse_failed()  # at the very end: what was told and refused is counted, and the job fails and rings


def places_of(settings: Settings) -> Places:
    """Return where labels come from and go to."""
    return Places(
        s3=client("s3"),
        dynamodb=client("dynamodb"),
        lake=settings.lake_bucket,
        decisions=settings.decisions_table,
        inbox=settings.inbox_bucket,
    )


def figures_of(taken: Taken) -> dict[str, float]:
    """Return the metrics: files, and rows by what became of them."""
    rows = {f"LabelRows{outcome.title()}": float(count) for outcome, count in taken.counts.items() if outcome != "rows"}
    return {"LabelFilesTold": float(taken.files), "LabelFilesRefused": float(taken.refused), **rows}
