"""The desk: today's work by what is expected to be lost, and what a person does with a payment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from cli.console.card_numbers import without_card_number
from cli.console.console import Console
from cli.console.part import Part, part_of
from cli.errors import CommandError
from cli.reviews import wording

# What a button asks the API for.
ACTIONS: Mapping[str, Mapping[str, str]] = {
    "claim": {"action": "claim"},
    "unclaim": {"action": "unclaim"},
    "note": {"action": "note"},
    "release": {"action": "decide", "decision": "release"},
    "fraud": {"action": "decide", "decision": "confirm_fraud"},
}
HOME, DESK = "/", "/reviews"


def reviews(console: Console, request: Request) -> Response:
    """The list that is asked for."""
    return _page(console, request, request.query_params)


def act(console: Console, request: Request) -> Response:
    """Do what a button says, and show the page it stands on again; where that failed, with what was typed."""
    form: Mapping[str, str] = request.scope["form"]
    back = DESK if form.get("back") == DESK else HOME
    payment, action = form.get("transaction_id", ""), form.get("do", "")
    if action not in ACTIONS or not payment:
        return _page(console, request, {}, fault="the form names no payment, or nothing to do with it", status=422)
    body = {**ACTIONS[action], **({"text": form.get("text", "")} if action == "note" else {})}
    try:
        told = console.ask("POST", f"/v1/reviews?transaction_id={quote(payment, safe='')}", body)
    except CommandError as refused:
        draft = (payment, without_card_number(form.get("text", "")))
        return _page(console, request, {}, fault=f"{payment}: {refused}", status=409, draft=draft)
    console.session.say(wording.done(body, told))
    return RedirectResponse(f"{back}?{_narrowed(form)}".rstrip("?"), 303)


def _narrowed(asked: Mapping[str, str]) -> str:
    return urlencode({name: asked[name] for name in ("day", "limit", "state") if asked.get(name)})


def _page(  # noqa: PLR0913 - what a page is told
    console: Console,
    request: Request,
    asked: Mapping[str, str],
    *,
    fault: str | None = None,
    status: int = 200,
    draft: tuple[str, str] = ("", ""),
) -> Response:
    query = _narrowed(asked)
    part: Part = part_of(lambda: console.ask("GET", f"/v1/reviews?{query}" if query else "/v1/reviews"))
    shown: dict[str, Any] = {name: asked.get(name, "") for name in ("day", "limit", "state")}
    return console.page(request, "reviews", status=status, fault=fault, part=part, asked=shown, draft=draft)
