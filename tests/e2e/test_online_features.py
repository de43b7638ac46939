"""What the scoring function reads from the deployed tables is what the Feast SDK reads from them."""

from __future__ import annotations

import math
import sys

import pytest

from functions.score.state import DynamoStateReader, Tables, entities_of
from greenfraud.features.interpreter import compute
from greenfraud.features.manifest import load_manifest
from greenfraud.items.state import tables_of
from tests.e2e.deployment import ROOT

pytestmark = pytest.mark.xdist_group("e2e")


@pytest.fixture
def store(deployment, first_run, tmp_path, monkeypatch):
    """A Feast store over the deployed tables, with the registry that the execution's own job applied and left in S3."""
    registry = tmp_path / "registry.db"
    registry.write_bytes(deployment.read(deployment.outputs["ArtifactsBucket"], "feast/registry.db"))
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "embedded")
    monkeypatch.setenv("LAKE_URI", f"s3://{deployment.outputs['LakeBucket']}")
    monkeypatch.syspath_prepend(str(ROOT))
    monkeypatch.delitem(sys.modules, "feature_repo.definitions", raising=False)
    from feast import FeatureStore, RepoConfig

    from feature_repo import definitions

    online = {
        "type": "training.online.tile_online_store.TileOnlineStore",
        "region": deployment.target.region,
        "endpoint_url": deployment.target.endpoint,
    }
    return FeatureStore(
        config=RepoConfig(
            project=definitions.PROJECT,
            provider="local",
            registry=str(registry),
            online_store=online,
            offline_store={"type": "dask"},
            entity_key_serialization_version=3,
        )
    )


def test_the_functions_reader_and_feast_agree_to_the_bit(deployment, first_run, store):
    """Every feature of every kept-back transaction, from items that the pipeline and the ingestion wrote."""
    manifest = load_manifest()
    transactions = [held.transaction for held in first_run.held_back]
    states = tables_of(manifest, deployment.outputs["CustomerTable"], deployment.outputs["TerminalTable"])
    tables = Tables(deployment.outputs["ControlTable"], states)
    reader = DynamoStateReader(lambda: deployment.client("dynamodb"), tables, manifest)
    snapshot = reader.read([entity for one in transactions for entity in entities_of(one, manifest)])
    rows = [
        {name: getattr(one, name) for name in ("customer_id", "terminal_id", "occurred_us", "amount_minor")} for one in transactions
    ]
    answer = store.get_online_features(features=store.get_feature_service("fraud_serving"), entity_rows=rows).to_dict()
    for index, one in enumerate(transactions):
        found = [snapshot.states[entity] for entity in entities_of(one, manifest)]
        values = compute(manifest, found, one.occurred_us, one.amount_minor)
        assert values["customer_count_30d"] > 0
        read = {name: answer[name][index] for name in manifest.names}
        assert values == {name: None if value is None or math.isnan(value) else value for name, value in read.items()}
