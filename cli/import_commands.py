"""The commands that bring data into the platform: each reads its options, asks one module, shows the answer."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from cli.options import Aws, Currency, Horizon, Mapping, Maturity, Rates, Region, Timezone, import_options
from cli.screen import Screen
from greenfraud.money import EURO


def import_command(  # noqa: PLR0913 - the options of a command
    file: Annotated[Path, typer.Argument(help="Parquet or CSV")],
    *,
    mapping: Mapping = "",
    timezone: Timezone = "",
    maturity_days: Maturity = 7,
    label_horizon_days: Horizon = 90,
    currency: Currency = "",
    rates: Rates = None,
    check: Annotated[bool, typer.Option("--check", help="only check the file")] = False,
    aws: Aws = False,
    region: Region = "",
) -> None:
    """Check a file from its first row to its last, then put it into the lake."""
    from cli.currency import agreed
    from cli.data.importing import load_file
    from cli.data.upload import upload
    from cli.id_key import ids_told, read_id_key, tokenised
    from cli.target import find_target

    screen = Screen()
    target = None if check else find_target(aws=aws, region=region or None)
    key = read_id_key(target) if target else None  # before minutes of reading
    own = agreed(currency, target.currency) if target else currency or EURO
    loaded = load_file(file, import_options(mapping, timezone, maturity_days, own, rates), note=screen.line)
    dataset = replace(loaded, label_horizon_days=label_horizon_days)
    if target is not None:
        with screen.step("import", f"importing {file}"):
            upload(target.client("s3"), target.outputs["LakeBucket"], tokenised(dataset, key))
        screen.line(f"customers and terminals: {ids_told(target)}")
    screen.line(json.dumps(dataset.document()))


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
