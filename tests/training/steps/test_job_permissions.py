"""What the steps call is what their roles grant, by the template's golden file: none is refused in AWS, none may do more."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.client import BaseClient
from workplace import EXECUTION, Workplace

from greenfraud.instants import DAY_US, day_of
from greenfraud.items.state import identity_of, key
from greenfraud.naming import decisions_key

pytestmark = pytest.mark.xdist_group("training-jobs")
GOLDEN = Path(__file__).resolve().parents[2] / "cdk" / "golden" / "permissions.json"
ROLE = "GreenFraud-Training/Jobs/Roles/"
ARNS = {
    "lake": "<GreenFraud-Data/Buckets/Lake.Arn>",
    "artifacts": "<GreenFraud-Data/Buckets/Artifacts.Arn>",
    "control": "<GreenFraud-Data/Tables/Control.Arn>",
    "greenfraud.customer_activity": "<GreenFraud-Data/Tables/Customer.Arn>",
    "greenfraud.terminal_activity": "<GreenFraud-Data/Tables/Terminal.Arn>",
}
OBJECT_ACTIONS = {
    "GetObject": "s3:GetObject",
    "HeadObject": "s3:GetObject",
    "PutObject": "s3:PutObject",
    "CreateMultipartUpload": "s3:PutObject",
    "UploadPart": "s3:PutObject",
    "CompleteMultipartUpload": "s3:PutObject",
    "DeleteObject": "s3:DeleteObject",
}
# By SageMaker itself, or through MLflow's interface: no call of ours.
OF_THE_PLATFORM = ("ecr:", "logs:", "sagemaker:")
PLATFORM_PREFIXES = ("/jobs/", "/spot/")
RECORD = f"{ARNS['artifacts']}/executions/*/mlflow.json"
NOT_WALKED = {  # what one execution of two families does not show, with the occasion that does
    ("evaluate", "s3:ListBucket", ARNS["artifacts"]): "a bundle that is missing must not read as a refused one",
    ("report", "s3:PutObject", RECORD): "the features job had no MLflow to open the execution's run in",
    ("train", "s3:PutObject", RECORD): "the features job had no MLflow to open the execution's run in",
    ("train", "s3:GetObject", f"{ARNS['artifacts']}/executions/*/chunks.manifest"): "a full refit",
    ("train", "s3:PutObject", f"{ARNS['lake']}/emissions/dt=*/train-gf-heavy-*"): "a third family",
}
Calls = dict[str, set[tuple[str, str]]]


def requests(service: str, operation: str, given: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The actions and resources that AWS authorises one call by."""
    if service == "cloudwatch":
        yield f"cloudwatch:{operation}", "*"
    elif operation == "ListObjectsV2":
        yield "s3:ListBucket", ARNS[given["Bucket"]]
    elif service == "s3":
        yield OBJECT_ACTIONS[operation], f"{ARNS[given['Bucket']]}/{given['Key']}"
    elif operation == "TransactWriteItems":
        yield from (
            (f"dynamodb:{kind}Item", ARNS[one["TableName"]]) for item in given["TransactItems"] for kind, one in item.items()
        )
    elif operation == "BatchGetItem":
        yield from ((f"dynamodb:{operation}", ARNS[table]) for table in given["RequestItems"])
    else:
        yield f"{service}:{operation}", ARNS[given["TableName"]]


@pytest.fixture(scope="module", autouse=True)
def calls() -> Iterator[Calls]:
    """By step, what it and SageMaker in its name asked of AWS; filled as jobs run."""
    made: Calls = defaultdict(set)
    running: list[str] = []
    call, run = BaseClient._make_api_call, Workplace.run

    def recorded_call(client: Any, operation: str, given: dict[str, Any]) -> Any:
        if not running:
            return call(client, operation, given)
        made[running[-1]].update(requests(client.meta.service_model.service_name, operation, given))
        try:
            return call(client, operation, given)
        except client.exceptions.NoSuchKey:  # who may not list is told that it is forbidden
            made[running[-1]].add(("s3:ListBucket", ARNS[given["Bucket"]]))
            raise

    def recorded_run(workplace: Workplace, step: str, *given: Any, **named: Any) -> Path:
        running.append(step)
        try:
            return run(workplace, step, *given, **named)
        finally:
            running.pop()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseClient, "_make_api_call", recorded_call)
        patch.setattr(Workplace, "run", recorded_run)
        patch.setattr("training.online.state_writes.WRITERS", 1)  # plain moto cannot stand a second transaction beside one
        yield made


@pytest.fixture(scope="module")
def walked(reported: Workplace, calls: Calls) -> Calls:
    """The calls of a whole execution and of a night of upkeep."""
    reported.run("materialize", {"execution": EXECUTION})
    for table in ("greenfraud.customer_activity", "greenfraud.terminal_activity"):
        lose_a_state(table)
    reported.run("reconcile", {"execution": EXECUTION})
    day, decided = day_of(reported.as_of_us - DAY_US), json.dumps({"transaction_id": "unknown"}).encode()
    reported.s3.put_object(Bucket="lake", Key=decisions_key(day, "0"), Body=decided)
    reported.run("monitor", {"execution": EXECUTION, "days": "3"})
    return calls


def lose_a_state(table: str) -> None:
    """Delete one item, so that there is something to reconcile."""
    dynamodb = boto3.client("dynamodb")
    lost = dynamodb.scan(TableName=table, Limit=1)["Items"][0]
    dynamodb.delete_item(TableName=table, Key=key(identity_of(lost)))


@pytest.fixture(scope="module")
def granted() -> dict[str, list[tuple[str, str]]]:
    """By step, pairs of an action and of a pattern of resources."""
    roles = json.loads(GOLDEN.read_text(encoding="utf-8"))["roles"]
    return {
        path.removeprefix(ROLE).lower(): [
            (action, resource) for one in role["granted"] for action in one["actions"] for resource in one["resources"]
        ]
        for path, role in roles.items()
        if path.startswith(ROLE)
    }


def test_no_step_is_refused(walked, granted) -> None:
    """Each call of each step, with the resource it names, is one that the step's role grants."""
    refused = {
        (step, action, resource)
        for step, made in walked.items()
        for action, resource in made
        if not any(one == action and fnmatchcase(resource, pattern) for one, pattern in granted[step])
    }
    assert not refused
    assert walked.keys() == granted.keys()


def test_no_step_may_do_what_it_never_does(walked, granted) -> None:
    """Beyond what SageMaker and MLflow do in its name."""
    unused = {
        (step, action, pattern)
        for step, pairs in granted.items()
        for action, pattern in pairs
        if not action.startswith(OF_THE_PLATFORM)
        and not any(prefix in pattern for prefix in PLATFORM_PREFIXES)
        and not any(action == one and fnmatchcase(resource, pattern) for one, resource in walked[step])
    }
    assert unused == set(NOT_WALKED)
