"""Moto's HTTP entrance: only for this machine, without control pages, and without a search of all addresses per request."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler

from local.loopback import Door
from local.patches import replace

CONTROL_PAGES = "/moto-api"
NO_CONTROL_PAGES = json.dumps({"__type": "ControlPagesOff", "message": "moto's control pages are off here"}).encode()
JUDGED_HEADERS = {"host": "HTTP_HOST", "origin": "HTTP_ORIGIN", "sec-fetch-site": "HTTP_SEC_FETCH_SITE"}

Application = Callable[[Any, dict[str, Any], Any], Iterable[bytes]]


def install(door: Door) -> None:
    """Guard the entrance, remember which backend answers a host, and send answers without waiting for acknowledgement."""
    search = DomainDispatcherApplication.get_backend_for_host
    replace(DomainDispatcherApplication, "get_backend_for_host", functools.cache(search))
    replace(MotoRequestHandler, "disable_nagle_algorithm", True)
    replace(DomainDispatcherApplication, "__call__", guarded(DomainDispatcherApplication.__call__, door))


def guarded(application: Application, door: Door) -> Application:
    """The application, for requests that the door lets in."""

    def call(self: Any, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        refusal = door.refusal(judged(environ))
        if refusal is not None:
            return answer(start_response, "403 FORBIDDEN", refusal.body)
        if environ.get("PATH_INFO", "").startswith(CONTROL_PAGES):
            return answer(start_response, "404 NOT FOUND", NO_CONTROL_PAGES)
        return application(self, environ, start_response)

    return call


def judged(environ: Mapping[str, Any]) -> dict[str, str]:
    """The headers that the door looks at."""
    return {name: environ[key] for name, key in JUDGED_HEADERS.items() if key in environ}


def answer(start_response: Any, status: str, body: bytes) -> list[bytes]:
    """An answer of our own."""
    start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
