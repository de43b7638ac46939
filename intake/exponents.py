"""Numbers with a power of ten behind, as programs write them: 1e+05, 1.23456789E7; a spreadsheet's 1.23E+07 has lost digits."""

from __future__ import annotations

import re
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc

from intake.reading import Column
from intake.refusals import refuse

# R, Python and JavaScript write a small letter, Java a large one without a plus: each as many digits as the number has.
EXACT = r"^[+-]?\d+(\.\d+)?(e[+-]?\d{1,2}|E-?\d{1,2})$"
CUT = r"^[+-]?\d(\.\d+)?E\+\d{1,3}$"
WHOLE = "Export the column as a number with all its digits: a spreadsheet shows a part of them"


def expanded(text: pa.Array) -> pa.Array:
    """Exact numbers with a power of ten as plain decimals; everything else as it is.

    >>> expanded(pa.array(["1e+05", "1.25E7", "12.50", "1.2E+07"])).to_pylist()
    ['100000', '12500000', '12.50', '1.2E+07']
    """
    is_exact = pc.fill_null(pc.match_substring_regex(text, EXACT), fill_value=False)
    if not pc.any(is_exact).as_py():
        return text
    return pc.replace_with_mask(
        text, is_exact, pa.array([plain_digits(one) for one in text.filter(is_exact).to_pylist()], text.type)
    )


def plain_digits(text: str) -> str:
    """Return an exact number with a power of ten as a plain decimal, and any other text as it is."""
    return format(Decimal(text), "f") if re.match(EXACT, text) else text


def refuse_cut(column: Column, text: pa.Array) -> None:
    """Raise for the first number that a spreadsheet cut."""
    refuse(column, pc.match_substring_regex(text, CUT), "in a spreadsheet's notation, which has lost digits", WHOLE)
