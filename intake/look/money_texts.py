"""How amounts are written: the mark before the decimals, the one between thousands, and what stands beside the digits."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from greenfraud.money import digits_by_currency
from intake.amount_marks import SIGN, SIGNS

# A sign, a currency's mark or code, the digits with their marks, and again: `-$1,250.00`, `1 250,00 EUR`, `(12.50)`, `12.50-`
AMOUNT = re.compile(
    rf"\s*(?P<open>\()?(?P<sign>[-+\u2212])?\s*(?P<mark>{SIGN})?\s*(?P<sign2>[-+\u2212])?"
    r"(?P<digits>\d[\d.,'\u2019\u00a0\u202f\u2009 ]*|[.,]\d+)"
    rf"\s*(?P<mark2>{SIGN})?(?P<sign3>-)?(?P<close>\))?\s*"
)
SPACES = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2019": "'"})
OF_PARTS = re.compile(r"\d+\.\d+\.\d{1,2}(\.\d+)?|\d+\.\d{1,2}\.\d+(\.\d+)?|\d+(\.\d+){2}\.\d{1,2}")  # an address, a version
ENOUGH = 0.98
SHORT_CODE = 4  # digits; ids made of letters and as many digits as this, or more, are all as long


@dataclass(frozen=True)
class WrittenAmounts:
    """`is_ambiguous`: every mark stands before three digits and only once, so that it may be either of both.

    `is_whole`: no amount has decimals, but for the one zero that programs write behind whole numbers.
    """

    decimal: str
    thousands: str
    marks: tuple[str, ...]
    decimals: int
    negative: int
    unreadable: int
    is_ambiguous: bool = False
    is_whole: bool = False


def amounts_as(texts: Sequence[str], told: tuple[str, str] | None = None) -> WrittenAmounts | None:
    """Return how nearly all of the texts write an amount, None where they do not. `told`: the marks of decimals and thousands.

    >>> found = amounts_as(["$134.09 ", "1,250.00", "£8,100.50"])
    >>> found.decimal, found.thousands, found.marks, found.decimals
    ('.', ',', ('$', '£'), 2)
    >>> amounts_as(["12,50", "1.250,00"]).decimal, amounts_as(["1,250"]).is_ambiguous
    (',', True)
    >>> amounts_as(["TXN-100000", "TXN-100001"]) is amounts_as(["R700001", "R700002"]) is amounts_as(["SHP-00589"]) is None
    True
    """
    found = [match for match in map(AMOUNT.fullmatch, texts) if match and _are_currencies(match)]
    found = [match for match in found if not OF_PARTS.fullmatch(match["digits"])]
    if not texts or len(found) < ENOUGH * len(texts) or (told is None and _are_ids(found)):
        return None
    digits = [match["digits"].translate(SPACES).strip() for match in found]
    decimal, thousands, is_ambiguous = (*told, False) if told else _marks_between(digits)
    marks = Counter(mark for match in found for mark in (match["mark"], match["mark2"]) if mark)
    after = [text.rpartition(decimal)[2] if decimal in text else "" for text in digits]
    return WrittenAmounts(
        decimal=decimal,
        thousands=thousands,
        marks=tuple(sorted(marks)),
        decimals=max(len(text.rstrip("0")) if text.isdigit() else 0 for text in after),
        negative=sum(_is_negative(match) for match in found),
        unreadable=len(texts) - len(found),
        is_ambiguous=is_ambiguous,
        is_whole=set(after) <= {"", "0"},
    )


def _are_currencies(match: re.Match[str]) -> bool:
    marks = (mark for mark in (match["mark"], match["mark2"]) if mark)
    return all(mark in SIGNS or mark in digits_by_currency() for mark in marks)


def _are_ids(found: Sequence[re.Match[str]]) -> bool:
    """Tell whether letters stand before whole numbers that begin with zeros, or are all as long: no amounts do."""
    texts = [match["digits"] for match in found]
    has_letters = all(match["mark"] and match["mark"].isalpha() for match in found)
    if not has_letters or not all(text.isdigit() for text in texts):
        return False
    is_long = {len(text) for text in texts} == {max(SHORT_CODE, len(texts[0]))}
    return is_long or any(text.startswith("0") and len(text) > 1 for text in texts)


def _is_negative(match: re.Match[str]) -> bool:
    signs = (match["sign"], match["sign2"], match["sign3"])
    return bool({"-", "\u2212"} & set(signs) or (match["open"] and match["close"])) and bool(re.search(r"[1-9]", match["digits"]))


def _marks_between(digits: Sequence[str]) -> tuple[str, str, bool]:
    """Return the decimal mark, the one of thousands, and whether they could be the other way round."""
    points, commas = (_roles(digits, mark, other) for mark, other in ((".", ","), (",", ".")))
    others = next((mark for mark in ("'", " ") if any(mark in text for text in digits)), "")
    if points["decimal"] and not commas["decimal"]:
        return ".", "," if commas["thousands"] or commas["either"] else others, False
    if commas["decimal"] and not points["decimal"]:
        return ",", "." if points["thousands"] or points["either"] else others, False
    if points["thousands"] and not commas["thousands"]:
        return ",", ".", False
    if commas["thousands"]:
        return ".", ",", False
    # Of each mark only single ones before three digits, or none.
    return ".", "," if commas["either"] else others, bool(commas["either"] or points["either"])


def _roles(digits: Sequence[str], mark: str, other: str) -> Counter[str]:
    """Count what a mark must be: before decimals, between thousands, or either, as in 1,250."""
    found: Counter[str] = Counter()
    for text in digits:
        if mark not in text:
            continue
        if text.count(mark) > 1 or (other in text and text.rindex(other) > text.rindex(mark)):
            found["thousands"] += 1
        elif other in text or not re.fullmatch(rf"[1-9]\d{{0,2}}\{mark}\d{{3}}", text):
            found["decimal"] += 1
        else:
            found["either"] += 1
    return found
