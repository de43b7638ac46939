"""Changes of what serves that a person asks for: at once, or proposed and approved by somebody else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from cli.api import call_api
from cli.errors import CommandError, InputError
from cli.options import AsJson, Aws, Region, print_json
from cli.screen import Screen
from cli.target import Target, find_target

Reason = Annotated[str, typer.Option(help="why, for the ledger")]
Number = Annotated[int, typer.Argument(min=1, help="as `greenfraud proposals` lists it")]


def proposals_command(*, as_json: AsJson = False, aws: Aws = False, region: Region = "") -> None:
    """What somebody proposed to change, and what became of it."""
    target, screen = find_target(aws=aws, region=region or None), Screen()
    answer = call_api(target, "GET", "/v1/proposals")
    if as_json:
        print_json(answer)
        return
    for one in answer["proposals"]:
        screen.line(f"{one['number']:>4}  {one['status']:<9}  {one['change'].removeprefix('POST /v1/')}, by {one['proposer']}")
        screen.line(f"      {one['at'][:19]} UTC, at revision {one['revision']}: {one['reason']}")
        for told in _models_of(one["body"]):
            screen.line(f"      {told}")
        if policy := one["body"].get("policy"):
            screen.line(f"      policy {policy['version']}, policies/{policy['sha256']}.json among the artifacts")
        if one.get("closed_by"):
            screen.line(f"      {one['status']} by {one['closed_by']}: {one['closing_reason']}")
    if not answer["proposals"]:
        screen.line("nothing was proposed")
    if not answer["four_eyes"]:
        screen.line("changes here need no second person (four_eyes is off): a change is made when it is asked for")


def approve_command(number: Number, *, reason: Reason, as_json: AsJson = False, aws: Aws = False, region: Region = "") -> None:
    """Carry out what somebody else proposed.

    Whoever proposed it cannot, nor can anybody once something else has changed
    what serves since: then propose again what is still wanted.
    """
    target, screen = find_target(aws=aws, region=region or None), Screen()
    answer = asked_for(target, f"/v1/proposals/{number}/approve", {"reason": reason}, f"approve {number}")
    if as_json:
        print_json(answer)
    else:
        tell_serving(answer, screen)


def withdraw_command(number: Number, *, reason: Reason, as_json: AsJson = False, aws: Aws = False, region: Region = "") -> None:
    """Close a proposal that nobody is to carry out."""
    target, screen = find_target(aws=aws, region=region or None), Screen()
    answer = asked_for(target, f"/v1/proposals/{number}/withdraw", {"reason": reason}, f"withdraw {number}")
    if as_json:
        print_json(answer)
    else:
        screen.line(f"proposal {number} is withdrawn")


def asked_for(target: Target, path: str, body: Mapping[str, Any], command: str) -> dict[str, Any]:
    """The answer to a request for a change. CommandError where it was refused."""
    try:
        return call_api(target, "POST", path, body)
    except InputError as error:
        raise CommandError(f"`{command}` was refused: {error}") from None


def tell_change(answer: Mapping[str, Any], screen: Screen) -> None:
    """What serves now, or that it waits for somebody else."""
    if not tell_proposed(answer, screen):
        tell_serving(answer, screen)


def tell_proposed(answer: Mapping[str, Any], screen: Screen) -> bool:
    """Say that a change waits for somebody else, where it does."""
    if (proposal := answer.get("proposal")) is None:
        return False
    screen.line(f"proposed as number {proposal['number']}; nothing is changed yet")
    screen.line(f"somebody else carries it out: greenfraud approve {proposal['number']} --reason ...")
    return True


def tell_serving(answer: Mapping[str, Any], screen: Screen) -> None:
    """What serves now, and what behind it."""
    screen.line(f"now serving {model_name(answer.get('production'))}, revision {answer['revision']}")
    if answer.get("fallback"):
        screen.line(f"and if that cannot be loaded, {model_name(answer['fallback'])}")
    if answer.get("canary"):
        screen.line(f"canary {model_name(answer['canary'])} answers {answer['canary_percent']} % of the customers")
    if answer.get("shadow"):
        screen.line(f"shadow {model_name(answer['shadow'])} scores beside, and answers nobody")


def _models_of(body: Mapping[str, Any]) -> list[str]:
    """What a proposal about models is to approve: which bundle, which share, and what the gate said against it."""
    share = f"{body['percent']} % of the customers to " if body.get("percent") else ""
    model = f"{share}{body['model']}" if body.get("model") else ""
    digest = f", manifest {body['sha256']}" if body.get("sha256") else ""
    return [*([model + digest] if model else []), *body.get("remarks", [])]


def model_name(reference: Mapping[str, Any] | None) -> str:
    """The model in one word."""
    return f"{reference['family']}/{reference['version']}" if reference else "none: rules answer"
