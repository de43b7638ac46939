"""What training leaves behind names nobody: checkpoints with their samples, bundles, plans, reports, and all that MLflow keeps."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator

import pytest

from cli.data.dataset import hold_back
from cli.data.world import make_world
from tests.e2e.first_run import WORLD

pytestmark = pytest.mark.xdist_group("e2e")

WORD = re.compile(rb"[A-Za-z0-9_-]+")


@pytest.fixture(scope="module")
def people() -> set[bytes]:
    """Every customer of the lake."""
    dataset, _ = hold_back(make_world(WORLD))
    return {identity.encode() for identity in dataset.table["customer_id"].unique().to_pylist()}


def contents(deployment) -> Iterator[tuple[str, bytes]]:
    """Every object of the artifacts, whatever is packed in it too, and MLflow's database."""
    bucket, client = deployment.outputs["ArtifactsBucket"], deployment.client("s3")
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for one in page.get("Contents", []):
            body = deployment.read(bucket, one["Key"])
            yield one["Key"], body
            if body.startswith(b"PK\x03\x04"):
                with zipfile.ZipFile(io.BytesIO(body)) as archive:
                    yield from ((f"{one['Key']}/{name}", archive.read(name)) for name in archive.namelist())
    yield "mlflow.db", (deployment.state / "mlflow/mlflow.db").read_bytes()


def test_no_artifact_and_no_run_names_a_customer(deployment, first_run, people):
    """So forgetting a person changes no model: a sample is of values, a dataset in MLflow of a name, a digest and counts."""
    found = list(contents(deployment))
    places = " ".join(place for place, _ in found)
    assert all(kind in places for kind in ("checkpoints/", "models/", "executions/", "reports/", "mlflow/", "mlflow.db"))
    named = {place for place, body in found if not people.isdisjoint(WORD.findall(body))}
    assert named == set()
