"""`greenfraud status`: reads its options, asks one module, shows the answer."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.errors import InputError
from cli.options import AsJson, Aws, Region, print_json
from cli.screen import Screen


def status_command(
    *,
    env: Annotated[bool, typer.Option("--env", help="the scoring function's environment, for a development server")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="keep it up to date until Ctrl-C")] = False,
    as_json: AsJson = False,
    aws: Aws = False,
    region: Region = "",
) -> None:
    """The serving model, the last executions with their steps as they run, and the emissions so far.

    Of an execution that runs, or did not succeed: each step, since when or how long, which chunk of how many a family learns, and
    why one failed.

    greenfraud status --watch

    greenfraud status --json > status.json
    """
    from cli.operations import environment_lines, show_status, status_document
    from cli.target import find_target
    from cli.watching import watch_status

    if env + watch + as_json > 1:
        raise InputError("--env prints lines for a shell, --watch keeps a screen up to date, --json is a document: choose one")
    target = find_target(aws=aws, region=region or None)
    if env:
        typer.echo("\n".join(environment_lines(target)))
    elif watch:
        watch_status(target, Screen())
    elif as_json:
        print_json(status_document(target))
    else:
        show_status(target, Screen())
