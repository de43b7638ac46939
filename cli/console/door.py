"""Who comes in: the person's own browser, from the console's own pages, under a name of this machine.

Listening on 127.0.0.1 keeps other machines out; not other people on this one, nor the web pages that the browser shows. So a key
is asked for once and a cookie ever after, `Host` must be ours (a page can make a name of its own lead here), and a change must
come from a page of ours, with the token that its form carries. Beside a platform of this machine the key goes to whoever opens the
API's address first (decision 66); the person then sees that it is spent.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, parse_qsl, quote

from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cli.console.onward import onward
from cli.console.session import Session, is_same
from greenfraud.faults import told

logger = logging.getLogger(__name__)

MOST_BYTES = 64 * 1024
MOST_FIELDS = 32
FORM = "application/x-www-form-urlencoded"
SPENT = (
    "this address was used already, and its key opens once: the browser that it let in may open http://{}/ itself; "
    "for another one start `greenfraud console` again, beside this one with --port"
)
POLICY = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": POLICY,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
}


class Refused(Exception):  # noqa: N818 - reads better where it is raised
    """A request that is not answered, and how it could be."""

    def __init__(self, status: int, advice: str) -> None:
        super().__init__(advice)
        self.status = status


class Door:
    """The application, for requests that are let in; each answer says what a browser may do with it."""

    def __init__(self, app: ASGIApp, session: Session) -> None:
        self._app = app
        self._session = session

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            answer = self._welcome(request)
            if answer is None and request.method == "POST":
                scope["form"] = await self._form(request)
        except ClientDisconnect:
            return
        except Refused as refused:
            answer = PlainTextResponse(f"{refused}\n", refused.status)
        try:
            await (answer or self._app)(scope, receive, _with_headers(send))
        except Exception as mistake:  # answered already; what it says may quote what was typed
            logger.error("%s", told(mistake))  # noqa: TRY400 - a traceback would tell it

    def _welcome(self, request: Request) -> Response | None:
        """Let a browser in that has the cookie; give it to one that has the key. Raises Refused."""
        if request.headers.get("host") not in self._session.hosts:
            raise Refused(403, f"call the console {' or '.join(self._session.hosts)}")
        if request.method not in {"GET", "HEAD", "POST"}:
            raise Refused(405, "the console answers GET, HEAD and POST")
        (key,) = parse_qs(request.url.query).get("key", [None])[:1]
        is_known = is_same(request.cookies.get(self._session.cookie_name), self._session.cookie)
        if request.method == "GET" and is_same(key, self._session.key):
            if is_known or self._session.spend_key():  # a browser that loads an address twice has the cookie by then
                return self._with_cookie(request)
            raise Refused(403, SPENT.format(self._session.hosts[0]))
        if is_known:
            return None
        raise Refused(403, "open the console by the address that the command printed, with its key; it is a new one at every start")

    def _with_cookie(self, request: Request) -> Response:
        """The page itself, by an address without the key; never by one of another machine, as `//name` is."""
        address = f"/{quote(request.scope['path'].lstrip('/'))}"
        answer: Response = RedirectResponse(address, 303)
        if request.headers.get("sec-fetch-site") == "cross-site":  # from the file of `--open`: the cookie goes not along a redirect
            answer = HTMLResponse(onward(address))
        answer.set_cookie(self._session.cookie_name, self._session.cookie, httponly=True, samesite="strict")
        return answer

    async def _form(self, request: Request) -> Mapping[str, str]:
        """The fields of a form of ours. Raises Refused for what another page made the browser send."""
        if request.headers.get("origin") != f"http://{request.headers['host']}":
            raise Refused(403, "a change must come from a page of the console itself")
        if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
            raise Refused(403, "a change must come from a page of the console itself")
        if request.headers.get("content-type", "").partition(";")[0].strip() != FORM:
            raise Refused(415, f"a form must be {FORM}")
        fields = _fields(await _body(request))
        if not is_same(fields.pop("token", None), self._session.token):
            raise Refused(403, "the form is of an earlier start of the console: load its page again")
        return fields


async def _body(request: Request) -> bytes:
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > MOST_BYTES:
            raise Refused(413, f"a form may have at most {MOST_BYTES} bytes")
    return body


def _fields(body: bytes) -> dict[str, str]:
    how: Any = {"keep_blank_values": True, "strict_parsing": True, "max_num_fields": MOST_FIELDS, "errors": "strict"}
    try:
        return dict(parse_qsl(body.decode("ascii"), **how))
    except ValueError:  # never the body
        raise Refused(400, "the form cannot be read") from None


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            told: list[Any] = message.setdefault("headers", [])
            known = {name.lower() for name, _ in told}
            told += [(name.encode(), value.encode()) for name, value in HEADERS.items() if name.encode() not in known]
        await send(message)

    return sending
