"""Asks the API for a change of models: bound to what was seen, one step however often it is sent, confirmed where it must be."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import httpx
import typer

from cli.api import ask_api, call_api, document_of, refused
from cli.changes import model_name
from cli.errors import CommandError, InputError
from cli.screen import Screen
from cli.target import Target

ATTEMPTS = 2  # an answer that is lost on the way is asked for again, by the same name


@dataclass(frozen=True, kw_only=True)
class Care:
    """What a person said beside the change itself; `seen` is the revision that was looked at, by default the one now."""

    reason: str
    is_emergency: bool = False
    is_sure: bool = False
    seen: int | None = None


def ask(target: Target, screen: Screen, change: str, body: Mapping[str, Any], care: Care) -> dict[str, Any]:
    """What the API answers to `change`, such as `promote`. CommandError where it is refused, or not meant."""
    if not care.reason.strip():
        raise InputError("--reason is missing: say why, in a line. The ledger keeps it")
    seen = care.seen if care.seen is not None else _look(target, screen)
    told = {} if seen is None else {"revision": seen}
    asked = {**body, **told, "reason": care.reason, "request_id": str(uuid4())}
    path = f"/v1/{'emergency/' if care.is_emergency else ''}production/{change}"
    response = _sent(target, path, {**asked, "confirmed": True} if care.is_sure else asked)
    if response.status_code == HTTPStatus.PRECONDITION_REQUIRED:
        _confirm(response, change)
        response = _sent(target, path, {**asked, "confirmed": True})
    if not response.is_success:
        raise CommandError(f"`{change}` was refused: {refused(target, 'POST', path, response)}")
    return document_of(target, "POST", path, response)


def _look(target: Target, screen: Screen) -> int | None:
    """The revision that is in force; None for who may change what serves, and not look at it."""
    try:
        now = call_api(target, "GET", "/v1/production")
    except CommandError:
        return None
    screen.line(f"serving    {model_name(now.get('production'))}, revision {now.get('revision', 0)}")
    return int(now.get("revision", 0))


def _sent(target: Target, path: str, body: Mapping[str, Any]) -> httpx.Response:
    for attempt in range(1, ATTEMPTS + 1):
        try:
            response = ask_api(target, "POST", path, body)
        except CommandError:
            if attempt == ATTEMPTS:
                raise
        else:
            if response.status_code != HTTPStatus.SERVICE_UNAVAILABLE or attempt == ATTEMPTS:
                return response
    raise AssertionError("the last attempt answers or raises")


def _confirm(response: httpx.Response, change: str) -> None:
    told = str(response.json().get("detail", "")).partition("; nothing is changed")[0]
    if not sys.stdin.isatty():
        raise CommandError(f"{told}. Nothing is changed: give --yes if `{change}` is meant")
    if not typer.confirm(f"{told}. Go on?"):
        raise CommandError("nothing is changed")
