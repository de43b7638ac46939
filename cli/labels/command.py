"""The command `greenfraud label`: read a file, find its payments, tell the platform, leave a receipt."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from cli.options import Aws, Region, Timezone
from cli.screen import Screen


def label_command(  # noqa: PLR0913 - the options of a command
    file: Annotated[Path, typer.Argument(help="Parquet or CSV: transaction_id, label, reported_at, source, reason_code")],
    *,
    mapping: Annotated[str, typer.Option("--map", help="columns of your file: transaction_id=Ref,label=Verdict")] = "",
    timezone: Timezone = "",
    all_fraud: Annotated[
        bool, typer.Option("--all-fraud", help="every row is a reported fraud; the file has no column that says so")
    ] = False,
    source: Annotated[str, typer.Option(help="who says it, where the file has no column for it: chargeback, analyst")] = "bank",
    receipt: Annotated[Path | None, typer.Option(help="CSV with what became of each row; beside the file by default")] = None,
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
    from cli.labels import decided, imported
    from cli.labels.reading import FIELDS, Asked, read_labels
    from cli.labels.receipt import counts, write_receipt
    from cli.recovery.stored import Stored
    from cli.target import find_target
    from greenfraud.items import decision

    screen = Screen()
    asked = Asked(parse_map(mapping, FIELDS), timezone or None, all_fraud, source)
    target = None if check else find_target(aws=aws, region=region or None)
    rows = read_labels(file, asked)
    if target is None:
        screen.line(json.dumps({"rows": len(rows), "frauds": sum(row.label.is_fraud for row in rows)}))
        return
    with screen.step("label", f"telling {len(rows):,} labels"):
        names = list(dict.fromkeys(row.label.transaction_id for row in rows))
        known = {name for name, _ in Stored(target).items((name, decision.KIND) for name in names)}
        here = [row for row in rows if row.label.transaction_id in known]
        others = [row for row in rows if row.label.transaction_id not in known]
        settled = decided.send(target, here, lambda done: screen.doing(f"telling: {done:,} of {len(rows):,}"))
        if others:
            missing = list(dict.fromkeys(row.label.transaction_id for row in others))
            found = imported.find_payments(
                target, missing, lambda done, of: screen.doing(f"looking in the lake: file {done} of {of}")
            )
            settled += imported.store(
                target, others, found, lambda done: screen.doing(f"telling: {len(here) + done:,} of {len(rows):,}")
            )
    place = receipt or file.with_name(f"{file.name}.receipt.csv")
    write_receipt(place, settled)
    screen.line(f"  each row's reason: {place}")
    screen.line(json.dumps(counts(settled)))
