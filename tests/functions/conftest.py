"""Tables and buckets as the stacks declare them, inside this process."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from aws_world import KEYS, NAMES, actions_of, golden
from desk_world import ANA, BEN, Person
from dynamodb_world import CLIENTS, IMPATIENT_SECONDS, PATIENT_SECONDS, FaultyServer, slow
from lake_world import put_dataset
from moto import mock_aws
from moto.server import ThreadedMotoServer

from functions.control.release.publication import Publication
from functions.score import deadline
from greenfraud.features.manifest import load_manifest
from greenfraud.items.tables import REVIEWS, REVIEWS_INDEX, TableKey
from tests.kept_clients import keep_clients


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch has all the time that a busy machine needs for it, where no test says otherwise."""
    monkeypatch.setattr(deadline, "BATCH_SECONDS", 600.0)


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every table, both buckets, and the environment of the functions."""
    for name, value in {"AWS_DEFAULT_REGION": "eu-north-1", "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}.items():
        monkeypatch.setenv(name, value)
    for name, value in NAMES.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        keep_clients(monkeypatch)
        client = boto3.client("dynamodb")
        for variable, key in KEYS.items():
            _make_table(client, NAMES[variable], key)
        Publication(lambda: client, NAMES["CONTROL_TABLE"], NAMES["LEDGER_TABLE"]).publish(load_manifest())
        for bucket in (NAMES["LAKE_BUCKET"], NAMES["ARTIFACTS_BUCKET"]):
            boto3.client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-north-1"})
        _make_archive(NAMES["LEDGER_BUCKET"])
        for queue in ("REJECTED", "UNTOLD", "WEBHOOK", "UNDELIVERED"):
            boto3.client("sqs").create_queue(QueueName=NAMES[f"{queue}_QUEUE_URL"].rpartition("/")[2])
        boto3.client("events").create_event_bus(Name=NAMES["EVENT_BUS"])
        yield


@pytest.fixture
def dynamodb(aws: None) -> Any:
    """A client for the test itself, apart from the function's."""
    return boto3.client("dynamodb")


@pytest.fixture
def s3(aws: None) -> Any:
    """A client for the test itself, apart from the function's."""
    return boto3.client("s3")


@pytest.fixture(scope="session")
def moto_url() -> Iterator[str]:
    """An endpoint of this process's tables, for clients that talk HTTP."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def faulty(aws: None, moto_url: str) -> Iterator[FaultyServer]:
    """The same endpoint behind a server that can fail."""
    with FaultyServer(moto_url) as server:
        yield server


@pytest.fixture(params=CLIENTS)
def client(request: pytest.FixtureRequest, faulty: FaultyServer) -> Any:
    """Each of the two clients in turn, talking HTTP; impatient only where the fault is slowness."""
    is_slow = any(given in (slow, "slow") for given in request.node.callspec.params.values())
    return CLIENTS[request.param](faulty.url, answer_seconds=IMPATIENT_SECONDS if is_slow else PATIENT_SECONDS)


@pytest.fixture
def start(aws: None, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Callable[..., Any]]:
    """A cold start: the handler of a function, imported anew with clients of this test."""

    def start(name: str) -> Callable[..., Any]:
        clients = ("functions.control.clients", "functions.score.dynamodb.clients", "functions.score.service")
        for module in (f"functions.{name}.handler", *clients):
            monkeypatch.delitem(sys.modules, module, raising=False)
            package, _, part = module.rpartition(".")
            monkeypatch.delattr(importlib.import_module(package), part, raising=False)  # `from package import part` asks it first
        handler: Callable[..., Any] = importlib.import_module(f"functions.{name}.handler").handler
        return handler

    return start


@pytest.fixture
def actions(aws: None) -> list[str]:
    """The IAM actions that calls made from now on need, as they are made."""
    made: list[str] = []

    def record(params: dict[str, Any], model: Any, **_: Any) -> None:
        made.extend(actions_of(model.service_model.service_name, model.name, params))

    boto3.setup_default_session()
    boto3.DEFAULT_SESSION.events.register("provide-client-params", record)
    return made


@pytest.fixture
def ana(world: Any) -> Person:
    """One of those who work at the review desk of a `world`."""
    return Person(world, ANA)


@pytest.fixture
def ben(world: Any) -> Person:
    """Another one."""
    return Person(world, BEN)


def _make_table(client: Any, name: str, key: TableKey) -> None:
    wanted = key.definition
    if name == NAMES["DECISIONS_TABLE"]:
        index = {"IndexName": REVIEWS_INDEX, "KeySchema": REVIEWS.schema, "Projection": {"ProjectionType": "ALL"}}
        wanted["AttributeDefinitions"] += REVIEWS.attributes
        wanted["GlobalSecondaryIndexes"] = [index]
    client.create_table(TableName=name, BillingMode="PAY_PER_REQUEST", **wanted)


@pytest.fixture
def plan(start: Callable[[str], Callable[..., Any]], s3: Any) -> Callable[..., Any]:
    """The handler over five weeks of data, called with an input."""
    put_dataset(s3)
    handler = start("plan")
    return lambda **request: handler(golden("step_functions_plan") | {"input": request}, None)


def _make_archive(bucket: str) -> None:
    """The bucket of the ledger's copies, as the template makes it."""
    place = {"LocationConstraint": "eu-north-1"}
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=place, ObjectLockEnabledForBucket=True)
    retention = {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 30}}
    s3.put_object_lock_configuration(Bucket=bucket, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": retention})
