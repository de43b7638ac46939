"""What may stand for one value of a description: an encoding, a format of times, a zone, words; checked as it is read."""

from __future__ import annotations

import codecs
import time
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, TypeAlias
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field

SAMPLE, ESCAPES = "a,b\n", {"idna", "punycode", "unicode_escape", "raw-unicode-escape", "raw_unicode_escape", "unicode-escape"}
EPOCHS = {"epoch-s": "s", "epoch-ms": "ms", "epoch-us": "us", "epoch-ns": "ns"}
STEPS = "steps"


def listed(value: Any) -> Any:
    """One value, or several, as several."""
    return value if isinstance(value, list | tuple) else [value]


def worded(value: Any) -> Any:
    """A label's value as it stands in a file: 2 and true are words too."""
    return [str(one).lower() if isinstance(one, bool) else str(one) for one in listed(value) if one is not None]


def known_encoding(name: str) -> str:
    """The name of an encoding of text. Raises ValueError for any other."""
    try:
        is_text = SAMPLE.encode(name).decode(name) == SAMPLE and codecs.lookup(name).name not in ESCAPES
    except (LookupError, UnicodeError):  # also of codecs that are for bytes alone, such as base64
        is_text = False
    if not is_text:
        raise ValueError("is no encoding of text. Write for example utf-8, cp1252, latin-1 or utf-16")
    return name


def known_format(text: str) -> str:
    """A pattern of strptime, or a name of an epoch or of steps. Raises ValueError for any other."""
    if "%" not in text and text not in EPOCHS and text != STEPS:
        raise ValueError(f"is no format. Write one such as %d/%m/%Y %H:%M, or {', '.join([*EPOCHS, STEPS])}")
    try:
        time.strptime("", text)
    except ValueError as error:
        if "directive" in str(error) or "stray" in str(error):
            raise ValueError(f"is no format: {error}. Write one such as %d/%m/%Y %H:%M") from None
    if "%H" in text and "%p" in text:
        raise ValueError("has %H beside %p, and am and pm would be passed over. Write %I for an hour of 12")
    return text


def known_timezone(name: str) -> str:
    """The name of a time zone. Raises ValueError for any other."""
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        raise ValueError("is no time zone. Write a name such as UTC or Europe/Stockholm") from None
    return name


def aware(moment: datetime) -> datetime:
    """A start without an offset is UTC's."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


Columns: TypeAlias = Annotated[tuple[str, ...], BeforeValidator(listed), Field(min_length=1)]
Words: TypeAlias = Annotated[tuple[str, ...], BeforeValidator(worded)]
Unit: TypeAlias = Literal["seconds", "minutes", "hours", "days"]
