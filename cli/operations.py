"""What an operator does with a platform that is up: look, retrain, roll back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cli.api import call_api
from cli.emissions import grams_by_stage, read_emissions
from cli.errors import CommandError, InputError
from cli.execution import follow_execution, start_execution
from cli.id_key import ids_told
from cli.progress import TrainingView, grams
from cli.screen import Screen
from cli.target import LOCAL_KEY, Target


def retrain(target: Target, screen: Screen, document: Mapping[str, Any]) -> None:
    """Start the pipeline with `document` and follow it to its end."""
    arn = start_execution(target, document)
    screen.line(f"execution {arn}")
    with screen.step("pipeline", "training, evaluating, promoting"):
        execution = follow_execution(target, arn, TrainingView(screen))
    if execution.is_idle:
        screen.line(f"NothingToTrain: {execution.output.get('reason', 'every mature chunk is trained')}")


def show_status(target: Target, screen: Screen) -> None:
    """The serving model, the last executions, the emissions so far."""
    document = call_api(target, "GET", "/v1/production")
    screen.line(f"model      {_model(document.get('production'))}, revision {document.get('revision', 0)}")
    for stage in ("canary", "shadow"):
        if document.get(stage):
            screen.line(f"{stage:<10} {_model(document[stage])}")
    for execution in _last_executions(target):
        screen.line(f"execution  {execution['startDate']:%Y-%m-%d %H:%M:%S}  {execution['status']:<9}  {execution['name']}")
    totals = grams_by_stage(read_emissions(target))
    screen.line(f"emissions  {', '.join(f'{stage} {grams(value)}' for stage, value in totals.items()) or 'none yet'} CO2e")
    screen.line(f"ids        {ids_told(target)}")
    screen.line(f"api        {target.api}")


def roll_back(target: Target, screen: Screen, reason: str) -> None:
    """Make the model before this one serve again; the ledger keeps why, and who signed the request."""
    try:
        document = call_api(target, "POST", "/v1/production/rollback", {"reason": reason})
    except InputError as error:
        raise CommandError(f"`rollback` was refused: {error}") from None
    screen.line(f"now serving {_model(document.get('production'))}, revision {document['revision']}")


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


def _last_executions(target: Target, count: int = 5) -> list[dict[str, Any]]:
    listed = target.client("stepfunctions").list_executions(stateMachineArn=target.outputs["StateMachineArn"], maxResults=count)
    return sorted(listed["executions"], key=lambda execution: execution["startDate"], reverse=True)[:count]


def _model(reference: Mapping[str, Any] | None) -> str:
    return f"{reference['family']}/{reference['version']}" if reference else "none: rules answer"
