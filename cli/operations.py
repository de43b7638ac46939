"""What an operator sees of a platform that is up."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from cli.api import call_api
from cli.changes import model_name
from cli.data.upload import read_json
from cli.emissions import grams_by_stage, read_emissions
from cli.errors import CommandError
from cli.execution import SUCCEEDED
from cli.id_key import ids_told
from cli.progress import grams
from cli.screen import Screen
from cli.steps.progress import DONE, FAILED, GOES_ON, STOPPED, Step, progress_of
from cli.steps.wording import name_of
from cli.steps.wording import told as told_of
from cli.target import LOCAL_KEY, Target
from greenfraud.executions import RUNNING
from greenfraud.items import lease as lease_items
from greenfraud.items.lease import Lease
from greenfraud.naming import execution_key, plan_key
from greenfraud.quarantine import held, read_quarantine
from greenfraud.run_request import PERSON

LET_THROUGH = "`greenfraud retrain --accept-chunk {} --why ...` lets it through"

MARKS = {DONE: "✓", GOES_ON: "…", FAILED: "✗", STOPPED: "-"}


def status_document(target: Target) -> dict[str, Any]:
    """The model that should serve, whether it does, the last executions, the emissions so far; moments as ISO 8601, in UTC."""
    document = call_api(target, "GET", "/v1/production")
    lease = running_lease(target)
    return {
        "schema": 1,
        **{name: document.get(name) for name in ("production", "fallback", "canary", "canary_percent", "shadow")},
        "revision": document.get("revision", 0),
        "health": health_of(target),
        "training": lease and {"execution": lease.name, "since": lease.taken_at.isoformat()},
        "executions": [_described(target, execution) for execution in _last_executions(target)],
        "quarantine": {
            chunk: one.words
            for chunk, one in sorted(held(read_quarantine(target.client("s3"), target.outputs["LakeBucket"])).items())
        },
        "emissions_g": grams_by_stage(read_emissions(target)),
        "ids": ids_told(target),
        "api": target.api,
    }


def show_status(target: Target, screen: Screen) -> None:
    """The same in words."""
    for line in status_lines(status_document(target)):
        screen.line(line)


def status_lines(told: Mapping[str, Any]) -> list[str]:
    """A status in words, a fact a line, and a line for each step of an execution that runs or did not succeed."""
    lines = [f"model      {model_name(told['production'])}, revision {told['revision']}", f"health     {told['health']}"]
    for stage in ("fallback", "canary", "shadow"):
        if told[stage]:
            share = f", {told['canary_percent']} % of the customers" if stage == "canary" else ""
            lines.append(f"{stage:<10} {model_name(told[stage])}{share}")
    if training := told["training"]:
        lines.append(f"training   {training['execution']} since {_moment(training['since'])}; no other execution trains meanwhile")
    for execution in told["executions"]:
        lines += _execution_lines(execution)
    for chunk, words in told["quarantine"].items():
        lines.append(f"quarantine {chunk}: {words}; {LET_THROUGH.format(chunk)}")
    totals = [f"{stage} {grams(value)}" for stage, value in told["emissions_g"].items()]
    lines.append(f"emissions  {', '.join(totals) or 'none yet'} CO2e")
    return [*lines, f"ids        {told['ids']}", f"api        {told['api']}"]


def _execution_lines(execution: Mapping[str, Any]) -> list[str]:
    named = f"{_moment(execution['started_at'])}  {execution['status']:<9}  {execution['name']}"
    lines = [f"execution  {named}{planned_in_words(execution['plan'])}"]
    if execution["status"] == SUCCEEDED:
        return lines
    if execution["steps"] is None:
        return [*lines, f"{'':<11}its steps are unavailable: {execution['steps_unavailable']}"]
    for one in execution["steps"]:
        step = Step(**one | {"began_at": datetime.fromisoformat(one["began_at"])})
        lines.append(f"{'':<11}{MARKS[step.state]} {name_of(step):<20} {told_of(step)}")
    return [*lines, f"{'':<11}why: {execution['cause']}"] if execution["cause"] else lines


def _described(target: Target, execution: Mapping[str, Any]) -> dict[str, Any]:
    """An execution with its steps and what its plan says of its start; `plan` is empty where there is none."""
    key = plan_key(execution_key(execution["executionArn"]))
    plan = read_json(target.client("s3"), target.outputs["ArtifactsBucket"], key) or {}
    progress = progress_of(target.client("stepfunctions"), execution, plan)
    ended_at = execution.get("stopDate")
    return {
        **{name: execution[name] for name in ("name", "status")},
        "arn": execution["executionArn"],
        "started_at": execution["startDate"].astimezone(UTC).isoformat(),
        "ended_at": ended_at and ended_at.astimezone(UTC).isoformat(),
        "plan": {name: plan[name] for name in ("started_by", "outcome", "reason") if name in plan},
        "steps": None if progress.fault else [step.document() for step in progress.steps],
        "steps_unavailable": progress.fault,
        "cause": progress.cause,
    }


def _moment(text: str) -> str:
    """A moment of a document, to the second.

    >>> _moment("2026-11-30T02:50:07.123456+00:00")
    '2026-11-30 02:50:07 UTC'
    """
    return f"{text[:10]} {text[11:19]} UTC"


def planned_in_words(plan: Mapping[str, Any]) -> str:
    """What a plan says of an execution beside its name: who started it, where that was no person, and why it was skipped.

    >>> planned_in_words({"started_by": {"trigger": "drift"}, "outcome": "skipped", "reason": "not worth a run"})
    '  (started by drift; not worth a run)'
    >>> planned_in_words({"started_by": {"trigger": "person"}, "outcome": "train"})
    ''
    """
    trigger = plan.get("started_by", {}).get("trigger", PERSON)
    told = [] if trigger == PERSON else [f"started by {trigger}"]
    told += [plan["reason"]] if plan.get("outcome") == "skipped" else []
    return f"  ({'; '.join(told)})" if told else ""


def health_of(target: Target) -> str:
    """The word of the API's health, which is open to everybody, and where to look when it is not `ok`."""
    try:
        word = str(call_api(target, "GET", "/health")["status"])
    except CommandError as error:
        return f"unavailable: {error}"
    return word if word == "ok" else f"{word}: GET /v1/model tells what answers, and why"


def environment_lines(target: Target) -> list[str]:
    """Shell lines that give a development server of the API what the deployed function is given."""
    described = target.client("lambda").get_function_configuration(FunctionName=target.outputs["ScoreFunction"])
    variables = {
        **described.get("Environment", {}).get("Variables", {}),
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(described["MemorySize"]),
    }
    variables |= {"AWS_REGION": target.region, "AWS_DEFAULT_REGION": target.region}
    if target.endpoint is not None:
        variables |= {"AWS_ENDPOINT_URL": target.endpoint, "AWS_ACCESS_KEY_ID": LOCAL_KEY, "AWS_SECRET_ACCESS_KEY": LOCAL_KEY}
    return [f"export {name}='{value}'" for name, value in sorted(variables.items())]


def running_lease(target: Target) -> Lease | None:
    """The lease of an execution that runs; what its holder left behind when it ended counts no more."""
    found = target.client("dynamodb").get_item(TableName=target.outputs["LeasesTable"], Key=lease_items.key()).get("Item")
    lease = None if found is None else lease_items.decode(found)
    machine = {"stateMachineArn": target.outputs["StateMachineArn"], "statusFilter": RUNNING}
    running = target.client("stepfunctions").list_executions(**machine)["executions"]
    return lease if lease and lease.holder in [one["executionArn"] for one in running] else None


def _last_executions(target: Target, count: int = 5) -> list[dict[str, Any]]:
    listed = target.client("stepfunctions").list_executions(stateMachineArn=target.outputs["StateMachineArn"], maxResults=count)
    return sorted(listed["executions"], key=lambda execution: execution["startDate"], reverse=True)[:count]
