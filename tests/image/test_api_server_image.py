"""The image of the API server answers from inside: by rules without AWS, by the deployed model with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml
from moto.server import ThreadedMotoServer

from functions.score.settings import STORES
from greenfraud.control import ControlDocument
from greenfraud.items import control as control_items
from tests.free_ports import free_port
from tests.functions.aws_world import KEYS, NAMES
from tests.functions.bundle_world import bundle, put_bundle
from tests.image import stated_sizes
from tests.image.containers import Container, Server

ROOT = Path(__file__).resolve().parents[2]
TRANSACTION = {
    "transaction_id": "T1",
    "occurred_at": "2018-05-20T12:00:00Z",
    "customer_id": "C1",
    "terminal_id": "M1",
    "amount_minor": 30_000,
}


@pytest.fixture(scope="module")
def container(container_of: Callable[[str], Container]) -> Container:
    """A container of the image."""
    return container_of("api-server")


@pytest.fixture(scope="module")
def server(container: Container) -> Iterator[Server]:
    """The server as it starts where nothing is configured."""
    with container.serving({"UVICORN_PORT": str(free_port())}) as server:
        yield server


def test_health_is_answered_from_inside_by_rules(server):
    """What `curl http://localhost:8000/health` shows after `docker compose up`."""
    assert server.is_healthy()
    assert server.ask("GET", "/health") == (200, {"status": "degraded"})
    assert server.ask("GET", "/v1/model")[1]["production"] is None


def test_a_transaction_is_scored_by_rules_and_says_that_it_is_degraded(server):
    """No AWS, no state, and still an answer."""
    status, answer = server.ask("POST", "/v1/score", TRANSACTION)
    assert (status, answer["decision"], answer["model"]) == (200, "review", None)
    assert answer["degraded"] == ["customer_unreadable", "terminal_unreadable"]
    assert server.ask("GET", "/v1/decisions/T1") == (200, answer)


def test_the_image_is_no_larger_than_the_documentation_says(container, container_of):
    """The figures of docs/containers.md hold."""
    stated_sizes.hold("The scoring API", container, container_of)


def test_nobody_runs_it_and_it_owns_nothing(container):
    """A hole in the server opens no file of the image for writing."""
    identity = container.run("python3", "-c", "import os; print(os.getuid(), os.getgid(), os.access('/var/task', os.W_OK))")
    assert identity.stdout.split() == ["65532", "65532", "False"]


def test_it_holds_the_score_function_and_no_trace_of_the_build(container):
    """No other function, no training library, no setting of this machine's pip."""
    assert sorted(path.name for path in (container.root / "var/task/functions").iterdir()) == ["__init__.py", "score"]
    packages = {path.name for path in (container.root / "opt/python").iterdir()}
    assert {"greenfraud", "onnxruntime", "uvicorn"} <= packages
    assert not {"torch", "feast", "pandas", "moto", "pip"} & packages
    assert not (container.root / "etc/pip.conf").exists()
    assert not [line for line in container.declared["Env"] if line.startswith(("PIP_", "UV_"))]


def test_onnxruntime_reports_nothing(container):
    """Its telemetry is on by default since 1.29."""
    assert "ORT_DISABLE_TELEMETRY=1" in container.declared["Env"]
    assert container.run("python3", "-c", "import onnxruntime").stderr == ""


def test_half_a_configuration_does_not_start(container):
    """Rules must not answer because a name was forgotten."""
    finished = container.run(*container.declared["Cmd"], env={"CONTROL_TABLE": "control"})
    assert finished.returncode != 0
    assert "CUSTOMER_TABLE is not set" in finished.stderr


def test_compose_passes_on_every_setting_and_publishes_to_this_machine_only():
    """Nobody is authenticated here; and a setting that compose forgot would never arrive."""
    service = yaml.safe_load((ROOT / "docker/docker-compose.yml").read_text(encoding="utf-8"))["services"]["api-server"]
    assert {*STORES, "GRID_INTENSITY_G_PER_KWH", "PUE", "AWS_REGION", "AWS_SESSION_TOKEN"} <= set(service["environment"])
    assert service["ports"] == ["127.0.0.1:${HTTP_PORT:-8000}:8000"]
    assert service["build"] == {"context": "..", "dockerfile": "docker/api-server.Dockerfile"}


def test_the_deployed_model_answers_where_aws_is_configured(container, deployed):
    """Tables and bucket given by environment: the control document's model is fetched, proven and serves."""
    with container.serving(deployed | {"UVICORN_PORT": str(free_port())}) as server:
        assert server.ask("GET", "/v1/model")[1]["production"] == {"family": "light", "version": "v1"}
        status, answer = server.ask("POST", "/v1/score", TRANSACTION)
    assert (status, answer["model"]) == (200, {"family": "light", "version": "v1"})
    assert answer["degraded"] == ["customer_missing", "terminal_missing"]


@pytest.fixture
def deployed(container: Container, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """Settings of a deployment on an AWS of this machine whose production model is light/v1."""
    port = free_port()
    settings = NAMES | {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "DYNAMODB_CLIENT": "lean",
        "AWS_DEFAULT_REGION": "eu-north-1",
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
    }
    for name in ("AWS_ENDPOINT_URL", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, settings[name])
    aws = ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
    aws.start()
    _deploy(boto3.Session())
    yield settings
    aws.stop()


def _deploy(session: boto3.Session) -> None:
    dynamodb: Any = session.client("dynamodb")
    for variable in ("CONTROL_TABLE", "CUSTOMER_TABLE", "TERMINAL_TABLE", "DECISIONS_TABLE"):
        dynamodb.create_table(TableName=NAMES[variable], BillingMode="PAY_PER_REQUEST", **KEYS[variable].definition)
    s3: Any = session.client("s3")
    s3.create_bucket(Bucket="artifacts", CreateBucketConfiguration={"LocationConstraint": "eu-north-1"})
    document = ControlDocument(revision=1, production=put_bundle(s3, bundle()))
    for index in range(control_items.COPIES):
        dynamodb.put_item(TableName="control", Item=control_items.encode(document, index))
