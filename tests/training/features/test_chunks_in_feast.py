"""Feast hands out what the builder wrote: its historical features are exactly the training set."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from memory_lake import MemoryLake
from training_world import FIRST_DAY, make_world

import feature_repo
from greenfraud.chunks import chunks_between
from greenfraud.features.manifest import load_manifest
from greenfraud.instants import DAY_US, start_of_day_us
from training.features.chunk_writing import write_chunks

MANIFEST = load_manifest()

# One process imports Feast, which takes ten seconds.
pytestmark = pytest.mark.xdist_group("feast")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds what the builder wrote to the lake: three chunks."""
    lake = MemoryLake(*make_world(days=21))
    write_chunks(lake, chunks_between(FIRST_DAY, start_of_day_us(FIRST_DAY) + 21 * DAY_US))
    folder = tmp_path_factory.mktemp("lake")
    for key in lake.keys("features/"):
        (folder / key).parent.mkdir(parents=True)
        (folder / key).write_bytes(lake.objects[key])
    return folder


@pytest.fixture(scope="module")
def store(written: Path) -> Any:
    """A Feast store with the training view over that folder."""
    from feast import FeatureStore, RepoConfig

    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("LAKE_URI", str(written))
        forget_definitions(environment)
        from feature_repo import definitions as repo

        forget_definitions(environment)
    config = RepoConfig(
        project=repo.PROJECT,
        provider="local",
        registry=str(written / "registry.db"),
        online_store={"type": "sqlite", "path": str(written / "online.db")},
        offline_store={"type": "dask"},
        entity_key_serialization_version=3,
    )
    store = FeatureStore(config=config)
    store.apply([repo.transaction, repo.transaction_features, repo.fraud_training])
    return store


def forget_definitions(environment: pytest.MonkeyPatch) -> None:
    """Make the next import read the environment anew; both names lead to the module."""
    environment.delitem(sys.modules, "feature_repo.definitions", raising=False)
    environment.delattr(feature_repo, "definitions", raising=False)


def test_historical_features_are_the_training_set_to_the_bit(store: Any, written: Path):
    """Every feature of every transaction of three chunks, asked for in another order."""
    training_set = pd.concat(pd.read_parquet(file) for file in sorted(written.rglob("*.parquet")))
    entities = training_set[["transaction_id", "event_timestamp"]].sample(frac=1.0, random_state=20180401)
    service = store.get_feature_service("fraud_training")
    answer = store.get_historical_features(entity_df=entities, features=service).to_df()
    expected = training_set.set_index("transaction_id")[list(MANIFEST.names)]
    found = answer.set_index("transaction_id").loc[expected.index, list(MANIFEST.names)]
    assert len(found) == 21 * 450
    np.testing.assert_array_equal(found.to_numpy(np.float64).view(np.int64), expected.to_numpy(np.float64).view(np.int64))
