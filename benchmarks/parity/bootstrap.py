"""The platform as it stands when the stretch begins: history imported, its states materialised by the product's own job.

Transactions of before that are reported only during the stretch were decided live: they are sent now, and ingestion adds what is
late to the states. That they are late their answers say, so they have a client of their own.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.parity.client import Client
from benchmarks.parity.entities import Sent
from benchmarks.parity.replay import Road, most_together
from benchmarks.parity.stretch import Stretch
from cli.data.upload import upload
from training.job.settings import Settings
from training.online.reconciliation import Reconciliation
from training.steps.materialize import applied_store


def bootstrap(s3: Any, client: Client, delivery: Road, stretch: Stretch, folder: Path) -> Any:
    """Fill lake and tables with what is known at the stretch's start; returns the Feast store over them."""
    settings = Settings.from_env()
    upload(s3, settings.lake_bucket, stretch.before)
    Reconciliation.of(settings).run()
    for start in range(0, len(stretch.pending), most_together()):
        together = stretch.pending[start : start + most_together()]
        client.score(together)
        delivery.follow([Sent.scored(one) for one in together])
    delivery.deliver_all()
    return applied_store(folder / "registry.db", settings)
