"""The command `greenfraud report`: fetch the pages of an execution, say where they are."""

from __future__ import annotations

import re
import webbrowser
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.errors import CommandError, InputError
from cli.options import AsJson, Aws, Region, print_json
from cli.screen import Screen
from cli.target import Target, find_target
from greenfraud.naming import execution_key
from greenfraud.page_keys import PAGES, REPORT_PAGE, card_key, pages_prefix, report_page_key, validation_key

FOLDER = Path(".local/reports")
DIGITS = re.compile("[0-9a-f]{12}")


def report_command(  # noqa: PLR0913 - the options of a command
    execution: Annotated[
        str, typer.Argument(metavar="EXECUTION", help="its 12 digits or its name; by default the newest that reported")
    ] = "",
    *,
    card: Annotated[str, typer.Option(metavar="FAMILY", help="the model card of this family's new model")] = "",
    validation: Annotated[str, typer.Option(metavar="FAMILY", help="the validation report of it")] = "",
    as_json: AsJson = False,
    is_opened: Annotated[bool, typer.Option("--open", help="open it in a browser")] = False,
    aws: Aws = False,
    region: Region = "",
) -> None:
    """What an execution decided, and all that stands behind it, as a page.

    Each execution leaves its pages in S3: the report, and of every new model a
    card and a validation report. All of them are fetched, so that links
    between them work; which one is named follows from the options.
    """
    if card and validation:
        raise InputError("one page is shown at a time: give --card or --validation")
    target = find_target(aws=aws, region=region or None)
    chosen = digits_of(target, execution) if execution else newest(target)
    key = report_page_key(chosen)
    if card or validation:
        key = card_key(chosen, card) if card else validation_key(chosen, validation)
    fetched = fetch(target, chosen)
    if key not in fetched:
        known = ", ".join(sorted(name.removeprefix(pages_prefix(chosen)) for name in fetched))
        raise InputError(f"execution {chosen} has no {key.removeprefix(pages_prefix(chosen))}; it has {known}")
    address = fetched[key].resolve().as_uri()
    if as_json:
        files = {name.removeprefix(pages_prefix(chosen)): str(path) for name, path in sorted(fetched.items())}
        print_json({"schema": 1, "execution": chosen, "page": str(fetched[key]), "address": address, "files": files})
    else:
        Screen().line(f"{fetched[key]} is ready: open it in a browser, {address}")
    if is_opened:
        webbrowser.open(address)


def digits_of(target: Target, execution: str) -> str:
    """The 12 digits of an execution, which may be given by the name that `greenfraud status` shows."""
    if DIGITS.fullmatch(execution):
        return execution
    return execution_key(f"{target.outputs['StateMachineArn'].replace(':stateMachine:', ':execution:')}:{execution}")


def newest(target: Target) -> str:
    """The execution whose report was written last. CommandError where none has left one."""
    found = [entry for entry in _listed(target, PAGES) if entry["Key"].endswith(f"/{REPORT_PAGE}")]
    if not found:
        raise CommandError("no execution has left a report yet. Start one: greenfraud retrain")
    return str(max(found, key=lambda entry: entry["LastModified"])["Key"]).removeprefix(PAGES).partition("/")[0]


def fetch(target: Target, execution: str) -> dict[str, Path]:
    """Every page of an execution, below FOLDER, by its key. CommandError where it has none."""
    files: dict[str, Path] = {}
    for entry in _listed(target, pages_prefix(execution)):
        body = target.client("s3").get_object(Bucket=target.outputs["ArtifactsBucket"], Key=entry["Key"])["Body"].read()
        file = FOLDER / entry["Key"].removeprefix(PAGES)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(body)
        files[entry["Key"]] = file
    if not files:
        raise CommandError(f"execution {execution} has left no report; `greenfraud status` names the last executions")
    return files


def _listed(target: Target, prefix: str) -> list[dict[str, Any]]:
    pages = target.client("s3").get_paginator("list_objects_v2").paginate(Bucket=target.outputs["ArtifactsBucket"], Prefix=prefix)
    return [entry for page in pages for entry in page.get("Contents", [])]
