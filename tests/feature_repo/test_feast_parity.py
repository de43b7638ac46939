"""The Feast SDK, reading what the platform writes, computes what the score computes, to the bit."""

from __future__ import annotations

import asyncio
import math
import random
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pandas as pd
import pytest

import feature_repo
from greenfraud.features.encoding import entity_id
from greenfraud.features.interpreter import compute
from greenfraud.features.manifest import MANIFEST_PATH, View, load_manifest
from greenfraud.features.tiles import ViewState
from greenfraud.instants import DAY_US, to_datetime
from greenfraud.items.state import decode, encode, key_of
from greenfraud.items.tables import STATES

MANIFEST = load_manifest()
CUSTOMER, TERMINAL = MANIFEST.views["customer_activity"], MANIFEST.views["terminal_activity"]
NOW_US = 17_700 * DAY_US + 12 * 3_600_000_000 + 123_456

# One process imports Feast, which takes ten seconds.
pytestmark = pytest.mark.xdist_group("feast")


@dataclass(frozen=True)
class Repository:
    """A Feast store over tables of an embedded DynamoDB, and the folder that stands for the lake."""

    store: Any
    dynamodb: Any
    lake: Path


@pytest.fixture(scope="session")
def repository(tmp_path_factory):
    """The repository, applied to tables that exist already, as CloudFormation leaves them."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    endpoint = "http://{}:{}".format(*server.get_host_and_port())
    lake = tmp_path_factory.mktemp("lake")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_ACCESS_KEY_ID", "test")
        environment.setenv("AWS_SECRET_ACCESS_KEY", "test")
        environment.setenv("LAKE_URI", str(lake))
        # Whoever imported the definitions before did so without this lake; both names lead to that module.
        environment.delitem(sys.modules, "feature_repo.definitions", raising=False)
        environment.delattr(feature_repo, "definitions", raising=False)
        dynamodb = boto3.client("dynamodb", endpoint_url=endpoint, region_name="eu-north-1")
        for view in (CUSTOMER, TERMINAL):
            create_table(dynamodb, view)
        yield Repository(applied_store(endpoint, lake), dynamodb, lake)
    server.stop()


def create_table(dynamodb: Any, view: View) -> None:
    """Create the table of a view."""
    dynamodb.create_table(TableName=view.table, BillingMode="PAY_PER_REQUEST", **STATES.definition)


def applied_store(endpoint: str, folder: Path) -> Any:
    """Return a Feast store to which every object of the repository has been applied."""
    from feast import FeatureStore, RepoConfig

    from feature_repo.definitions import PROJECT

    write_chunk(folder)
    config = RepoConfig(
        project=PROJECT,
        provider="local",
        registry=str(folder / "registry.db"),
        online_store={
            "type": "training.online.tile_online_store.TileOnlineStore",
            "region": "eu-north-1",
            "endpoint_url": endpoint,
        },
        offline_store={"type": "dask"},
        entity_key_serialization_version=3,
    )
    store = FeatureStore(config=config)
    apply_everything(store)
    return store


def apply_everything(store: Any) -> None:
    """Apply every object of the repository."""
    from feature_repo import definitions as repo

    store.apply(
        [
            *repo.ENTITIES,
            repo.transaction,
            *repo.STATE_VIEWS,
            repo.transaction_features,
            repo.declared_features,
            repo.fraud_serving,
            repo.fraud_training,
        ]
    )


def write_chunk(lake: Path) -> None:
    """Write a feature chunk of three transactions, as the step `features` does."""
    folder = lake / "features" / MANIFEST.version / "chunk=20180618-20180625"
    folder.mkdir(parents=True)
    frame = pd.DataFrame({name: [1.0, 2.0, math.nan] for name in MANIFEST.names})
    frame["transaction_id"] = ["T1", "T2", "T3"]
    frame["event_timestamp"] = [to_datetime(NOW_US - DAY_US)] * 3
    frame.to_parquet(folder / "part.parquet")


def write_state(repository: Repository, value: str, state: ViewState) -> None:
    """Write a state as ingest does."""
    item = encode(entity_id(state.view.join_key, value), state, version=7, now_seconds=time.time())
    repository.dynamodb.put_item(TableName=state.view.table, Item=item)


def read_state(repository: Repository, view: View, value: str) -> tuple[ViewState, int]:
    """Return a stored state and its version."""
    item = repository.dynamodb.get_item(TableName=view.table, Key=key_of(view, value))["Item"]
    state = decode(view, item, now_seconds=0.0)
    assert state is not None
    return state, int(item["version"]["N"])


def random_state(view: View, chance: random.Random) -> ViewState:
    """Return a state of some events within the last 45 days, and one or none of the 70 before."""
    state = ViewState.empty(view)
    if chance.random() < 0.5:
        state = state.add_transaction(NOW_US - chance.randrange(45, 115) * DAY_US, 10**12)
    for _ in range(chance.randrange(1, 40)):
        at_us, amount_minor = NOW_US - chance.choice((1, 45)) * chance.randrange(DAY_US), chance.randrange(100_000)
        outcome, other = chance.choice(("allow", "allow", "review", "block")), f"X{chance.randrange(30)}"
        state = state.add_transaction(at_us, amount_minor, outcome, other)
        if chance.random() < 0.2:
            state = state.add_release(at_us - DAY_US, at_us, amount_minor)
        if chance.random() < 0.3:
            state = state.add_report(NOW_US - chance.randrange(45 * DAY_US))
    return state


def frame_of(value: str, state: ViewState) -> pd.DataFrame:
    """Return a state as the row of a data frame that Feast writes."""
    row = {state.view.join_key: value, **state.lists(), state.view.last: state.newest_us}
    if state.view.last_report:
        row[state.view.last_report] = state.newest_report_us
    return pd.DataFrame([{**row, "event_timestamp": to_datetime(state.newest_us or 0)}])


def test_feast_reads_what_the_interpreter_computes(repository):
    """Every value of every row, missing ones and entities never seen included."""
    chance = random.Random(20180618)
    expected, rows = [], []
    for number in range(12):
        customer, terminal = random_state(CUSTOMER, chance), random_state(TERMINAL, chance)
        write_state(repository, f"C{number}", customer)
        write_state(repository, f"M{number}", terminal)
        request = {"occurred_us": NOW_US + chance.randrange(DAY_US), "amount_minor": chance.randrange(50_000)}
        rows.append({"customer_id": f"C{number}", "terminal_id": f"M{number}", **request})
        expected.append(compute(MANIFEST, (customer, terminal), **request))
    rows.append({"customer_id": "unseen", "terminal_id": "unseen", "occurred_us": NOW_US, "amount_minor": 100})
    expected.append(compute(MANIFEST, (None, None), NOW_US, 100))
    service = repository.store.get_feature_service("fraud_serving")
    answer = repository.store.get_online_features(features=service, entity_rows=rows).to_dict()
    for row, values in enumerate(expected):
        read = {name: answer[name][row] for name in MANIFEST.names}
        assert {name: None if value is None or math.isnan(value) else value for name, value in read.items()} == values


def test_what_feast_writes_is_a_state(repository):
    """A state written through the SDK decodes to the same state."""
    for view in (CUSTOMER, TERMINAL):
        state = random_state(view, random.Random(1))
        repository.store.write_to_online_store(view.name, frame_of("W1", state))
        assert read_state(repository, view, "W1") == (state, 1)


def test_a_terminal_without_reports_is_written_without_their_time(repository):
    """The missing moment is Feast's null."""
    state = ViewState.empty(TERMINAL).add_transaction(NOW_US, 100)
    repository.store.write_to_online_store("terminal_activity", frame_of("W4", state))
    assert read_state(repository, TERMINAL, "W4") == (state, 1)


def test_feast_never_overwrites_a_newer_state(repository):
    """An older snapshot leaves the live item alone, in the asynchronous path as well."""
    older = ViewState.empty(CUSTOMER).add_transaction(NOW_US - DAY_US, 100)
    live = older.add_transaction(NOW_US, 250)
    write_state(repository, "W2", live)
    repository.store.write_to_online_store("customer_activity", frame_of("W2", older))
    asyncio.run(repository.store.write_to_online_store_async("customer_activity", df=frame_of("W2", older)))
    assert read_state(repository, CUSTOMER, "W2") == (live, 7)


def test_applying_keeps_every_table_and_its_content(repository):
    """Tables belong to CloudFormation: tearing down removes no item."""
    state = ViewState.empty(CUSTOMER).add_transaction(NOW_US, 100)
    write_state(repository, "W3", state)
    repository.store.teardown()
    assert read_state(repository, CUSTOMER, "W3") == (state, 7)
    apply_everything(repository.store)  # for the others, whatever their order


def test_the_training_service_reads_the_feature_chunks(repository):
    """One row per transaction, by its id, whatever the order."""
    entities = pd.DataFrame({"transaction_id": ["T2", "T1"], "event_timestamp": [to_datetime(NOW_US)] * 2})
    service = repository.store.get_feature_service("fraud_training")
    frame = repository.store.get_historical_features(entity_df=entities, features=service).to_df()
    values = frame.set_index("transaction_id")["customer_count_30d"].to_dict()
    assert values == {"T1": 1.0, "T2": 2.0}


def test_the_committed_manifest_is_what_the_registry_compiles_to(repository):
    """Whoever changes feature_repo runs `make features`."""
    from toolchain.compile_features import compile_repository, serialise

    assert MANIFEST_PATH.read_text(encoding="utf-8") == serialise(compile_repository())


def test_every_feature_can_be_read_by_name(repository):
    """A field says entity, aggregation, window, lag, default, the reason's sentence and group; the service, the groups' words."""
    from feature_repo import definitions as repo

    field = next(field for field in repo.transaction_features.features if field.name == "terminal_report_ratio_7d")
    assert field.description.startswith("The last 7 days' fraud reports")
    assert field.tags == {
        "aggregation": "report_ratio",
        "view": "terminal_activity",
        "window": "7d",
        "lag": "7d",
        "default": "missing",
        "reason_code": "TERMINAL_RISK_7D",
        "group": "TERMINAL_REPORTS",
    }
    assert set(repo.fraud_training.tags) == set(MANIFEST.groups)
    assert [feature.name for feature in repo.declared_features.features] == list(MANIFEST.names)
