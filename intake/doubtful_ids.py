"""Ids that are valid and look as if a tool had changed them: told, never refused, for nobody but their owner knows."""

from __future__ import annotations

from typing import Any

import pyarrow.compute as pc

from intake.reading import Column, is_text, plain
from intake.refusals import shown

DOUBTS = {
    r"^\d(\.\d+)?[eE]\+\d+$": "in a spreadsheet's notation, in which different ones may have become the same: export them as text",
    r"^\d+\.0$": "with .0 behind, as programs write numbers of a column with gaps: send them so to the API, or export them whole",
    r"^=": "formulas of a spreadsheet, which are kept as they stand: export what they show",
    "[\u200b\u200c\u200d\u2060\ufeff]": "with letters that nobody sees, which are kept: with and without are two",
    r"^\s|\s$": "with blanks around, which are kept: with and without are two",
    r"""^["'].*["']$""": "in quotes, which are kept: with and without are two",
}


def doubts(column: Column) -> list[str]:
    """What to tell of a column of ids, with the first of each kind and how many there are."""
    values = plain(column.values)
    if not is_text(values.type):
        return []
    told = list[str]()
    for pattern, what in DOUBTS.items():
        found: Any = values.filter(pc.fill_null(pc.match_substring_regex(values, pattern), fill_value=False))
        if len(found):
            told.append(f"column `{column.name}`: {len(found):,} ids such as `{shown(found[0])}` are {what}")
    return told
