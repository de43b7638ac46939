"""A workplace on an AWS that other processes can reach, and the orders of its jobs."""

from __future__ import annotations

import os
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from moto.server import ThreadedMotoServer

from tests.training.training_world import make_world
from tests.training.workplace import ENVIRONMENT, EXECUTION, Workplace, training_job
from training.job.bucket import client

HYPERPARAMETERS = {"execution": EXECUTION}  # of a job that runs once per execution


@contextmanager
def reachable_workplace(root: Path) -> Iterator[Workplace]:
    """Five weeks of the small world in the lake, for as long as the block lasts."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    environment = {"AWS_ENDPOINT_URL": f"http://{host}:{port}", "MLFLOW_TRACKING_URI": f"sqlite:///{root}/mlflow.db"}
    _forget_others(environment["AWS_ENDPOINT_URL"])
    with mock.patch.dict(os.environ, ENVIRONMENT | environment):
        client.cache_clear()
        made = Workplace(root)
        made.open()
        made.import_dataset(*make_world(days=36))
        yield made
        client.cache_clear()
    server.stop()


def _forget_others(endpoint: str) -> None:
    """Every server of one process shows the same AWS: what tests before this one left in it would be in the way."""
    urllib.request.urlopen(urllib.request.Request(f"{endpoint}/moto-api/reset", method="POST")).close()


def first_training(workplace: Workplace) -> tuple[dict[str, str], dict[str, str]]:
    """Orders and channels of the plan's first training job."""
    plan = workplace.document(f"executions/{EXECUTION}/plan.json")
    (family, *_) = plan["families"]
    return training_job(plan, family["family"], family["chunks"][0])


def keys(workplace: Workplace, bucket: str, prefix: str = "") -> list[str]:
    """The keys of a bucket below a prefix."""
    return [item["Key"] for item in workplace.s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", [])]
