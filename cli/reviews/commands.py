"""`greenfraud reviews`: each command reads its options, asks the API as whoever signed, shows the answer."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote, urlencode

import typer

from cli.options import AsJson, Aws, Region, print_json
from cli.place import CommandLine
from cli.reviews import wording
from cli.screen import Screen
from cli.typed import refuse_unused

reviews_app = CommandLine(invoke_without_command=True, pretty_exceptions_enable=False)

Payment = Annotated[str, typer.Argument(metavar="ID", help="the payment's id, as it was sent to be scored")]


@reviews_app.callback()
def list_command(  # noqa: PLR0913 - the options of a command
    context: typer.Context,
    *,
    day: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="the doubts of one day (UTC) instead of the last 7")
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, max=1000, help="more or fewer than the team can do in a day; 100 without a capacity")
    ] = None,
    is_all: Annotated[bool, typer.Option("--all", help="what is decided too, as what and by whom")] = False,
    as_json: AsJson = False,
    aws: Aws = False,
    region: Region = "",
) -> None:
    """Today's work: the payments that ask for a person, what is expected to lose most first.

    The list holds what is still open of the last 7 days, as much as the policy says that the team can do in a day. Take one with
    claim, so that nobody else works on it; say what it is with release or fraud. That is a label, and it lets go what was held.

    greenfraud reviews

    greenfraud reviews --day 2026-11-24 --all

    greenfraud reviews --limit 5 --json > work.json

    Who acts is whoever signed the request, by AWS credentials: never a name that is typed.
    """
    context.obj = (aws, region)
    if context.invoked_subcommand:
        refuse_unused(context, ("day", "limit", "is_all", "as_json"), f"`{context.invoked_subcommand}` is about one payment")
        return
    from cli.api import call_api
    from cli.reviews.showing import show
    from cli.target import find_target

    asked = {"day": day and day.date().isoformat(), "limit": limit, "state": "all" if is_all else None}
    query = urlencode({name: value for name, value in asked.items() if value is not None})
    target = find_target(aws=aws, region=region or None)
    told = call_api(target, "GET", f"/v1/reviews?{query}" if query else "/v1/reviews")
    if as_json:
        print_json(told)
    else:
        show(Screen(), told)


@reviews_app.command("claim")
def claim_command(
    context: typer.Context, payment: Payment, *, as_json: AsJson = False, aws: Aws = False, region: Region = ""
) -> None:
    """Take a payment for an hour: nobody else can decide it meanwhile. Again, and it is yours for an hour more.

    greenfraud reviews claim 123
    """
    _act(context, payment, {"action": "claim"}, as_json=as_json, aws=aws, region=region)


@reviews_app.command("unclaim")
def unclaim_command(
    context: typer.Context, payment: Payment, *, as_json: AsJson = False, aws: Aws = False, region: Region = ""
) -> None:
    """Give back what you claimed; after its hour that happens by itself.

    greenfraud reviews unclaim 123
    """
    _act(context, payment, {"action": "unclaim"}, as_json=as_json, aws=aws, region=region)


@reviews_app.command("note")
def note_command(  # noqa: PLR0913 - the options of a command
    context: typer.Context,
    payment: Payment,
    text: Annotated[str, typer.Argument(help="one line of at most 500 characters")],
    *,
    as_json: AsJson = False,
    aws: Aws = False,
    region: Region = "",
) -> None:
    """Write down what a colleague should know; it is kept with your name and the time. Name no customer in it.

    greenfraud reviews note 123 "called, no answer; again at four"
    """
    _act(context, payment, {"action": "note", "text": text}, as_json=as_json, aws=aws, region=region)


@reviews_app.command("release")
def release_command(
    context: typer.Context, payment: Payment, *, as_json: AsJson = False, aws: Aws = False, region: Region = ""
) -> None:
    """It is legitimate: label it so, and let it go if it is held. A declined payment stays declined.

    greenfraud reviews release 123
    """
    _act(context, payment, {"action": "decide", "decision": "release"}, as_json=as_json, aws=aws, region=region)


@reviews_app.command("fraud")
def fraud_command(
    context: typer.Context, payment: Payment, *, as_json: AsJson = False, aws: Aws = False, region: Region = ""
) -> None:
    """It is a fraud: label it so. What is held stays held.

    greenfraud reviews fraud 123
    """
    _act(context, payment, {"action": "decide", "decision": "confirm_fraud"}, as_json=as_json, aws=aws, region=region)


def _act(context: typer.Context, payment: str, body: dict[str, Any], *, as_json: bool, **place: Any) -> None:
    """Do it on the platform that was named before the command or behind it."""
    from cli.api import call_api
    from cli.target import find_target

    was_aws, was_region = context.obj
    target = find_target(aws=place["aws"] or was_aws, region=place["region"] or was_region or None)
    told = call_api(target, "POST", f"/v1/reviews?transaction_id={quote(payment, safe='')}", body)
    if as_json:
        print_json(told)
    else:
        Screen().line(wording.done(body, told))
