"""The commands of recovery: each reads its options, asks one module, shows the answer."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from cli.errors import InputError
from cli.options import MOMENT, MOMENTS, AsJson, Aws, DryRun, Region, in_utc, print_json
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
    events. What is ingested is deleted there, and nothing else. What nobody was
    told of waits beside them, and is told now. With --since the
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


def rebuild_command(*, dry_run: DryRun = False, as_json: AsJson = False, aws: Aws = False, region: Region = "") -> None:
    """Bring the online states back from the lake, and compare every one with it.

    Starts the job that also runs every night, which fills what is missing and
    corrects what differs; payments go on meanwhile, and no newer update is
    overwritten. Then it prints how many entities there are, how many still
    differ, and the seconds. With --dry-run it only compares.

    Ends with 1 when any state differs. Run `greenfraud redrive` first: what
    never landed in the lake cannot come back from there.
    """
    from cli.recovery.rebuild import rebuild
    from cli.target import find_target

    target = find_target(aws=aws, region=region or None)
    report = rebuild(target, Screen.beside(is_json=as_json), only_compares=dry_run)
    if as_json:
        print_json(report)


def restore_day_command(
    day: Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="the day of the lake")],
    *,
    at: Annotated[
        datetime | None,
        typer.Option(formats=MOMENTS, metavar=MOMENT, help="as it was then; by default just before the newest deletion"),
    ] = None,
    dry_run: DryRun = False,
    aws: Aws = False,
    region: Region = "",
) -> None:
    """Bring a deleted day of the lake back from the versions that its bucket keeps.

    Transactions, labels, releases, decisions and emissions of that day are written
    again as they were; nothing that is there now is touched. Deleted versions are
    kept for 7 days. The states follow with the next upkeep, or at once with
    `greenfraud rebuild`.
    """
    from cli.recovery.restore_day import restore_day
    from cli.target import find_target

    target = find_target(aws=aws, region=region or None)
    restore_day(target, Screen(), day.date(), at=in_utc(at), only_looks=dry_run)
