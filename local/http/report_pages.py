"""Pages of executions for a browser on this machine: `/report` leads to the newest one's. In AWS a person fetches them from S3.

They are no part of the deployed API, whose own page of that path, the card of what answers, is seen until there is a report.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from moto.s3.models import FakeKey, s3_backends

from local.context import ACCOUNT
from local.http.api_events import Response

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.http.api_events import Request

NEWEST, FIRST = "/report", "/report.html"
PAGE = re.compile(r"reports/([0-9a-f]{12}/[a-z_-]+\.html)")  # as greenfraud.naming has them, among the artifacts


def answer(request: Request) -> Response | None:
    """The page that is asked for, or the way to the newest report; None where there is none, or something else is asked for."""
    if request.method not in {"GET", "HEAD"}:
        return None
    if request.path == NEWEST:
        return _to_newest()
    kept = {f"{NEWEST}/{name}": page for name, page in _pages()}
    page = kept.get(request.path)
    return (
        None
        if page is None
        else Response(200, [("Content-Type", "text/html; charset=utf-8"), ("Cache-Control", "no-store")], page.value)
    )


def _to_newest() -> Response | None:
    reports = [(page.last_modified, name) for name, page in _pages() if name.endswith(FIRST)]
    return Response(302, [("Location", f"{NEWEST}/{max(reports)[1]}")], b"") if reports else None


def _pages() -> Iterator[tuple[str, FakeKey]]:
    """Every page below `reports/`, by execution and name."""
    for bucket in list(s3_backends[ACCOUNT]["aws"].buckets.values()):
        for key in list(bucket.keys.values()):
            found = PAGE.fullmatch(key.name) if isinstance(key, FakeKey) else None  # or a delete marker
            if found:
                yield found[1], key
