"""The commands that bring data into the platform: each reads its options, asks one module, shows the answer."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.interruption import told_when_stopped
from cli.options import Aws, Currency, HorizonOfLake, MaturityOfLake, Rates, Region
from cli.reading_options import ReadingOptions, with_reading_options
from cli.screen import Screen
from cli.typed import PLACE, refuse_unused
from greenfraud.money import EURO

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cli.data.importing import ImportOptions
    from intake.look.findings import Look

STOPPED = "stopped: the import is not whole, and counts for nothing until it is. The same command makes it whole"


@with_reading_options
def import_command(  # noqa: PLR0913 - the options of a command
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="Parquet or CSV")],
    *,
    reading: ReadingOptions,
    maturity_days: MaturityOfLake = None,
    label_horizon_days: HorizonOfLake = None,
    currency: Currency = "",
    rates: Rates = None,
    add: Annotated[bool, typer.Option("--append", help="add the payments of a later file to the data set that is there")] = False,
    check: Annotated[bool, typer.Option("--check", help="only check the file")] = False,
    only_look: Annotated[bool, typer.Option("--look", help="only say what is in the file, and what could be which field")] = False,
    declares: Annotated[
        bool, typer.Option("--declare", help="make features of the columns that dataset.toml declares; import nothing")
    ] = False,
    from_afd: Annotated[
        Path | None,
        typer.Option("--from-afd", help="the file is of Amazon Fraud Detector, this folder has its definitions as JSON"),
    ] = None,
    outcome: Annotated[
        list[str] | None, typer.Option(help="what one of its outcomes means: high_risk=review, or allow, challenge, block, nothing")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="take what is proposed, where nothing is left to decide")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="what was seen and what was read as JSON, a line each; all else on standard error")
    ] = False,
    aws: Aws = False,
    region: Region = "",
) -> None:
    """Look at a file, check it from its first row to its last, then put it into the lake, or add it to what is there.

    What a file does not say by itself is proposed and kept in dataset.toml beside it: read it, edit it, run this again.
    Such as: greenfraud import payments.csv --look
    """
    from cli.currency import agreed
    from cli.data.dataset import LABEL_HORIZON_DAYS, MATURITY_DAYS
    from cli.data.declaring import declare
    from cli.data.deployed_columns import require_columns
    from cli.data.enough import readiness_of_dataset
    from cli.data.importing import load_file
    from cli.data.into_lake import add_to_lake, described_lake, fill_lake
    from cli.data.look_screen import readiness_told, show_look, show_readiness
    from cli.data.looking import Ways, look_document, settle
    from cli.id_key import ids_told, read_id_key, tokenised
    from cli.target import find_target

    _refuse_ignored(context, declares=declares, is_checked=check, is_looked=only_look, is_afd=from_afd is not None)
    aside = Screen.aside()
    screen = aside if as_json else Screen()
    target = None if check or only_look or declares else find_target(aws=aws, region=region or None)
    if target is not None:
        require_columns(target, aside.line)
    there = described_lake(target) if add and target else {}
    key = read_id_key(target) if target else None  # before minutes of reading
    own = agreed(currency, target.currency) if target else currency or EURO
    if maturity_days is None:
        maturity_days = there.get("maturity_days", MATURITY_DAYS)
    given = reading.import_options(file, maturity_days=maturity_days, currency=own, rates=rates, note=screen.line)

    if declares:
        declare(file, given, screen, reading.dataset)
        return
    given, told = _brought(file, from_afd, outcome or (), given, screen, is_look_only=only_look, as_json=as_json)

    looks: list[Look] = []

    def show(look: Look) -> None:
        looks.append(look)
        if as_json:
            typer.echo(json.dumps(look_document(look), ensure_ascii=False))
        else:
            show_look(look, screen, told=told)

    ways = Ways(
        is_look_only=only_look,
        is_yes=yes,
        is_told_elsewhere=from_afd is not None,
        description_path=reading.dataset,
        show=show,
    )
    if (options := settle(file, given, screen, ways)) is None:
        return
    horizon_days = LABEL_HORIZON_DAYS if label_horizon_days is None else label_horizon_days
    dataset = replace(load_file(file, options, note=screen.line), label_horizon_days=horizon_days)
    document = dataset.document()
    if not add:  # a month alone says nothing of the lake it comes to
        readiness = readiness_of_dataset(dataset)
        if as_json or not looks or set(readiness_told(readiness)) != set(readiness_told(looks[0].readiness)):
            show_readiness(readiness, aside)
    if target is not None:
        with told_when_stopped(STOPPED), screen.step("import", f"importing {file}"):
            ours = tokenised(dataset, key)
            document = add_to_lake(target, ours, label_horizon_days, screen) if add else fill_lake(target, ours, screen)
        screen.line(f"customers and terminals: {ids_told(target)}")
    typer.echo(json.dumps(document))


def _refuse_ignored(context: typer.Context, *, declares: bool, is_checked: bool, is_looked: bool, is_afd: bool) -> None:
    """Refuse options of an import that another one makes idle."""
    if declares:
        idle = ("add", "check", "only_look", "yes", "as_json", "from_afd", "outcome", "label_horizon_days", *PLACE)
        refuse_unused(context, idle, "--declare changes feature_repo here, and nothing else")
    if is_checked or is_looked:
        refuse_unused(context, ("add", *PLACE), "--check and --look are about the file alone")
    if is_looked:
        refuse_unused(context, ("check", "yes", "label_horizon_days"), "--look only says what is in the file")
    if not is_afd:
        refuse_unused(context, ("outcome",), "--outcome says what outcomes of --from-afd mean, which is not there")


def _brought(  # noqa: PLR0913
    file: Path,
    folder: Path | None,
    outcomes: Sequence[str],
    given: ImportOptions,
    screen: Screen,
    *,
    is_look_only: bool,
    as_json: bool,
) -> tuple[ImportOptions, frozenset[str]]:
    """What definitions in `folder` say of the file, and of which columns; what else comes of them is told, and kept beside it."""
    from cli.data.leaving import keep_files, leave_afd, show_leaving

    if folder is None:
        return given, frozenset()
    leaving = leave_afd(file, folder, given, outcomes)
    show_leaving(leaving, screen)
    if as_json:
        typer.echo(json.dumps({"from_afd": leaving.document()}, ensure_ascii=False))
    if not is_look_only:
        keep_files(leaving, screen)
    return leaving.options, leaving.seen


def rates_command(  # noqa: PLR0913 - the options of a command
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="CSV of date,currency,rate")],
    *,
    check: Annotated[bool, typer.Option("--check", help="only check the file")] = False,
    currency: Currency = "",
    aws: Aws = False,
    region: Region = "",
) -> None:
    """Check a table of rates, then store it where the API converts by it, within a minute."""
    from cli.currency import agreed, checked_rates, store_rates
    from cli.target import find_target

    if check:
        refuse_unused(context, PLACE, "--check is about the file alone")
    target = None if check else find_target(aws=aws, region=region or None)
    own = agreed(currency, target.currency) if target else currency or EURO
    table, content = checked_rates(file, own)
    if target is not None:
        store_rates(target, content)
    rows = sum(len(dated) for dated in table.by_currency.values())
    told = {"currency": own, "currencies": sorted(table.by_currency), "rates": rows, "version": table.version}
    Screen().line(json.dumps(told))
