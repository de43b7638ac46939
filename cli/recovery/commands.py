"""The commands of recovery: each reads its options, asks one module, shows the answer."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from cli.errors import InputError
from cli.options import MOMENT, MOMENTS, Aws, DryRun, Region, in_utc
from cli.screen import Screen


def redrive_command(
    *,
    since: Annotated[
        datetime | None,
        typer.Option(formats=MOMENTS, metavar=MOMENT, help="also search the decisions table, for what was decided from then on"),
    ] = None,
    until: Annotated[
        datetime | None,
        typer.Option(formats=MOMENTS, metavar=MOMENT, help="where that search ends; by default a quarter of an hour ago"),
    ] = None,
    dry_run: DryRun = False,
    aws: Aws = False,
    region: Region = "",
) -> None:
    """Ingest again what failed: batches that the stream gave up on, and events that were refused.

    Both wait, in the bucket of abandoned batches and in the queue of rejected
    events. What is ingested is deleted there, and nothing else. With --since the
    decisions table itself is searched for what never reached the states or the
    lake: that reads the whole table, and every day of the lake that it finds.

    An event counts once, however often it is redriven: stop with Ctrl-C at any
    time, and run it again. It ends with 1 while anything stays, and says why.
    """
    from cli.recovery.redrive import redrive
    from cli.target import find_target

    if until is not None and since is None:
        raise InputError("--until ends a search that begins with --since: give both")
    target = find_target(aws=aws, region=region or None)
    redrive(target, Screen(), since=in_utc(since), until=in_utc(until), only_looks=dry_run)
