"""The commands that bring data into the platform: each reads its options, asks one module, shows the answer."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.errors import InputError
from cli.options import Aws, Currency, HorizonOfLake, MaturityOfLake, Rates, Region
from cli.reading_options import ReadingOptions, with_reading_options
from cli.screen import Screen
from greenfraud.money import EURO

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cli.data.importing import ImportOptions
    from intake.look.findings import Look


@with_reading_options
def import_command(  # noqa: PLR0913 - the options of a command
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

    _refuse_together(
        ("--append", add, "is about a lake", {"--check": check, "--look": only_look, "--declare": declares}),
        ("--declare", declares, "changes feature_repo here, and nothing else", {"--check": check, "--look": only_look}),
        ("--declare", declares, "shows a person, before there is a platform", {"--json": as_json, "--yes": yes, "--aws": aws}),
        ("--from-afd", from_afd is not None, "writes its own lines for feature_repo", {"--declare": declares}),
    )
    _require_definitions(outcome or (), from_afd)
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
        with screen.step("import", f"importing {file}"):
            ours = tokenised(dataset, key)
            document = add_to_lake(target, ours, label_horizon_days, screen) if add else fill_lake(target, ours, screen)
        screen.line(f"customers and terminals: {ids_told(target)}")
    typer.echo(json.dumps(document))


def _refuse_together(*rules: tuple[str, bool, str, dict[str, bool]]) -> None:
    """Raise InputError where an option is given with one that it would ignore: the option, whether it is, why, the others."""
    for option, is_given, why, others in rules:
        if is_given and any(others.values()):
            raise InputError(f"{option} {why}: leave out {' and '.join(name for name, given in others.items() if given)}")


def _require_definitions(outcomes: Sequence[str], folder: Path | None) -> None:
    if outcomes and folder is None:
        raise InputError("--outcome says what outcomes of --from-afd mean: give both, or leave it out")


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


def rates_command(
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

    target = None if check else find_target(aws=aws, region=region or None)
    own = agreed(currency, target.currency) if target else currency or EURO
    table, content = checked_rates(file, own)
    if target is not None:
        store_rates(target, content)
    rows = sum(len(dated) for dated in table.by_currency.values())
    told = {"currency": own, "currencies": sorted(table.by_currency), "rates": rows, "version": table.version}
    Screen().line(json.dumps(told))
