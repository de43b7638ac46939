"""The options that several commands share, with the words that tell of them."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

Mapping = Annotated[str, typer.Option("--map", help="columns of your file: transaction_id=TX_ID,amount=Total")]
Timezone = Annotated[str, typer.Option(help="where times without an offset were read, such as UTC or Europe/Stockholm")]
Maturity = Annotated[int, typer.Option(min=0, max=365, help="days after which an unreported transaction counts as legitimate")]
MaturityOfLake = Annotated[
    int | None,
    typer.Option(
        min=0,
        max=365,
        help="days after which an unreported transaction counts as legitimate; by default what the lake says, 7 in a new one",
    ),
]
HorizonOfLake = Annotated[
    int | None,
    typer.Option(
        min=0, max=730, help="days until which a label may come and be learned; by default what the lake says, 90 in a new one"
    ),
]


def known_currency(code: str) -> str:
    """The code of a currency, or nothing. InputError for any other text, whichever command was asked."""
    from cli.errors import InputError
    from greenfraud.errors import InvalidInput
    from greenfraud.money import currency_of

    try:
        return code and currency_of(code, "--currency")
    except InvalidInput as error:
        raise InputError(str(error)) from None


Currency = Annotated[str, typer.Option(callback=known_currency, help="three capital letters; by default the platform's own")]
Rates = Annotated[Path | None, typer.Option(help="CSV of date,currency,rate: what other currencies were worth in the platform's")]
Port = Annotated[int, typer.Option(min=1, max=65535, envvar="GREENFRAUD_PORT", help="port of the embedded AWS")]
HttpPort = Annotated[int, typer.Option(min=1, max=65535, envvar="GREENFRAUD_HTTP_PORT", help="port of the scoring API")]
Aws = Annotated[bool, typer.Option("--aws", help="the platform in your AWS account instead of the one on this machine")]
Region = Annotated[str, typer.Option(help="AWS region")]
AsJson = Annotated[bool, typer.Option("--json", help="print it as one JSON document")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="say what would be done, and do nothing")]

MOMENTS = ["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%MZ", "%Y-%m-%d"]
MOMENT = "YYYY-MM-DD[THH:MM[:SS]Z]"  # as the help writes it


def import_options(mapping: str, timezone: str, maturity_days: int, currency: str, rates: Path | None) -> Any:
    """How a file is to be read, as a command was told. InputError for a map that cannot be understood."""
    from cli.data.importing import ImportOptions
    from intake.layout import parse_map

    return ImportOptions(
        mapping=parse_map(mapping), timezone=timezone or None, maturity_days=maturity_days, currency=currency, rates=rates
    )


def print_json(document: Any) -> None:
    """Print one document, for a program to read."""
    typer.echo(json.dumps(document, indent=1, ensure_ascii=False))


def in_paragraphs(command: Callable[..., None]) -> str:
    """A command's docstring with a line per paragraph, which a terminal breaks where it ends."""
    return "\n\n".join(" ".join(part.split()) for part in (inspect.getdoc(command) or "").split("\n\n"))


def in_utc(moment: datetime | None) -> datetime | None:
    """A moment that was typed, which is always UTC's."""
    return None if moment is None else moment.replace(tzinfo=UTC)
