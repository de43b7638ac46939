"""Whether a deployment is whole: stacks, outputs, the API, what rings, the last executions, the lake. Read only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from botocore.exceptions import ClientError

from cli.api import ask_api, call_api
from cli.changes import model_name
from cli.data.deployed_columns import other_columns, way_to_columns
from cli.data.upload import imported_document
from cli.doctor.finding import Finding
from cli.models.without_model import TRAIN, way_to_a_model
from cli.operations import LET_THROUGH
from cli.target import STACKS, Target
from greenfraud.executions import RUNNING, name_of
from greenfraud.quarantine import held, read_quarantine

PART = "deployment"
PREFIX = "GreenFraud-"
EVERY_STACK = (*STACKS, "Monitoring")
NEEDED = ("ApiUrl", "ArtifactsBucket", "DecisionsTable", "LakeBucket", "LeasesTable", "StateMachineArn", "UpkeepStateMachineArn")
SKEW = timedelta(minutes=4)  # AWS refuses signatures that are five minutes off
UPKEEP_EVERY = timedelta(days=2)  # it runs each night; one may be missed while a machine is waited for
MADE_NAME = re.compile(r"^GreenFraud-[A-Za-z]+-([A-Za-z0-9]+?)[0-9A-F]{8}-\w+$")
UNTIL_UPKEEP = "TrainingOverdue"  # proves to a new deployment that mail arrives; only the upkeep tells when something was trained
ENDED_BADLY = {"FAILED", "TIMED_OUT", "ABORTED"}


def caller(target: Target) -> Iterator[Finding]:
    """Who the credentials belong to."""
    found = target.client("sts").get_caller_identity()
    yield Finding(PART, "credentials", "well", f"{found['Arn']}, region {target.region}")


def stacks(target: Target) -> Iterator[Finding]:
    """Each stack that is not there or not complete, or that all are."""
    mend = f"{'make deploy' if target.endpoint is None else 'make run'}; then look again"
    standing = {name: _status(target, name) for name in EVERY_STACK}
    wrong = {name: status for name, status in standing.items() if status not in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}}
    for name, status in wrong.items():
        found = status or f"is not there, in {target.region}"
        yield Finding(PART, f"stack {PREFIX}{name}", "wrong", found, mend)
    if not wrong:
        yield Finding(PART, "stacks", "well", f"all {len(standing)} are complete")


def outputs(target: Target) -> Iterator[Finding]:
    """Whether the stacks tell what commands need."""
    missing = [name for name in NEEDED if name not in target.outputs]
    if missing:
        mend = "The stacks are of another release: deploy this one (`make deploy`), or use that one's commands"
        yield Finding(PART, "outputs", "wrong", f"without {', '.join(missing)}", mend)
    else:
        yield Finding(PART, "outputs", "well", "complete")


def health(target: Target) -> Iterator[Finding]:
    """What the API says of itself, and whether its clock and this one agree."""
    answer = ask_api(target, "GET", "/health")
    word = str(answer.json().get("status")) if answer.is_success else f"answered {answer.status_code}"
    mend = "GET /v1/model tells what answers, and why; docs/bad-day.md says what to do"
    yield Finding(PART, "api", "well", f"ok at {target.api}") if word == "ok" else Finding(PART, "api", "wrong", word, mend)
    if "date" in answer.headers:
        skew = abs(datetime.now(UTC) - parsedate_to_datetime(answer.headers["date"]))
        if skew > SKEW:
            found = f"this machine's and the API's are {skew.total_seconds() / 60:.0f} minutes apart"
            yield Finding(PART, "clock", "wrong", found, "Set this machine's clock, or AWS refuses every signature")


def model(target: Target) -> Iterator[Finding]:
    """What is in production."""
    answer = call_api(target, "GET", "/v1/production")
    if answer.get("production") is not None:
        yield Finding(PART, "model", "well", model_name(answer["production"]))
    elif training := _last(target, "StateMachineArn", statusFilter=RUNNING):
        found = f"none yet: the rules answer while an execution trains, since {_minute(training['startDate'])}"
        yield Finding(PART, "model", "note", found, "greenfraud status --watch shows its steps")
    elif answer.get("revision"):
        yield Finding(PART, "model", "note", "none: the rules answer", way_to_a_model(target))
    else:
        yield Finding(PART, "model", "note", "none yet: the rules answer", TRAIN)


def columns(target: Target) -> Iterator[Finding]:
    """Whether it takes the columns that are declared here: an import would be refused."""
    differs, mend = other_columns(target), f"Deploy what is declared: {way_to_columns(target)}"
    if differs is None:
        yield Finding(PART, "columns", "note", "not told: the platform is of an earlier release", mend)
    elif differs:
        yield Finding(PART, "columns", "wrong", f"the platform {differs}", mend)
    else:
        yield Finding(PART, "columns", "well", "as declared here")


def alarms(target: Target) -> Iterator[Finding]:
    """Every alarm that rings, or that none does."""
    pages = target.client("cloudwatch").get_paginator("describe_alarms").paginate(StateValue="ALARM", AlarmNamePrefix=PREFIX)
    ringing = [alarm for page in pages for alarm in page["MetricAlarms"] if alarm["StateValue"] == "ALARM"]
    for alarm in ringing:
        name = short_name(alarm["AlarmName"])
        if name == UNTIL_UPKEEP and _last(target, "UpkeepStateMachineArn") is None:
            yield Finding(PART, f"alarm {name}", "note", "rings until the first night after a training")
            continue
        found = f"rings since {_minute(alarm['StateUpdatedTimestamp'])}: {alarm.get('AlarmDescription', '')}"
        yield Finding(PART, f"alarm {name}", "wrong", found, "docs/deploy.md, Later, says what to do")
    if not ringing:
        yield Finding(PART, "alarms", "well", "none rings")


def short_name(alarm: str) -> str:
    """The name of an alarm as the documentation has it, without its stack and what CloudFormation adds.

    >>> short_name("GreenFraud-Serving-WatchSlow63FCFE2B-352c763b"), short_name("mine")
    ('WatchSlow', 'mine')
    """
    return MADE_NAME.sub(r"\1", alarm)


def training(target: Target) -> Iterator[Finding]:
    """How the last execution of the pipeline ended."""
    last = _last(target, "StateMachineArn")
    if last is None:
        yield Finding(PART, "training", "note", "never", "greenfraud retrain")
    else:
        yield _ended("training", last, "`greenfraud status` names it; docs/training.md, After a failure, says how to go on")


def upkeep(target: Target) -> Iterator[Finding]:
    """How the last nightly upkeep ended, and in AWS whether there was one lately."""
    last, mend = _last(target, "UpkeepStateMachineArn"), "Look at the schedule and the dead-letter queue; docs/deploy.md, Later"
    if last is None:
        yield Finding(PART, "upkeep", "note", "never: it runs at night")
    elif target.endpoint is None and datetime.now(UTC) - last["startDate"] > UPKEEP_EVERY:
        yield Finding(PART, "upkeep", "wrong", f"the last one began {_minute(last['startDate'])}", mend)
    else:
        yield _ended("upkeep", last, "docs/recovery.md says what each of its jobs does, and how to run it again")


def lake(target: Target) -> Iterator[Finding]:
    """What was imported, and which weeks nothing is learned of."""
    s3, bucket = target.client("s3"), target.outputs["LakeBucket"]
    found = imported_document(s3, bucket)
    if found is None:
        yield Finding(PART, "data", "note", "nothing was imported", "greenfraud import FILE")
    else:
        span = f"{found['first_day']} to {found['newest_occurred_at'][:10]}"
        yield Finding(PART, "data", "well", f"{found['name']}: {found['rows']:,} transactions, {found['frauds']:,} frauds, {span}")
    for chunk, one in sorted(held(read_quarantine(s3, bucket)).items()):
        yield Finding(PART, f"week {chunk}", "wrong", f"in quarantine: {one.words}", LET_THROUGH.format(chunk))


def _status(target: Target, name: str) -> str | None:
    """A stack's status; None where it is not there. ClientError when it may not be looked at."""
    try:
        (found,) = target.client("cloudformation").describe_stacks(StackName=f"{PREFIX}{name}")["Stacks"]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
    return str(found["StackStatus"])


def _last(target: Target, output: str, **wanted: str) -> dict[str, Any] | None:
    asked = {"stateMachineArn": target.outputs[output], "maxResults": 1, **wanted}
    listed = target.client("stepfunctions").list_executions(**asked)["executions"]
    return listed[0] if listed else None


def _ended(place: str, execution: dict[str, Any], mend: str) -> Finding:
    status, at = execution["status"], _minute(execution["startDate"])
    if status in ENDED_BADLY:
        return Finding(PART, place, "wrong", f"{name_of(execution['executionArn'])} of {at} ended as {status}", mend)
    return Finding(PART, place, "well", f"runs since {at}" if status == RUNNING else f"the last one, of {at}, ended well")


def _minute(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
