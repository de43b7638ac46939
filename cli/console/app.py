"""The console as an application: its pages behind its door."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from cli.console import api_page, customer, emissions, executions, links, pages_of_runs, payment, policy, reviews, score, today
from cli.console.console import Console
from cli.console.door import Door
from cli.console.session import Session
from cli.target import Target
from greenfraud.faults import told
from reporting.frame import stylesheet

OWN_STYLE = Path(__file__).with_name("console.css")
Page = Callable[[Console, Request], Response]

GET: Sequence[tuple[str, Page]] = (
    ("/", today.today),
    ("/reviews", reviews.reviews),
    ("/score", score.form),
    ("/payment", payment.payment),
    ("/customer", customer.customer),
    ("/policy", policy.policy),
    ("/executions", executions.executions),
    ("/emissions", emissions.emissions),
    ("/report", pages_of_runs.newest_report),
    ("/reports/{name:path}", pages_of_runs.run_page),
    ("/api", api_page.api),
    ("/links", links.links),
)
POST: Sequence[tuple[str, Page]] = (("/reviews", reviews.act), ("/score", score.score), ("/api", api_page.send))


def create_app(target: Target, session: Session) -> ASGIApp:
    """The pages of one platform for one person."""
    console = Console(target, session)
    style = stylesheet([OWN_STYLE])
    routes = [Route(path, partial(page, console), methods=["GET"]) for path, page in GET]
    routes += [Route(path, partial(page, console), methods=["POST"]) for path, page in POST]
    routes.append(Route("/console.css", lambda _: Response(style, media_type="text/css")))
    missing = partial(_missing, console)
    handlers = {404: missing, 405: missing, Exception: partial(_mistake, console)}
    return Door(Starlette(routes=routes, exception_handlers=handlers), session)


def _mistake(console: Console, request: Request, mistake: Exception) -> Response:
    """A mistake of ours: its class and place, and nothing that it quotes."""
    return console.page(request, "missing", status=500, fault=f"the console made a mistake: {told(mistake)}")


def _missing(console: Console, request: Request, _: Exception) -> Response:
    return console.page(request, "missing", status=404, fault="there is no such page")
