"""`greenfraud score`: reads one transaction, asks the API, shows the answer."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.errors import InputError
from cli.options import Aws, Currency, Region, print_json
from cli.typed import refuse_unused

FIELDS = ("transaction_id", "occurred_at", "customer_id", "terminal_id", "amount", "currency")


def score_command(  # noqa: PLR0913 - the options of a command
    context: typer.Context,
    file: Annotated[Path | None, typer.Argument(help="a JSON transaction; - for standard input")] = None,
    *,
    transaction_id: str = "",
    occurred_at: Annotated[str, typer.Option(help="RFC 3339, such as 2026-04-01T09:30:00Z")] = "",
    customer_id: str = "",
    terminal_id: str = "",
    amount: Annotated[str, typer.Option(help="such as 12.50")] = "",
    currency: Currency = "",
    aws: Aws = False,
    region: Region = "",
) -> None:
    """Score one transaction, from a JSON file, standard input or options, and print the answer as JSON.

    greenfraud score payment.json

    greenfraud score --transaction-id t1 --occurred-at 2026-04-01T09:30:00Z --customer-id c000017 --amount 12.50
    """
    from cli.api import call_api
    from cli.currency import currency_to_check_in
    from cli.target import find_target
    from greenfraud.exchange import Exchange
    from greenfraud.records import Transaction

    if file is not None:
        refuse_unused(context, FIELDS, f"{file} says it all")
    given = {
        "transaction_id": transaction_id,
        "occurred_at": occurred_at,
        "customer_id": customer_id,
        "terminal_id": terminal_id,
        "amount": amount,
        "currency": currency,
    }
    body = {name: value for name, value in given.items() if value} if file is None else _json_document(file)
    # In its own currency, whichever that is: the API converts it, or refuses it.
    transaction = Transaction.from_json(body, exchange=Exchange(currency_to_check_in(body, aws=aws, region=region)))
    target = find_target(aws=aws, region=region or None)
    print_json(call_api(target, "POST", "/v1/score?reasons=true", transaction.to_json()))


def _json_document(file: Path) -> dict[str, Any]:
    """The JSON object of a file, or of standard input. InputError where it cannot be read, or is none."""
    try:
        content = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        document = json.loads(content.decode("utf-8-sig"))
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise InputError(f"{file} is not JSON: {error}") from None
    if not isinstance(document, dict):
        raise InputError(f"{file} holds no transaction. Write one JSON object, as POST /v1/score takes it")
    return document
