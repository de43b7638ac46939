"""What is met when: alternatives, each of conditions that hold together; of `or`, `and` and their contraries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product
from math import prod

from intake.afd.meant import UntranslatableError

Conditions = tuple[str, ...]
Alternatives = tuple[Conditions, ...]
ALWAYS: Alternatives = ((),)
NEVER: Alternatives = ()
MOST = 24
TOO_MANY = (f"it has more than {MOST} alternatives, and a policy needs a rule for each", "write a simpler one by hand")


def constant(*, is_met: bool) -> Alternatives:
    """What is always met, or never."""
    return ALWAYS if is_met else NEVER


def any_of(found: Iterable[Alternatives]) -> Alternatives:
    """One of them is met. Raises UntranslatableError where that is too many alternatives.

    >>> any_of([(("a",),), (("a", "b"),), (("c",),)])
    (('a',), ('c',))
    """
    all_ = {frozenset(one): tuple(dict.fromkeys(one)) for some in found for one in some}
    if len(all_) > MOST * MOST:
        raise UntranslatableError(*TOO_MANY)
    least = [one for known, one in all_.items() if not any(other < known for other in all_)]
    if len(least) > MOST:
        raise UntranslatableError(*TOO_MANY)
    return tuple(least)


def all_of(found: Sequence[Alternatives]) -> Alternatives:
    """All of them are met. Raises UntranslatableError where that is too many alternatives.

    >>> all_of([(("a",), ("b",)), (("c",),)]), all_of([]), all_of([(("a",),), NEVER])
    ((('a', 'c'), ('b', 'c')), ((),), ())
    """
    met: Alternatives = ALWAYS
    for some in found:
        if prod((len(met), len(some))) > MOST * MOST:
            raise UntranslatableError(*TOO_MANY)
        met = any_of([tuple(tuple(dict.fromkeys((*left, *right))) for left, right in product(met, some))])
    return met
