"""The command `greenfraud label`: read a file, find its payments, tell the platform, leave a receipt."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from cli.errors import InputError
from cli.options import Aws, Region, Timezone
from cli.screen import Screen

RECEIPTS = Path(".local/receipts")  # of files that nobody named


def label_command(  # noqa: PLR0913 - the options of a command
    file: Annotated[
        Path | None, typer.Argument(help="Parquet or CSV: transaction_id, label, reported_at, source, reason_code")
    ] = None,
    *,
    dropped: Annotated[
        bool, typer.Option("--dropped", help="every file that lies in the lake's bucket under inbox/labels/")
    ] = False,
    mapping: Annotated[str, typer.Option("--map", help="columns of your file: transaction_id=Ref,label=Verdict")] = "",
    timezone: Timezone = "",
    all_fraud: Annotated[
        bool, typer.Option("--all-fraud", help="every row is a reported fraud; the file has no column that says so")
    ] = False,
    source: Annotated[str, typer.Option(help="who says it, where the file has no column for it: chargeback, analyst")] = "bank",
    receipt: Annotated[
        Path | None, typer.Option(help="CSV with what became of each row; beside the file by default. With --dropped a folder")
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="only check the file")] = False,
    aws: Aws = False,
    region: Region = "",
) -> None:
    """Tell what became of many payments, from a file: a bank's chargebacks, an analyst's list, disputes.

    A label is fraud or legitimate, in these words, as 1 or 0, true or false; first_party is a payment that its customer made and
    disputes, which is no fraud. Payments that were imported are labelled as those that were scored here. Telling the same again
    changes nothing: run the file again after an interruption, or a longer one that begins with it. The receipt says what became
    of each row; ids stand nowhere else.
    """
    from cli.data.layout import parse_map
    from cli.labels.inbox import take_dropped
    from cli.labels.reading import FIELDS, Asked, read_labels
    from cli.labels.settling import settle
    from cli.target import find_target

    if check and dropped:
        raise InputError("--check reads one file, and sends nothing: name it instead of --dropped")
    if (file is None) != dropped:
        raise InputError("name one file, or say --dropped for those in the lake's bucket")
    screen = Screen()
    asked = Asked(parse_map(mapping, FIELDS), timezone or None, all_fraud, source)
    if check and file is not None:
        rows = read_labels(file, asked)
        counts = {"rows": len(rows), "frauds": sum(row.label.is_fraud for row in rows)}
    elif file is not None:
        target = find_target(aws=aws, region=region or None)
        counts = settle(target, screen, file, asked, receipt or file.with_name(f"{file.name}.receipt.csv"))
    else:
        counts = take_dropped(find_target(aws=aws, region=region or None), screen, asked, receipt or RECEIPTS)
    screen.line(json.dumps(counts))
