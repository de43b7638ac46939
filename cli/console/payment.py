"""One payment as it was decided: why, on which values, and what became of it since."""

from __future__ import annotations

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from cli.console.console import Console
from cli.console.part import Part, part_of


def payment(console: Console, request: Request) -> Response:
    """The explanation of a payment, or a form that asks for its id."""
    name = request.query_params.get("id", "").strip()
    part = Part()
    if name:
        part = part_of(lambda: console.ask("GET", f"/v1/explanations?transaction_id={quote(name, safe='')}"))
    return console.page(request, "payment", name=name, part=part)
