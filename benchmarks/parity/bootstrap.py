"""The platform as it stands when the stretch begins: history imported, its states materialised by the product's own job.

Transactions of before that are reported only later were decided live: the scoring function decides them here, and their
stream records are dropped, because the materialised states know of them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.parity.client import Client
from benchmarks.parity.cloud import LAKE, Cloud
from benchmarks.parity.replay import TOGETHER
from benchmarks.parity.stretch import Stretch
from cli.data.upload import upload
from training.job.settings import Settings
from training.online.reconciliation import Reconciliation
from training.steps.materialize import applied_store


def bootstrap(cloud: Cloud, client: Client, stretch: Stretch, folder: Path) -> Any:
    """Fill lake and tables with what is known at the stretch's start; returns the Feast store over them."""
    upload(cloud.s3, LAKE, stretch.before)
    for start in range(0, len(stretch.pending), TOGETHER):
        client.score(stretch.pending[start : start + TOGETHER])
    cloud.stream_records()
    settings = Settings.from_env()
    Reconciliation.of(settings).run()
    return applied_store(folder / "registry.db", settings)
