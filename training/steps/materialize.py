"""Job `materialize`: register the features with Feast, and bring the online store up to what the lake knows.

Fills an empty store, and the series of a new feature; what live ingestion knows stays, as `reconcile` keeps it.
"""

from __future__ import annotations

import importlib
import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from training.job.bucket import Bucket
from training.job.footprint import Meter, store_footprint
from training.job.hyperparameters import Hyperparameters
from training.job.settings import Settings
from training.online.reconciliation import Reconciliation, summary

if TYPE_CHECKING:
    from training.job.contract import JobPaths

log = logging.getLogger(__name__)
REPOSITORY = "feature_repo.definitions"  # named as text, as Feast itself finds a repository
REGISTRY_KEY = "feast/registry.db"


def main(paths: JobPaths) -> None:
    """Apply the feature repository, and write the state of every entity whose item lacks something."""
    Hyperparameters.read(paths.hyperparameters())
    settings = Settings.from_env()
    meter = Meter(settings)
    applied_store(paths.root / "registry.db", settings)
    log.info("materialize: %s", summary(Reconciliation.of(settings).run()))
    Bucket(settings.artifacts_bucket).put(REGISTRY_KEY, (paths.root / "registry.db").read_bytes())
    store_footprint(settings, "materialize", meter.stop())


def applied_store(registry: Path, settings: Settings) -> Any:
    """Return a Feast store over the deployed tables, with every object of the repository registered."""
    os.environ.setdefault("LAKE_URI", f"s3://{settings.lake_bucket}")
    from feast import FeatureStore, RepoConfig

    repo = importlib.import_module(REPOSITORY)
    online = {
        "type": "training.online.tile_online_store.TileOnlineStore",
        "region": os.environ.get("AWS_REGION", os.environ.get("AWS_DEFAULT_REGION", "")),
        "endpoint_url": os.environ.get("AWS_ENDPOINT_URL"),
    }
    config = RepoConfig(
        project=repo.PROJECT,
        provider="local",
        registry=str(registry),
        online_store=online,
        offline_store={"type": "dask"},
        entity_key_serialization_version=3,
    )
    store = FeatureStore(config=config)
    store.apply([*repo.ENTITIES, repo.transaction, *repo.STATE_VIEWS])
    store.apply([repo.transaction_features, repo.declared_features, repo.fraud_serving, repo.fraud_training])
    return store
