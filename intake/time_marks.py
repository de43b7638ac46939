"""Times as places write them, in the marks that every program reads: blanks that are none, 오후 and p.m., 2026年3月2日."""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

CLOCK = r" ?(\d{1,2}:\d{2}(?::\d{2})?)"
REPLACED = (
    ("[ \u00a0\u202f\u2009]+", " "),
    ("^'", ""),  # by which a spreadsheet was told that it is text
    (r"([AaPp])\. ?([Mm])\.", r"\1\2"),
    ("([0-9]{4})[년年] ?([0-9]{1,2})[월月] ?([0-9]{1,2})[일日]", r"\1-\2-\3"),
    (r"^([0-9]{4})\. ([0-9]{1,2})\. ([0-9]{1,2})\.", r"\1-\2-\3"),
    (f"(?:오전|上午|午前){CLOCK}", r"\1 AM"),
    (f"(?:오후|下午|午後){CLOCK}", r"\1 PM"),
)


ODD = r"[^ -~]|  |^'|[AaPp]\. ?[Mm]\.|^[0-9]{4}\. "  # one of them


def plain_time(text: str) -> str:
    """Return a time in plain marks.

    >>> plain_time("2026. 3. 2. 오후 5:20:29"), plain_time("2026年3月2日 17:20"), plain_time("3/2/2026, 5:20:29\u202fp.m.")
    ('2026-3-2 5:20:29 PM', '2026-3-2 17:20', '3/2/2026, 5:20:29 pm')
    """
    for pattern, plain in REPLACED:
        text = re.sub(pattern, plain, text)
    return text


def plain_times(texts: pa.Array) -> pa.Array:
    """Return a column of times in plain marks; what has none of the others stays as it is."""
    if not pc.any(pc.match_substring_regex(texts, ODD)).as_py():
        return texts
    for pattern, plain in REPLACED:
        texts = pc.replace_substring_regex(texts, pattern, plain)
    return texts
