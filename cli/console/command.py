"""The command `greenfraud console`: the fraud team's pages in a browser, until Ctrl-C."""

from __future__ import annotations

import webbrowser
from contextlib import ExitStack, suppress
from typing import Annotated

import typer

from cli.interruption import end_like_ctrl_c
from cli.options import Aws, Region
from cli.screen import Screen


def console_command(
    *,
    port: Annotated[int, typer.Option(min=1, max=65535, help="port of the pages, on 127.0.0.1 only")] = 8090,
    is_opened: Annotated[bool, typer.Option("--open", help="open it in a browser")] = False,
    aws: Aws = False,
    region: Region = "",
) -> None:
    """The fraud team's pages in a browser: what serves and why, today's reviews, scoring, policy, executions, emissions.

    They are served on this machine alone, and every call to the platform is signed with your own credentials: you see and do there
    what you may. The address holds a key, a new one at every start, that opens once; whoever has it first acts as you.

    greenfraud console

    greenfraud console --aws --open
    """
    from cli.api import require_api
    from cli.console.onward import opening_file
    from cli.console.server import served
    from cli.errors import CommandError
    from cli.target import find_target

    end_like_ctrl_c()
    screen, target = Screen(), find_target(aws=aws, region=region or None)
    require_api(target)  # before anything is served: what is not there has no console
    screen.line(f"platform   {target.api}")
    with ExitStack() as stack:
        address, thread = stack.enter_context(served(target, port))
        screen.line(f"console    {address}", style="bold")
        screen.line("Ctrl-C stops it.")
        if is_opened:
            webbrowser.open(stack.enter_context(opening_file(address)))
        with suppress(KeyboardInterrupt):
            thread.join()
            raise CommandError("the console ended by itself")
