"""Job `materialize`: bring the online store up to what the lake knows, through Feast, never over a newer live state."""

from __future__ import annotations

import importlib
import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from greenfraud.features.manifest import load_manifest
from greenfraud.instants import to_datetime
from training.bucket import Bucket
from training.entity_states import states_at
from training.footprint import Meter, store_footprint
from training.history import read_history
from training.hyperparameters import MaterializeHyperparameters
from training.settings import Settings

if TYPE_CHECKING:
    import pandas as pd

    from greenfraud.features.manifest import View
    from training.contract import JobPaths
    from training.entity_states import EntityStates

log = logging.getLogger(__name__)
REPOSITORY = "feature_repo.definitions"  # named as text, as Feast itself finds a repository
REGISTRY_KEY = "feast/registry.db"
ROWS_AT_ONCE = 5_000


def main(paths: JobPaths) -> None:
    """Apply the feature repository and write the state of every entity as of the execution's moment."""
    orders = MaterializeHyperparameters.model_validate(paths.hyperparameters())
    settings = Settings.from_env()
    meter = Meter(settings)
    history = read_history(Bucket(settings.lake_bucket))
    as_of_us = round(orders.as_of.timestamp() * 1_000_000)
    store = applied_store(paths.root / "registry.db", settings)
    for view in load_manifest().views.values():
        write_states(store, view, states_at(history, view, as_of_us))
    Bucket(settings.artifacts_bucket).put(REGISTRY_KEY, (paths.root / "registry.db").read_bytes())
    store_footprint(settings, "materialize", meter.stop())


def applied_store(registry: Path, settings: Settings) -> Any:
    """Return a Feast store over the deployed tables, with every object of the repository registered."""
    os.environ.setdefault("LAKE_URI", f"s3://{settings.lake_bucket}")
    from feast import FeatureStore, RepoConfig

    repo = importlib.import_module(REPOSITORY)
    online = {
        "type": "training.tile_online_store.TileOnlineStore",
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
    store.apply([repo.customer, repo.terminal, repo.transaction, repo.customer_activity, repo.terminal_activity])
    store.apply([repo.transaction_features, repo.declared_features, repo.fraud_serving, repo.fraud_training])
    return store


def write_states(store: Any, view: View, states: EntityStates) -> None:
    """Write the states of one view in batches; an item that knows as much or more is kept."""
    for start in range(0, len(states.ids), ROWS_AT_ONCE):
        frame = state_frame(view, states, slice(start, start + ROWS_AT_ONCE))
        store.write_to_online_store(view.name, df=frame)
        log.info("materialize: %s %d of %d", view.name, start + len(frame), len(states.ids))


def state_frame(view: View, states: EntityStates, rows: slice) -> pd.DataFrame:
    """Return states as Feast takes them: one row per entity."""
    import pandas as pd

    return pd.DataFrame(
        {
            view.join_key: states.ids[rows],
            **{name: arrays[rows] for name, arrays in states.arrays.items()},
            view.last: states.newest_us[rows],
            "event_timestamp": [to_datetime(int(newest)) for newest in states.newest_us[rows]],
        }
    )
