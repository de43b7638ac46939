"""A card's number that somebody typed into the wrong field is not sent back to the screen."""

from __future__ import annotations

import re
from typing import Any

BETWEEN = r"[\s+-]|%20|%09|%C2%A0|\\t|\\u00a0"  # what stands between the groups, blanks also as addresses and JSON have them
CANDIDATE = re.compile(rf"(?<!\d)(?!20\d{{6}}-20\d{{6}})\d(?:(?:{BETWEEN}){{0,2}}\d){{12,18}}")  # two days are none
MASK = "[a card number]"


def without_card_number(text: str) -> str:
    """Nothing in place of a text that holds what may be a card's number.

    >>> without_card_number("4111 1111 1111 1111"), without_card_number("c000017"), without_card_number("2026-11-24T19:02:00Z")
    ('', 'c000017', '2026-11-24T19:02:00Z')
    """
    return "" if masked(text) != text else text


def masked(text: str) -> str:
    """A text in which what may be a card's number is hidden.

    >>> masked("no decision for 4111-1111-1111-1111")
    'no decision for [a card number]'
    >>> masked("GET /v1/decisions/4111%201111%201111%201111 answered 404"), masked("model 20260226-20260305-00000007")
    ('GET /v1/decisions/[a card number] answered 404', 'model 20260226-20260305-00000007')
    """
    return CANDIDATE.sub(lambda found: MASK if _fits(found[0]) else found[0], text)


def masked_in(value: Any) -> Any:
    """A JSON value in which texts, names and whole numbers that may be a card's are hidden.

    A number with a fraction stays: a probability has as many digits.

    >>> masked_in({"id": "4111111111111111", "tried": [4111111111111111, 0.4111111111111111, None, True]})
    {'id': '[a card number]', 'tried': ['[a card number]', 0.4111111111111111, None, True]}
    """
    if isinstance(value, dict):
        return {masked(name): masked_in(one) for name, one in value.items()}
    if isinstance(value, list):
        return [masked_in(one) for one in value]
    if isinstance(value, str):
        return masked(value)
    is_hidden = isinstance(value, int) and masked(str(value)) != str(value)
    return MASK if is_hidden else value


def _fits(candidate: str) -> bool:
    """Whether the last digit is the one that Luhn's formula gives."""
    digits = re.sub(BETWEEN, "", candidate)
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return sum(sum(divmod(one, 10)) for one in doubled) % 10 == 0
