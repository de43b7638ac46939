"""The command `greenfraud explain`: ask for one decision, show it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import typer

from cli.options import Aws, Region, print_json
from cli.screen import Screen


def explain_command(
    transaction_id: Annotated[str, typer.Argument(metavar="ID", help="the payment's id, as it was sent to be scored")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="print all of it as one JSON document")] = False,
    page: Annotated[Path | None, typer.Option(help="write a page to send on: one HTML file that fetches nothing")] = None,
    aws: Aws = False,
    region: Region = "",
) -> None:
    """Why was it blocked? One decision as it was made, and what happened since.

    What became of the payment and who decided it: the model, rules, a list, a guardrail. The reasons with bars, for fraud to the
    right and against it to the left. What of the policy spoke, in the words of the policy that was in force then. Model, policy and
    revision. Labels and the release since. Every value it was decided on, as it was.

    Customer and terminal are not named. You need the right to explain, which those who only score do not have.

    greenfraud explain 123

    greenfraud explain 123 --page 123.html

    greenfraud explain 123 --json > 123.json
    """
    from cli.api import call_api
    from cli.dashboard.build import write_page
    from cli.explain.page import page_of
    from cli.explain.showing import show
    from cli.target import find_target

    target, screen = find_target(aws=aws, region=region or None), Screen()
    told = call_api(target, "GET", f"/v1/explanations?transaction_id={quote(transaction_id, safe='')}")
    if page:
        write_page(page_of(told, datetime.now(UTC)), page)
    if as_json:
        print_json(told)
    elif page:
        screen.line(f"{page} is ready: open it in a browser, {page.resolve().as_uri()}")
    else:
        show(screen, told)
