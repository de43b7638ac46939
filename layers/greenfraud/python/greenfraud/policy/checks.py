"""Rules that cannot be meant: those that can never hold, and those that contradict each other."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping

from greenfraud.policy.conditions import MISSING, ON_LIST, Condition
from greenfraud.policy.faults import Report
from greenfraud.policy.lines import Path
from greenfraud.policy.rule import PROBABILITY, Rule

# What values can be: a condition beyond says nothing. Counts are known by their names, but of a declared number, which is whatever
# its owner sends, no name tells that.
DOMAINS: Mapping[str, tuple[float, float]] = {PROBABILITY: (0.0, 1.0), "amount": (0.0, math.inf)}
COUNTS = ("_count_", "_tried_", "_declined_", "_accepted_", "_reports_")


def check_rules(
    report: Report, guardrails: Mapping[Path, Rule], rules: Mapping[Path, Rule], declared: Collection[str] = frozenset()
) -> None:
    """Report what can never hold, and contradictions among the rules and among the guardrails; `declared` numbers may be any."""
    for path, rule in (*guardrails.items(), *rules.items()):
        if (reason := contradiction_in(rule.when, declared)) is not None:
            report.error((*path, "when"), f"can never hold: {reason}")
    for kind in (guardrails, rules):
        _check_pairs(report, kind)


def contradiction_in(conditions: Iterable[Condition], declared: Collection[str] = frozenset()) -> str | None:
    """Return why conditions can never hold together, None where they can. `declared` are the names of numbers that may be any.

    >>> contradiction_in([Condition("amount", ">", 5.0), Condition("amount", "<", 3.0)])
    'amount > 5 and amount < 3'
    """
    by_name: dict[str, list[Condition]] = {}
    for condition in conditions:
        if condition.times is None:
            by_name.setdefault(condition.name, []).append(condition)
    found = (_impossible(of_name, _domain(name, declared)) for name, of_name in by_name.items())
    return next((" and ".join(one.words for one in culprits) for culprits in found if culprits), None)


def _domain(name: str, declared: Collection[str]) -> tuple[float, float]:
    """The least and the greatest that a value can be."""
    if name.startswith(ON_LIST):
        return 0.0, 1.0
    is_count = name not in declared and any(part in name for part in COUNTS)
    return DOMAINS.get(name, (0.0 if is_count else -math.inf, math.inf))


def _impossible(conditions: list[Condition], domain: tuple[float, float]) -> list[Condition]:
    """The conditions on one value that exclude each other."""
    texts = [one for one in conditions if isinstance(one.operand, str)]
    if texts:
        return texts if not any(_fits_text(one.operand, texts) for one in texts if one.test == "==") and _is_fixed(texts) else []
    compared = [one for one in conditions if one.test in BOUNDS or one.test == "!="]
    missing = [one for one in conditions if one.test == MISSING]
    if missing and len(conditions) > len(missing):
        return conditions
    return [] if _has_room(*domain, compared) else compared


BOUNDS = ("<", "<=", ">", ">=", "==")


def _is_fixed(texts: list[Condition]) -> bool:
    return any(one.test == "==" for one in texts)


def _fits_text(value: object, texts: list[Condition]) -> bool:
    return all((one.operand == value) == (one.test == "==") for one in texts)


def _has_room(low: float, high: float, conditions: list[Condition]) -> bool:
    """Whether any number from `low` to `high` meets all conditions."""
    is_low_open = is_high_open = False
    excluded = {float(one.operand) for one in conditions if one.test == "!="}
    for one in conditions:
        bound = float(one.operand)
        if one.test in (">", ">=", "==") and (bound, one.test == ">") > (low, is_low_open):
            low, is_low_open = bound, one.test == ">"
        if one.test in ("<", "<=", "==") and (-bound, one.test == "<") > (-high, is_high_open):
            high, is_high_open = bound, one.test == "<"
    if low == high:
        return not (is_low_open or is_high_open or low in excluded)
    return low < high


def _check_pairs(report: Report, rules: Mapping[Path, Rule]) -> None:
    """Two live rules of one condition and priority: with different outcomes they contradict, with the same one is too many."""
    first: dict[tuple[frozenset[Condition], int], tuple[Path, Rule]] = {}
    for path, rule in rules.items():
        if not rule.is_live:
            continue
        earlier_path, earlier = first.setdefault((frozenset(rule.when), rule.priority), (path, rule))
        if earlier_path == path:
            continue
        line = report.line(earlier_path)
        if (earlier.outcome, earlier.beside_model) != (rule.outcome, rule.beside_model):
            report.error(
                (*path, "outcome"),
                f'contradicts "{earlier.name}" of line {line}: the same condition and priority, and {earlier.outcome} there. '
                "Give one of them a higher priority, or keep one",
            )
        else:
            report.warn(path, f'says the same as "{earlier.name}" of line {line}: one of them can go')
