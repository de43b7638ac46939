"""Comparisons of numbers: a value, or a factor of one, beside a number or another value; with what a missing value stands for."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

from greenfraud.policy.conditions import COMPARE
from intake.afd.alternatives import Alternatives, any_of, constant
from intake.afd.meant import Meant, UntranslatableError
from intake.afd.tree import Arithmetic, Expression, Literal, Variable

SWAPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
CONTRARY = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}
TOO_MUCH = ("its arithmetic is more than a number times a value", "send the result as a number of its own, declared as a column")

TOO_FAR = ("its numbers are larger or smaller than any that a policy can hold", TOO_MUCH[1])


class Term(NamedTuple):
    """So many times a value; without one, just the number."""

    factor: float
    of: Meant | None = None


def term_of(side: Expression, meaning: Callable[[str], Meant]) -> Term:
    """Return one side of a comparison. Raises UntranslatableError for what no policy can compute."""
    match side:
        case Literal(bool() | str() | None):
            raise UntranslatableError("it compares a number with something else", "write the rule by hand")
        case Literal(float(value)):
            return Term(value)
        case Variable(name):
            meant = meaning(name)
            if meant.kind != "number":
                raise UntranslatableError(f"${name} is no number here", "write the rule by hand")
            return Term(1.0, meant)
        case Arithmetic(mark, left, right):
            return _computed(mark, term_of(left, meaning), term_of(right, meaning))
    raise UntranslatableError(*TOO_MUCH)


def _computed(mark: str, left: Term, right: Term) -> Term:
    """Two terms as one: numbers alone, a number times a value, a value by a number, or its negative."""
    if mark == "*" and None in (left.of, right.of):
        return _within(Term(left.factor * right.factor, left.of or right.of), is_zero=0.0 in (left.factor, right.factor))
    if mark == "/" and right.of is None and right.factor:
        return _within(Term(left.factor / right.factor, left.of), is_zero=not left.factor)
    if mark in "+-" and left.of is right.of is None:
        found = left.factor + right.factor if mark == "+" else left.factor - right.factor
        return _within(Term(found), is_zero=not found)
    if mark == "-" and left == Term(0.0):
        return Term(-right.factor, right.of)
    raise UntranslatableError(*TOO_MUCH)


def _within(term: Term, *, is_zero: bool) -> Term:
    """A term that a float can hold. What `is_zero` is 0 by right, and nothing else is: it would be too small. Else raises."""
    if not math.isfinite(term.factor) or is_zero != (term.factor == 0.0):
        raise UntranslatableError(*TOO_FAR)
    return term


def compared(test: str, left: Term, right: Term) -> Alternatives:
    """Return when a comparison is met."""
    left, right = (one if one.of is not None and one.factor else Term(0.0 if one.of else one.factor) for one in (left, right))
    if left.of is None or (right.of is not None and right.factor == 1.0 != left.factor):
        test, left, right = SWAPPED[test], right, left
    if left.of is None:
        return constant(is_met=COMPARE[test](left.factor, right.factor))
    if left.factor < 0:
        test = SWAPPED[test]
    times = _within(Term(right.factor / left.factor, right.of), is_zero=not right.factor)
    if times.of is None:
        return _with_number(left.of, test, times.factor)
    if times.of == left.of:
        return _with_itself(left.of, test, times.factor)
    return _with_value(left.of, test, times.factor, times.of)


def _with_itself(value: Meant, test: str, factor: float) -> Alternatives:
    """No policy compares a value with itself: times a factor it says on which side of 0 the value is, else nothing of it."""
    if factor == 1.0:
        return constant(is_met=COMPARE[test](0.0, 0.0))
    return _with_number(value, test if factor < 1.0 else SWAPPED[test], 0.0)


def _with_number(value: Meant, test: str, number: float) -> Alternatives:
    known = ((f"{value.name} {test} {written(number)}",),)
    return any_of([known, _missing(value, is_met=COMPARE[test](value.default, number))])


def _with_value(value: Meant, test: str, factor: float, other: Meant) -> Alternatives:
    """Each of both may be missing, and then its default stands beside the other; a condition on a value says that it is known."""
    defaults = (float(value.default or 0.0), float(other.default or 0.0))
    found: list[Alternatives] = [((f"{value.name} {test} {_times(factor)}{other.name}",),)]
    if not other.is_always_there:
        times = _within(Term(factor * defaults[1]), is_zero=not defaults[1])
        found.append(((f"{other.name} is missing", f"{value.name} {test} {written(times.factor)}"),))
    if not value.is_always_there:
        turned = SWAPPED[test] if factor > 0 else test
        part = _within(Term(defaults[0] / factor), is_zero=not defaults[0])
        found.append(((f"{value.name} is missing", f"{other.name} {turned} {written(part.factor)}"),))
    if not (value.is_always_there or other.is_always_there) and COMPARE[test](defaults[0], factor * defaults[1]):
        found.append(((f"{value.name} is missing", f"{other.name} is missing"),))
    return any_of(found)


def _missing(value: Meant, *, is_met: bool) -> Alternatives:
    return ((f"{value.name} is missing",),) if is_met and not value.is_always_there else ()


def _times(factor: float) -> str:
    return "" if factor == 1.0 else f"{written(factor)} * "


def written(number: float) -> str:
    """A number as policies have it, every digit of it.

    >>> written(100.0), written(0.1), written(1e300), written(-0.0)
    ('100', '0.1', '1e300', '0')
    """
    if number == int(number) and abs(number) < 1e15:
        return str(int(number))
    return repr(number).replace("e+", "e")
