"""One walk with the whole platform, until its end or the first thing that is refused."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.refusals.platform import RECORD_SECONDS, Platform, RefusedError, StuckError
from benchmarks.refusals.words import reason_of
from cli.api import call_api
from cli.data.dataset import HeldBack, hold_back
from cli.data.upload import upload
from cli.data.world import WorldSpecification, make_world
from cli.emissions import read_emissions, scores_accounted
from cli.errors import CommandError

WORLD = WorldSpecification(customers=1_200, days=43)  # the smallest on which a model surely beats the rules
FAMILY = "baseline"  # all families train by one role
SCORES = 20
LANDED_SECONDS = "5"  # of the reconciliation; else it waits two minutes for events that may still be on their way
EXECUTION_SECONDS = 240.0
ROUTES = ("/v1/{proxy+}", "/v1/production/rollback", "/v1/production", "/health")  # that the walk asks for


class FailedError(Exception):
    """A step did not end well; the message is what was answered."""


@dataclass(frozen=True)
class Outcome:
    """How a walk ended: the step that did not end well, or none; what was answered there; what had been refused by then."""

    step: str | None
    said: str
    record: dict[str, Any] = field(repr=False)
    seconds: float

    @property
    def denied(self) -> list[dict[str, Any]]:
        """Every refusal: action, resource, and `said`, a sentence with the role and the line of cdk/ that grants."""
        found: list[dict[str, Any]] = self.record["denied"]
        return found


def walk(platform: Platform, assembly: Path) -> Outcome:
    """Deploy the assembly, then use everything that stands on it; stops where something fails or is refused."""
    began, at, said = time.monotonic(), None, ""
    try:
        for name, step in steps_of(platform, assembly):
            at = name
            step()
            platform.check()
        time.sleep(RECORD_SECONDS)
        platform.check()
        at = None
    except (FailedError, StuckError, RefusedError, CommandError) as failure:
        said = str(failure)
        time.sleep(RECORD_SECONDS)
    return Outcome(at, said, platform.record, time.monotonic() - began)


def steps_of(platform: Platform, assembly: Path) -> list[tuple[str, Callable[[], None]]]:
    """Names of the steps and what each does."""
    held_back: list[HeldBack] = []
    return [
        ("deployment", lambda: deploy(platform, assembly)),
        ("alarm", lambda: ring(platform)),
        ("import", lambda: held_back.extend(fill_lake(platform))),
        ("execution", lambda: run_machine(platform, "StateMachineArn", {"families": [FAMILY]})),
        ("scores", lambda: score(platform, held_back[:SCORES])),
        ("rollback", lambda: roll_back(platform)),
        ("upkeep", lambda: keep_up(platform)),
    ]


def deploy(platform: Platform, assembly: Path) -> None:
    """All stacks. Raises FailedError with what the deployment printed last."""
    finished = platform.deploy(assembly)
    if finished.returncode:
        raise FailedError((finished.stderr or finished.stdout).strip())


def ring(platform: Platform) -> None:
    """An alarm is set off by hand, and must reach whoever subscribed to the topic."""
    sqs, topic = platform.client("sqs"), platform.target.outputs["AlertTopicArn"]
    url = sqs.create_queue(QueueName="subscriber")["QueueUrl"]
    queue = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(subscription_policy(queue, topic))})
    platform.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)
    cloudwatch = platform.client("cloudwatch")
    alarm = next(one["AlarmName"] for one in cloudwatch.describe_alarms()["MetricAlarms"] if topic in one["AlarmActions"])
    cloudwatch.set_alarm_state(AlarmName=alarm, StateValue="ALARM", StateReason="set off by hand")
    platform.wait_for("the alarm's message", lambda: sqs.receive_message(QueueUrl=url).get("Messages"), 15)


def subscription_policy(queue: str, topic: str) -> dict[str, Any]:
    """What a subscriber's queue must allow the topic."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def fill_lake(platform: Platform) -> list[HeldBack]:
    """A small world; what is kept back of it."""
    dataset, held_back = hold_back(make_world(WORLD))
    upload(platform.client("s3"), platform.target.outputs["LakeBucket"], dataset, held_back)
    return held_back


def run_machine(platform: Platform, output: str, document: dict[str, Any]) -> None:
    """The schedule of a state machine is due now; what it starts must succeed."""
    machine, states = platform.target.outputs[output], platform.client("stepfunctions")
    fire(platform, machine, document)

    def newest() -> dict[str, Any] | None:
        started = states.list_executions(stateMachineArn=machine)["executions"]
        return started[0] if started else None

    def ended() -> dict[str, Any] | None:
        execution = newest()
        return execution if execution and execution["status"] != "RUNNING" else None

    platform.wait_for("the schedule's execution", newest, 15)
    execution = platform.wait_for("the execution's end", ended, EXECUTION_SECONDS)
    if execution["status"] != "SUCCEEDED":
        described = states.describe_execution(executionArn=execution["executionArn"])
        raise FailedError(f"{described.get('error', execution['status'])}: {reason_of(described.get('cause', ''))}")


def fire(platform: Platform, machine: str, document: dict[str, Any]) -> None:
    """Make the machine's own schedule due; its role and its target stay."""
    scheduler = platform.client("scheduler")
    names = [one["Name"] for one in scheduler.list_schedules()["Schedules"] if one["Target"]["Arn"] == machine]
    schedule = scheduler.get_schedule(Name=names[0])
    scheduler.update_schedule(
        Name=names[0],
        ScheduleExpression=f"at({datetime.now(UTC):%Y-%m-%dT%H:%M:%S})",
        ScheduleExpressionTimezone="Etc/UTC",
        FlexibleTimeWindow={"Mode": "OFF"},
        State="ENABLED",
        Target={**schedule["Target"], "Input": json.dumps(document)},
    )


def score(platform: Platform, held_back: list[HeldBack]) -> None:
    """Payments over HTTP, a question about each route, a report of fraud, and all of it in the lake."""
    target = platform.target
    for held in held_back:
        answer = call_api(target, "POST", "/v1/score", held.transaction.to_json())
        if answer["degraded"]:
            raise FailedError(f"a score was degraded: {', '.join(answer['degraded'])}")
    decided = held_back[0].transaction
    call_api(target, "GET", f"/v1/decisions/{decided.transaction_id}")
    call_api(target, "GET", "/health")
    call_api(target, "GET", "/v1/model")
    call_api(target, "GET", "/v1/production")
    report = {"transaction_id": decided.transaction_id, "is_fraud": True, "observed_at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"}
    call_api(target, "POST", "/v1/labels", report)
    platform.wait_for("decisions in the lake", lambda: scores_accounted(read_emissions(target)) >= len(held_back), 45)


def roll_back(platform: Platform) -> None:
    """A person's signed request."""
    call_api(platform.target, "POST", "/v1/production/rollback", {"reason": "walk"})


def keep_up(platform: Platform) -> None:
    """The nightly upkeep, on the deployed machine, told that events land within seconds."""
    machine, states = platform.target.outputs["UpkeepStateMachineArn"], platform.client("stepfunctions")
    definition = json.loads(states.describe_state_machine(stateMachineArn=machine)["definition"])
    definition["States"]["Reconcile"]["Parameters"]["HyperParameters"]["landed_seconds"] = LANDED_SECONDS
    states.update_state_machine(stateMachineArn=machine, definition=json.dumps(definition))
    run_machine(platform, "UpkeepStateMachineArn", {})
