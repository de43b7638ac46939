"""What a browser finds at `/` on this machine: the way to whatever serves pages beside the API, while something does.

It is no part of the deployed API, whose own page of that path every other program is given, and a browser where nothing is served.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from local.http.api_events import Response

if TYPE_CHECKING:
    from pathlib import Path

    from local.http.api_events import Request

ADDRESS = re.compile(r"http://127\.0\.0\.1:\d{1,5}/\S*")  # of this machine alone, whoever wrote the file


def answer(request: Request, file: Path | None) -> Response | None:
    """The way to the address in `file`, for a browser that asks for `/`; None for all else, or where there is no address."""
    if file is None or (request.method, request.path) != ("GET", "/") or "text/html" not in request.headers.get("accept", ""):
        return None
    try:
        address = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return None
    if not ADDRESS.fullmatch(address):
        return None
    return Response(302, [("Location", address), ("Cache-Control", "no-store")], b"")
