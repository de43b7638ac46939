"""The schedule's event is delivered twice: Scheduler promises at least once, and each delivery starts an execution of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from cli.data.dataset import hold_back
from cli.data.upload import upload
from cli.data.world import WorldSpecification, make_world
from cli.execution import execution_key
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
    made.start()
    try:
        made.deploy()
        dataset, _ = hold_back(make_world(WorldSpecification(customers=600, days=43)))
        upload(made.client("s3"), made.outputs["LakeBucket"], dataset, [])
        yield made
    finally:
        made.stop()


@pytest.mark.xfail(strict=True, reason="nothing keeps a second execution from training what the first is training")
def test_a_second_delivery_of_the_schedules_event_trains_nothing(platform: Deployment) -> None:
    """Of the two executions one works; the other is refused, or finds nothing to do."""
    machine = platform.outputs["StateMachineArn"]
    client = platform.client("stepfunctions")
    platform.client("scheduler").create_schedule(
        Name="twice",
        ScheduleExpression=f"at({datetime.now(UTC):%Y-%m-%dT%H:%M:%S})",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": machine, "RoleArn": "arn:aws:iam::123456789012:role/scheduler", "Input": json.dumps({})},
    )
    wait_until(lambda: len(client.list_executions(stateMachineArn=machine)["executions"]) == 2, 30)
    arns = [one["executionArn"] for one in client.list_executions(stateMachineArn=machine)["executions"]]

    def both_have_decided() -> bool:
        """An execution has ended, or has started its first job."""
        return all(platform.jobs(execution_key(arn)) or status_of(platform, arn) != "RUNNING" for arn in arns)

    wait_until(both_have_decided, 120)
    try:
        assert sum(bool(platform.jobs(execution_key(arn))) for arn in arns) == 1
    finally:
        for arn in arns:
            client.stop_execution(executionArn=arn)


def status_of(platform: Deployment, arn: str) -> str:
    """Of an execution."""
    return str(platform.client("stepfunctions").describe_execution(executionArn=arn)["status"])
