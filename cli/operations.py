"""What an operator sees of a platform that is up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cli.api import call_api
from cli.changes import model_name
from cli.data.upload import read_json
from cli.emissions import grams_by_stage, read_emissions
from cli.errors import CommandError
from cli.id_key import ids_told
from cli.progress import grams
from cli.screen import Screen
from cli.target import LOCAL_KEY, Target
from greenfraud.executions import RUNNING
from greenfraud.items import lease as lease_items
from greenfraud.items.lease import Lease
from greenfraud.naming import execution_key, plan_key
from greenfraud.quarantine import held, read_quarantine
from greenfraud.run_request import PERSON

LET_THROUGH = "`greenfraud retrain --accept-chunk {} --why ...` lets it through"


def show_status(target: Target, screen: Screen) -> None:
    """The model that should serve, whether it does, the last executions, the emissions so far."""
    document = call_api(target, "GET", "/v1/production")
    screen.line(f"model      {model_name(document.get('production'))}, revision {document.get('revision', 0)}")
    screen.line(f"health     {health_of(target)}")
    for stage in ("fallback", "canary", "shadow"):
        if document.get(stage):
            share = f", {document['canary_percent']} % of the customers" if stage == "canary" else ""
            screen.line(f"{stage:<10} {model_name(document[stage])}{share}")
    if (lease := running_lease(target)) is not None:
        screen.line(f"training   {lease.name} since {lease.taken_at:%Y-%m-%d %H:%M:%S} UTC; no other execution trains meanwhile")
    for execution in _last_executions(target):
        told = f"{execution['startDate']:%Y-%m-%d %H:%M:%S}  {execution['status']:<9}  {execution['name']}"
        plan = read_json(target.client("s3"), target.outputs["ArtifactsBucket"], plan_key(execution_key(execution["executionArn"])))
        screen.line(f"execution  {told}{planned_in_words(plan or {})}")
    for chunk, one in sorted(held(read_quarantine(target.client("s3"), target.outputs["LakeBucket"])).items()):
        screen.line(f"quarantine {chunk}: {one.words}; {LET_THROUGH.format(chunk)}")
    totals = grams_by_stage(read_emissions(target))
    screen.line(f"emissions  {', '.join(f'{stage} {grams(value)}' for stage, value in totals.items()) or 'none yet'} CO2e")
    screen.line(f"ids        {ids_told(target)}")
    screen.line(f"api        {target.api}")


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
