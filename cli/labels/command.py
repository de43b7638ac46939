"""The command `greenfraud label`: read a file, find its payments, tell the platform, leave a receipt."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.errors import CommandError, InputError
from cli.interruption import told_when_stopped
from cli.options import AsJson, Aws, Region, Timezone, print_json
from cli.screen import Screen
from cli.typed import PLACE, refuse_unused

if TYPE_CHECKING:
    from cli.target import Target
    from intake.labels.places import Places
    from intake.labels.reading import Asked, LabelFile

STOPPED = "stopped: what was told stays told, and the same command tells the rest"
RECEIPTS = Path(".local/receipts")  # of files that nobody named


def label_command(  # noqa: PLR0913 - the options of a command
    context: typer.Context,
    file: Annotated[
        Path | None, typer.Argument(help="Parquet or CSV: transaction_id, label, reported_at, source, reason_code")
    ] = None,
    *,
    dropped: Annotated[
        bool, typer.Option("--dropped", help="every file that lies in the bucket InboxBucket under labels/")
    ] = False,
    mapping: Annotated[str, typer.Option("--map", help="columns of your file: transaction_id=Ref,label=Verdict")] = "",
    timezone: Timezone = "",
    time_format: Annotated[
        str, typer.Option(help="how reported_at is written, such as '%d/%m/%Y'; a day alone counts from its end")
    ] = "",
    all_fraud: Annotated[
        bool, typer.Option("--all-fraud", help="every row is a reported fraud; the file has no column that says so")
    ] = False,
    source: Annotated[str, typer.Option(help="who says it, where the file has no column for it: chargeback, analyst")] = "bank",
    receipt: Annotated[
        Path | None, typer.Option(help="CSV with what became of each row; beside the file by default. With --dropped a folder")
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="only check the file")] = False,
    as_json: AsJson = False,
    aws: Aws = False,
    region: Region = "",
) -> None:
    """Tell what became of many payments, from a file: a bank's chargebacks, an analyst's list, disputes.

    A label is fraud or legitimate, in these words, as 1 or 0, true or false; first_party is a payment that its customer made and
    disputes, which is no fraud. Payments that were imported are labelled as those that were scored here. Telling the same again
    changes nothing: run the file again after an interruption, or a longer one that begins with it. The receipt says what became
    of each row; ids stand nowhere else.
    """
    from cli.target import find_target
    from intake.labels.reading import FIELDS, Asked, read_labels
    from intake.layout import parse_map

    if check and dropped:
        raise InputError("--check reads one file, and sends nothing: name it instead of --dropped")
    if check:
        refuse_unused(context, (*PLACE, "receipt"), "--check is about the file alone")
    if (file is None) != dropped:
        raise InputError("name one file, or say --dropped for those in their bucket")
    screen = Screen.beside(is_json=as_json)
    asked = Asked(parse_map(mapping, FIELDS), timezone or None, all_fraud=all_fraud, source=source, time_format=time_format or None)
    if check and file is not None:
        labels = read_labels(file, asked)
        counts = {"rows": len(labels), "frauds": labels.frauds}
    elif file is not None:
        labels = read_labels(file, asked)
        target = find_target(aws=aws, region=region or None)
        counts = tell_file(target, screen, labels, receipt or file.with_name(f"{file.name}.receipt.csv"))
    else:
        counts = tell_dropped(find_target(aws=aws, region=region or None), screen, asked, receipt or RECEIPTS)
    if as_json:
        print_json(counts)
    else:
        screen.line(json.dumps(counts))


def tell_file(target: Target, screen: Screen, labels: LabelFile, receipt: Path) -> dict[str, int]:
    """Return how many rows came to what; each row's reason stands in the receipt."""
    from intake.labels.settling import settle

    with told_when_stopped(STOPPED), screen.step("label", f"telling {len(labels):,} labels"):
        counts = settle(places_of(target), labels, receipt, screen.doing)
    screen.line(f"  each row's reason: {receipt}")
    return counts


def tell_dropped(target: Target, screen: Screen, asked: Asked, receipts: Path) -> dict[str, int]:
    """Return the counts of all dropped files together. InputError or CommandError at the end names files that stay."""
    from intake.labels.inbox import INBOX, take_dropped

    places = places_of(target)
    if not places.inbox:
        raise CommandError("this deployment has no bucket for dropped files yet: deploy this release first")
    with told_when_stopped(STOPPED), screen.step("label", "telling dropped files"):
        taken = take_dropped(places, asked, receipts, screen.doing, tries_again=True)
    screen.line(f"  each row's reason: {receipts}, and in the bucket")
    if stays := taken.left | taken.failed:
        said = "; ".join(f"{name}: {reason}" for name, reason in stays.items())
        mended_by = InputError if taken.left else CommandError
        raise mended_by(f"{len(stays)} files stay in s3://{places.inbox}/{INBOX}: {said}")
    return {"files": taken.files, **taken.counts}


def places_of(target: Target) -> Places:
    """Where labels of a deployment come from and go to; one of an earlier release has no inbox."""
    from intake.labels.places import Places

    outputs = target.outputs
    return Places(
        s3=target.client("s3"),
        dynamodb=target.client("dynamodb"),
        lake=outputs["LakeBucket"],
        decisions=outputs["DecisionsTable"],
        inbox=outputs.get("InboxBucket", ""),
    )
