"""Short names of zones that mean one clock, as their offsets; of others, such as IST and CST, several clocks are called so."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from intake.reading import Column
from intake.refusals import refuse

# The American ones are those of RFC 2822. CET in July is still an hour ahead, whatever a zone of that name says.
OFFSETS = {
    name: offset
    for offset, names in {
        "+0000": "UTC GMT UT Z WET",
        "+0100": "CET WEST",
        "+0200": "CEST EET",
        "+0300": "EEST MSK",
        "+0900": "JST KST",
        "+1000": "AEST",
        "+1100": "AEDT",
        "+1200": "NZST",
        "+1300": "NZDT",
        "-0400": "EDT",
        "-0500": "EST CDT",
        "-0600": "MDT",
        "-0700": "MST PDT",
        "-0800": "PST",
    }.items()
    for name in names.split()
}
NAME = r"(?P<name>[A-Z]{1,5})$"


def with_offsets(column: Column, text: pa.Array, layout: str) -> tuple[pa.Array, str]:
    """Text and its format with offsets in place of short names of zones; as they are where the format does not end with one.

    InputError for a name that is no single clock's.
    """
    if not layout.endswith("%Z") or pc.any(pc.match_substring(text, "/")).as_py():
        return text, layout
    names = pc.struct_field(pc.extract_regex(text, pattern=NAME), "name")
    is_unknown = pc.and_(names.is_valid(), pc.invert(pc.is_in(names, pa.array([*OFFSETS, None]))))
    refuse(
        column,
        is_unknown,
        "a time whose zone is no single clock's",
        "Write offsets, such as +05:30; or, where all are of one zone, its name in the format and the zone beside it: "
        "--time-format '%Y-%m-%d %H:%M:%S IST' --timezone Asia/Kolkata",
    )
    for name, offset in OFFSETS.items():
        text = pc.if_else(pc.equal(names, name), pc.replace_substring_regex(text, "[A-Z]+$", offset), text)
    return text, f"{layout.removesuffix('%Z')}%z"
