"""The platform's currency as commands find it, and the table of rates on its way to the API."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from cli.errors import CommandError, InputError
from cli.target import NothingIsUp, Target, find_target
from greenfraud.errors import InvalidInput
from greenfraud.money import EURO, currency_of
from greenfraud.naming import RATES_KEY
from greenfraud.rates import RateTable
from intake.reading import content_of

TEMPLATE = "GreenFraud-Data.template.json"


def agreed(given: str, own: str) -> str:
    """Return the platform's own currency. InputError when another one was asked for: a platform has one."""
    if given and given != own:
        raise InputError(
            f"--currency {given}: this platform's currency is {own}. Rows in other currencies: a column `currency`, and --rates"
        )
    return own


def currency_of_assembly(assembly: Path, given: str) -> str:
    """Return the currency of a platform that is about to be deployed. InputError when another one was asked for."""
    own = _synthesised(assembly)
    if given and given != own:
        raise InputError(
            f"--currency {given}: the template in {assembly} is for {own}. Write "
            f'"currency": "{given}" and "review_above" (an amount in {given}) into the `context` of cdk.json, then `make synth`'
        )
    return own


def currency_to_check_in(body: Mapping[str, Any], *, aws: bool, region: str) -> Any:
    """Return the currency that a transaction names, else the platform's if one is up."""
    if "currency" in body:
        return body["currency"]
    try:
        target = find_target(aws=aws, region=region or None)
    except NothingIsUp:
        return EURO
    try:
        return target.currency
    except CommandError:  # who may only score need not be able to read the stacks
        return EURO


def checked_rates(file: Path, own: str) -> tuple[RateTable, bytes]:
    """Return the table in `file` and its bytes. InputError names the line at fault."""
    content = content_of(file)
    try:
        return RateTable.parse(content, currency_of(own, "--currency")), content
    except InvalidInput as error:
        raise InputError(f"{file}, {error}") from None


def store_rates(target: Target, content: bytes) -> None:
    """Put a table where the API looks for it; the bucket keeps the one before as a version. CommandError when it cannot."""
    try:
        target.client("s3").put_object(Bucket=target.outputs["ArtifactsBucket"], Key=RATES_KEY, Body=content)
    except (ClientError, BotoCoreError) as error:
        raise CommandError(f"{RATES_KEY} was not stored: {error}") from None


def _synthesised(assembly: Path) -> str:
    try:
        template = json.loads((assembly / TEMPLATE).read_text(encoding="utf-8"))
        return str(template["Outputs"]["Currency"]["Value"])
    except (OSError, ValueError, KeyError):
        return EURO  # nothing was synthesised, which whoever deploys says
