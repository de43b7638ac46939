"""Condition blocks of policies: the operators, on the values a request brings along.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache

Values = Sequence[str]
RequestContext = Mapping[str, str]
Test = Callable[[str, str], bool]


class UnsupportedPolicyError(ValueError):
    """A policy uses what the embedded AWS cannot evaluate; it is refused, for a guess would grant or deny by chance."""


@cache
def pattern_of(glob: str, *, any_case: bool = False) -> re.Pattern[str]:
    """The pattern with `*` and `?` as a regular expression of the whole value."""
    parts = [".*" if part == "*" else "." if part == "?" else re.escape(part) for part in re.split(r"([*?])", glob)]
    return re.compile("".join(parts), re.IGNORECASE | re.DOTALL if any_case else re.DOTALL)


def equals(wanted: str, value: str) -> bool:
    """The very same text."""
    return wanted == value


def equals_in_any_case(wanted: str, value: str) -> bool:
    """The same text in any case; the words true and false are compared so."""
    return wanted.lower() == value.lower()


def is_like(wanted: str, value: str) -> bool:
    """The pattern with `*` and `?` matches the whole value."""
    return pattern_of(wanted).fullmatch(value) is not None


TESTS: dict[str, Test] = {
    "StringEquals": equals,
    "StringEqualsIgnoreCase": equals_in_any_case,
    "StringLike": is_like,
    "ArnEquals": is_like,  # the two ARN operators are one and the same
    "ArnLike": is_like,
    "Bool": equals_in_any_case,
}
NEGATED = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
}


def check_block(block: Mapping[str, Mapping[str, object]]) -> None:
    """Raise UnsupportedPolicyError for an operator that is not known here, or a value with a policy variable."""
    for operator, wanted in block.items():
        plain = operator.removesuffix("IfExists")
        if plain not in TESTS and plain not in NEGATED and plain != "Null":
            raise UnsupportedPolicyError(f"the embedded AWS evaluates no condition operator {operator}")
        for values in wanted.values():
            if any("${" in value for value in as_list(values)):
                raise UnsupportedPolicyError(f"the embedded AWS knows no policy variables: {values}")


def hold(block: Mapping[str, Mapping[str, object]], given: RequestContext) -> bool:
    """Whether every operator holds for every key; one of a key's values is enough. Keys are the same in any case."""
    known = {key.lower(): value for key, value in given.items()}
    return all(
        holds(operator, as_list(values), known.get(key.lower()))
        for operator, wanted in block.items()
        for key, values in wanted.items()
    )


def holds(operator: str, wanted: Values, value: str | None) -> bool:
    """One operator on one key; a key that is not there passes only what is negated or says `IfExists`."""
    if operator == "Null":
        return any((word.lower() == "true") == (value is None) for word in wanted)
    plain = operator.removesuffix("IfExists")
    if value is None:
        return plain in NEGATED or plain != operator
    if plain in NEGATED:
        return not any(TESTS[NEGATED[plain]](one, value) for one in wanted)
    return any(TESTS[plain](one, value) for one in wanted)


def as_list(values: object) -> list[str]:
    """One value or many, as text; policies may write true without quotes."""
    many = values if isinstance(values, list) else [values]
    return [str(one).lower() if isinstance(one, bool) else str(one) for one in many]
