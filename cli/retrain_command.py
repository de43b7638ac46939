"""`greenfraud retrain`."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from cli.errors import InputError
from cli.options import AsJson, Aws, Region, print_json
from cli.screen import Screen


def retrain_command(  # noqa: PLR0913 - the options of a command
    *,
    families: Annotated[str, typer.Option(help="only these, separated by commas: baseline,light,heavy")] = "",
    chunks: Annotated[str, typer.Option(help="only these, separated by commas: 20260101-20260108")] = "",
    force: Annotated[bool, typer.Option("--force", help="even what was trained before")] = False,
    full: Annotated[bool, typer.Option("--full", help="learn every mature chunk anew and at once, from nothing")] = False,
    accept_chunk: Annotated[str, typer.Option(help="let these out of quarantine, separated by commas; needs --why")] = "",
    why: Annotated[str, typer.Option(help="why the accepted chunks are let through; kept on record")] = "",
    within: Annotated[
        float, typer.Option(metavar="HOURS", min=0, max=24, help="begin when the grid is cleanest, and end within so many hours")
    ] = 0,
    over_budget: Annotated[
        bool, typer.Option("--over-budget", help="even where the month's budget of carbon or money is used up")
    ] = False,
    stop: Annotated[str, typer.Option(metavar="EXECUTION", help="start nothing, and end this execution")] = "",
    as_json: AsJson = False,
    aws: Aws = False,
    region: Region = "",
) -> None:
    """Start the training pipeline and follow it; without options it trains every mature chunk that is new."""
    from cli import retraining
    from cli.target import find_target

    wanted: dict[str, Any] = {"families": _listed(families), "chunks": _listed(chunks), "force": force, "full": full}
    wanted |= {"accept": _listed(accept_chunk), "why": why, "deadline": within, "over_budget": over_budget}
    document = {name: value for name, value in wanted.items() if value}
    if stop and document:
        options = (f"--{'within' if name == 'deadline' else name.replace('_', '-')}" for name in document)
        raise InputError(f"--stop starts nothing: leave out {', '.join(options)}")
    if stop and as_json:
        raise InputError("--json tells what an execution came to, and --stop starts none: leave one of them out")
    target = find_target(aws=aws, region=region or None)
    if stop:
        retraining.stop(target, Screen(), stop)
        return
    told = retraining.retrain(target, Screen.beside(is_json=as_json), document)
    if as_json:
        print_json(told)


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
