"""The commands that bring data into the platform: each reads its options, asks one module, shows the answer."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.errors import InputError
from cli.options import Aws, Currency, HorizonOfLake, Mapping, MaturityOfLake, Rates, Region, Timezone, import_options
from cli.screen import Screen
from greenfraud.money import EURO

if TYPE_CHECKING:
    from cli.data.dataset import Dataset
    from cli.target import Target


def import_command(  # noqa: PLR0913 - the options of a command
    file: Annotated[Path, typer.Argument(help="Parquet or CSV")],
    *,
    mapping: Mapping = "",
    timezone: Timezone = "",
    maturity_days: MaturityOfLake = None,
    label_horizon_days: HorizonOfLake = None,
    currency: Currency = "",
    rates: Rates = None,
    add: Annotated[bool, typer.Option("--append", help="add the payments of a later file to the data set that is there")] = False,
    check: Annotated[bool, typer.Option("--check", help="only check the file")] = False,
    aws: Aws = False,
    region: Region = "",
) -> None:
    """Check a file from its first row to its last, then put it into the lake, or add it to what is there."""
    from cli.currency import agreed
    from cli.data.dataset import LABEL_HORIZON_DAYS, MATURITY_DAYS
    from cli.data.importing import load_file
    from cli.data.upload import change_label_horizon
    from cli.id_key import ids_told, read_id_key, tokenised
    from cli.target import find_target

    if add and check:
        raise InputError("--check looks at the file alone: leave out --append")
    screen = Screen()
    target = None if check else find_target(aws=aws, region=region or None)
    there = _lake_to_append_to(target) if add and target else {}
    key = read_id_key(target) if target else None  # before minutes of reading
    own = agreed(currency, target.currency) if target else currency or EURO
    matures = there.get("maturity_days", MATURITY_DAYS) if maturity_days is None else maturity_days
    loaded = load_file(file, import_options(mapping, timezone, matures, own, rates), note=screen.line)
    dataset = replace(loaded, label_horizon_days=LABEL_HORIZON_DAYS if label_horizon_days is None else label_horizon_days)
    document = dataset.document()
    if target is not None:
        with screen.step("import", f"importing {file}"):
            document = (_append if add else _upload)(target, tokenised(dataset, key), screen)
        if add and label_horizon_days is not None:
            change_label_horizon(target.client("s3"), target.outputs["LakeBucket"], label_horizon_days)
        screen.line(f"customers and terminals: {ids_told(target)}")
    screen.line(json.dumps(document))


def _lake_to_append_to(target: Target) -> dict[str, Any]:
    from cli.data.upload import imported_document

    there = imported_document(target.client("s3"), target.outputs["LakeBucket"])
    if there is None:
        raise InputError("the lake has no data set yet: import the file without --append")
    return there


def _upload(target: Target, dataset: Dataset, screen: Screen) -> dict[str, Any]:
    from cli.data.upload import upload

    s3, bucket = target.client("s3"), target.outputs["LakeBucket"]
    upload(s3, bucket, dataset, done=lambda now, of: screen.doing(f"importing: file {now:,} of {of:,}"))
    return dataset.document()


def _append(target: Target, dataset: Dataset, screen: Screen) -> dict[str, Any]:
    from cli.data.appending import append

    s3, bucket = target.client("s3"), target.outputs["LakeBucket"]
    added = append(s3, bucket, dataset, done=lambda now, of: screen.doing(f"importing: file {now:,} of {of:,}"))
    screen.line(f"{added.new:,} payments are new, {added.known:,} were there; {added.late_reports:,} frauds reported late")
    if added.contradicting:
        screen.line(
            f"{added.contradicting:,} payments are frauds in the lake and none in the file: they stay frauds. Where a report was "
            "withdrawn, say so with `greenfraud label`"
        )
    if added.new:
        screen.line("the states follow with the next nightly upkeep, or at once with `greenfraud rebuild`")
    return added.document


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
