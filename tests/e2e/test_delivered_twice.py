"""The schedule's event is delivered twice: Scheduler promises at least once, and each delivery starts an execution of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from cli.data.dataset import hold_back
from cli.data.upload import upload
from cli.data.world import WorldSpecification, make_world
from greenfraud.executions import name_of
from greenfraud.items import lease as lease_items
from greenfraud.naming import execution_key
from tests.e2e.deployed import deployed
from tests.e2e.deployment import ASSEMBLY, Deployment, wait_until

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("delivered-twice"),
    pytest.mark.skipif(not (ASSEMBLY / "manifest.json").exists(), reason="cdk.out is missing: run `make synth`"),
]


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """A platform of its own that delivers twice, untouched, with data to learn."""
    made = Deployment(tmp_path_factory.mktemp("twice"), options=("--deliver-twice",))
    with deployed(made):
        dataset, _ = hold_back(make_world(WorldSpecification(customers=600, days=43)))
        upload(made.client("s3"), made.outputs["LakeBucket"], dataset, [])
        yield made


@dataclass(frozen=True)
class Pair:
    """The executions of one event: that which trains, and the other as it ended."""

    trains: str
    other: dict[str, Any]


@pytest.fixture(scope="module")
def pair(platform: Deployment) -> Iterator[Pair]:
    """What two deliveries of the retraining schedule's event start, by the target that the template gives it."""
    machine = platform.outputs["StateMachineArn"]
    client, scheduler = platform.client("stepfunctions"), platform.client("scheduler")
    described = scheduler.get_schedule(Name=platform.outputs["ScheduleName"])
    scheduler.create_schedule(
        Name="twice",
        ScheduleExpression=f"at({datetime.now(UTC):%Y-%m-%dT%H:%M:%S})",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target=described["Target"],
    )
    wait_until(lambda: len(client.list_executions(stateMachineArn=machine)["executions"]) == 2)
    arns = [one["executionArn"] for one in client.list_executions(stateMachineArn=machine)["executions"]]

    def training() -> list[str]:
        """The executions that have started a job, once each has or has ended."""
        working = [arn for arn in arns if platform.jobs(execution_key(arn))]
        return working if all(arn in working or status_of(platform, arn) != "RUNNING" for arn in arns) else []

    try:
        (trains,) = wait_until(training)
        (other,) = [client.describe_execution(executionArn=arn) for arn in arns if arn != trains]
        yield Pair(trains, {**other, "output": json.loads(other["output"])})
    finally:
        for arn in arns:
            client.stop_execution(executionArn=arn)


def links_of(platform: Deployment) -> list[str]:
    """Of the lineage, in no order."""
    items = platform.client("dynamodb").scan(TableName=platform.outputs["LineageTable"])["Items"]
    return sorted(str(sorted(item.items())) for item in items)


def status_of(platform: Deployment, arn: str) -> str:
    """Of an execution."""
    return str(platform.client("stepfunctions").describe_execution(executionArn=arn)["status"])


def stop(platform: Deployment, arn: str) -> None:
    """End an execution, and wait until Step Functions says that it has ended."""
    platform.client("stepfunctions").stop_execution(executionArn=arn)
    wait_until(lambda: status_of(platform, arn) != "RUNNING")


def test_a_second_delivery_of_the_schedules_event_trains_nothing(pair: Pair) -> None:
    """It succeeds, which wakes nobody, and names the execution that trains."""
    assert pair.other["status"] == "SUCCEEDED"
    output = pair.other["output"]
    assert (output["outcome"], output["families"]) == ("already_running", [])
    assert output["holder"] == name_of(pair.trains)


def test_a_person_who_starts_meanwhile_is_told_who_trains(platform: Deployment, pair: Pair) -> None:
    """By the command, which fails because what was asked for has not been done; and by `status`."""
    shown = platform.command("retrain", "--force")
    assert shown.returncode == 1
    assert f"AlreadyRunning: {name_of(pair.trains)} trains since" in shown.stderr
    assert f"training   {name_of(pair.trains)} since" in platform.command("status").stdout


def test_a_late_delivery_of_the_event_trains_nothing_either(platform: Deployment, pair: Pair) -> None:
    """Also when the execution that the first one started has ended, and however it ended."""
    client = platform.client("stepfunctions")
    document = client.describe_execution(executionArn=pair.trains)["input"]
    stop(platform, pair.trains)
    late = platform.execute(json.loads(document))
    assert (late["status"], late["output"]["outcome"]) == ("SUCCEEDED", "nothing_to_train")
    assert late["output"]["reason"].endswith(f" was made by {name_of(pair.trains)}")


@pytest.fixture(scope="module")
def successor(platform: Deployment, pair: Pair) -> str:
    """An execution that begins where the one before it was aborted, and is stopped at work."""
    stop(platform, pair.trains)
    arn = platform.start_execution({})
    wait_until(lambda: platform.jobs(execution_key(arn)))
    shown = platform.command("retrain", "--stop", name_of(arn))
    assert shown.returncode == 0, shown.stderr
    wait_until(lambda: status_of(platform, arn) == "ABORTED")
    return arn


def test_the_lease_of_an_execution_that_was_aborted_is_taken_at_once(platform: Deployment, pair: Pair, successor: str) -> None:
    """The next one trains."""
    assert status_of(platform, pair.trains) == "ABORTED"
    lease = platform.client("dynamodb").get_item(TableName=platform.outputs["LeasesTable"], Key=lease_items.key())["Item"]
    assert lease_items.decode(lease).holder == successor


def test_what_an_overtaken_execution_trains_when_it_is_redriven_is_not_recorded(
    platform: Deployment, pair: Pair, successor: str
) -> None:
    """It fails where it would record, with the name of the execution that came after it."""
    before = links_of(platform)  # who was stopped late may have recorded while the lease was its own
    platform.client("stepfunctions").redrive_execution(executionArn=pair.trains)
    ended = platform.end_of(pair.trains)
    assert (ended["status"], ended["error"]) == ("FAILED", "Overtaken")
    assert f"{name_of(successor)} took the lease of execution {execution_key(pair.trains)}" in ended["cause"]
    assert links_of(platform) == before


def test_no_job_of_two_starts_at_the_same_moment_failed(platform: Deployment, pair: Pair, successor: str) -> None:
    """MLflow's database is made by the first job that tells it something, and by no other at the same time."""

    def statuses() -> set[str]:
        """How the jobs of both are."""
        return {job["TrainingJobStatus"] for arn in (pair.trains, successor) for job in platform.jobs(execution_key(arn))}

    # An execution that fails at one branch leaves the jobs of others at work for a while.
    wait_until(lambda: "InProgress" not in statuses())
    assert statuses() <= {"Completed", "Stopping", "Stopped"}
