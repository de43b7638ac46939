"""One comparison of a rule, stored and tried: a value beside a number, a text, or another value times a number."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from greenfraud.errors import ContractError

Fact = float | str | None
Facts = Mapping[str, Fact]
Compare = Callable[[Any, Any], bool]

COMPARE: Mapping[str, Compare] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
MISSING, KNOWN = "is missing", "is known"
TESTS = (*COMPARE, MISSING, KNOWN)
ON_LIST = "on list "  # begins the name of the fact that is 1 for whoever stands on a list, else 0


class Condition(NamedTuple):
    """`name` compared by `test` with `operand`, which counts `times` another value where one is named.

    A value that is missing meets nothing but the question whether it is missing.
    """

    name: str
    test: str
    operand: float | str = 0.0
    times: str | None = None

    @property
    def words(self) -> str:
        """The condition as it is written.

        >>> Condition("terminal_tried_1h", ">", 2.0, "terminal_count_1d").words, Condition("on list vip", "==", 0.0).words
        ('terminal_tried_1h > 2 * terminal_count_1d', 'not in "vip"')
        """
        if self.name.startswith(ON_LIST):
            return f'{"in" if self.operand else "not in"} "{self.name.removeprefix(ON_LIST)}"'
        if self.test in (MISSING, KNOWN):
            return f"{self.name} {self.test}"
        told = f'"{self.operand}"' if isinstance(self.operand, str) else f"{self.operand:.15g}"
        return f"{self.name} {self.test} {told}{f' * {self.times}' if self.times else ''}"

    @classmethod
    def from_json(cls, body: Sequence[Any]) -> Condition:
        """Read the stored form, its four parts in order. Raises ContractError."""
        condition = cls(*body)
        is_sound = isinstance(condition.operand, int | float | str) and not isinstance(condition.operand, bool)
        if not isinstance(condition.name, str) or condition.test not in TESTS or not is_sound:
            raise ContractError("a condition of the policy is none that this release knows")
        return condition


Test = tuple[str, Compare | None, float | str, str | None]


def compiled(conditions: Sequence[Condition]) -> tuple[Test, ...]:
    """Return the conditions as `are_met` tries them; a comparison is looked up here, once."""
    return tuple(_compiled(condition) for condition in conditions)


def _compiled(condition: Condition) -> Test:
    if condition.test == MISSING:
        return condition.name, None, 0.0, None
    if condition.test == KNOWN:
        return condition.name, operator.is_not, "", None  # no value is this text; a missing one never gets here
    return condition.name, COMPARE[condition.test], condition.operand, condition.times


def are_met(tests: Sequence[Test], facts: Facts) -> bool:
    """Tell whether all of them hold."""
    for name, compare, operand, times in tests:
        value = facts.get(name)
        if compare is None:
            if value is not None:
                return False
            continue
        if value is None:
            return False
        if times is not None:
            other = facts.get(times)
            if other is None or not compare(value, operand * other):  # type: ignore[operator]  # numbers, by the grammar
                return False
        elif not compare(value, operand):
            return False
    return True
