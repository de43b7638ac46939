"""The id of a decision that is asked for: by the query to the byte, by the path only where nothing on its way could change it."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

from greenfraud.errors import InvalidInput, NotFound
from greenfraud.records import MAXIMUM_ID_LENGTH

FIELD = "transaction_id"
# API Gateway decodes a path twice, so that `dd%252F1`, `dd%2F1` and `dd/1` are one. What nobody ever escapes is the same before and
# after, also for an id that was escaped itself.
SAFE_IN_A_PATH = re.compile(r"(?!\.{1,2}$)[A-Za-z0-9._~-]+", re.ASCII)


def id_of_path(text: str, *, of: str = "decisions") -> str:
    """The id that a decoded path ends with, asked for `of` something. Raises NotFound for one that no path carries unchanged."""
    if not 1 <= len(text) <= MAXIMUM_ID_LENGTH:
        raise NotFound(f"{FIELD}: an id has 1 to {MAXIMUM_ID_LENGTH} characters")
    if not SAFE_IN_A_PATH.fullmatch(text):
        raise NotFound(f"{FIELD}: a path may have changed this id, ask for /v1/{of}?{FIELD}= and the id percent-encoded")
    return text


def id_of_query(query: bytes) -> str:
    """The id in a query as it was sent, whose plus is a space. Raises InvalidInput."""
    try:
        pairs = parse_qsl(query.decode(), keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        raise InvalidInput(FIELD, "must be UTF-8, percent-encoded") from None
    named = [value for name, value in pairs if name == FIELD]
    if len(named) != 1 or not 1 <= len(named[0]) <= MAXIMUM_ID_LENGTH:
        raise InvalidInput(FIELD, f"must be given once, as 1 to {MAXIMUM_ID_LENGTH} characters")
    return named[0]
