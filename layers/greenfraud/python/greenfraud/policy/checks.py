"""Rules that cannot be meant: those that can never hold, and those that contradict each other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from greenfraud.money import MAXIMUM_AMOUNT_MINOR
from greenfraud.policy.conditions import COMPARE, KNOWN, MISSING, ON_LIST, Condition
from greenfraud.policy.domains import ANY, FLAG, MOST_COUNTED, Domain, room_of
from greenfraud.policy.faults import Report
from greenfraud.policy.lines import Path
from greenfraud.policy.rule import PROBABILITY, Rule

OF_REQUEST: Mapping[str, Domain] = {PROBABILITY: Domain(0.0, 1.0), "amount": Domain(0.0, float(MAXIMUM_AMOUNT_MINOR))}
ALWAYS_KNOWN = (PROBABILITY, "amount", "currency")  # without a probability, a rule that asks for it is silent
NOTHING_KNOWN: Mapping[str, Domain] = {}


def check_rules(
    report: Report, guardrails: Mapping[Path, Rule], rules: Mapping[Path, Rule], domains: Mapping[str, Domain] = NOTHING_KNOWN
) -> None:
    """Report what can never hold, and contradictions among the rules and among the guardrails, by what values can be."""
    for path, rule in (*guardrails.items(), *rules.items()):
        if (reason := contradiction_in(rule.when, domains)) is not None:
            report.error((*path, "when"), f"can never hold: {reason}")
    for kind in (guardrails, rules):
        _check_pairs(report, kind, domains)


def contradiction_in(conditions: Iterable[Condition], domains: Mapping[str, Domain] = NOTHING_KNOWN) -> str | None:
    """Return why conditions can never hold together, None where they can. `domains` say what values can be, by name.

    >>> contradiction_in([Condition("amount", ">", 5.0), Condition("amount", "<", 3.0)])
    'amount > 5 and amount < 3'
    """
    together = (_impossible(of_name, _domain(name, domains)) for name, of_name in _by_name(conditions).items())
    found = next((culprits for culprits in together if culprits), None)
    return None if found is None else " and ".join(one.words for one in found) + _bounds(found, domains)


def _by_name(conditions: Iterable[Condition]) -> dict[str, list[Condition]]:
    by_name: dict[str, list[Condition]] = {}
    for condition in conditions:
        if condition.times is None:
            by_name.setdefault(condition.name, []).append(condition)
    return by_name


def _domain(name: str, domains: Mapping[str, Domain]) -> Domain:
    if name.startswith(ON_LIST):
        return FLAG
    return OF_REQUEST.get(name) or domains.get(name, ANY)


def _bounds(culprits: list[Condition], domains: Mapping[str, Domain]) -> str:
    """What a value can be, where a single condition asks for another one."""
    one = culprits[0]
    if len(culprits) > 1 or one.test not in COMPARE or isinstance(one.operand, str):
        return ""
    low, high, is_whole = _domain(one.name, domains)
    kind, end = "a whole number " if is_whole else "", "on" if high >= MOST_COUNTED else f"to {high:g}"
    return f"; it is {kind}from {low:g} {end}"


def _impossible(conditions: list[Condition], domain: Domain) -> list[Condition]:
    """The conditions on one value that exclude each other."""
    missing = [one for one in conditions if one.test == MISSING]
    if missing and (len(conditions) > len(missing) or missing[0].name in ALWAYS_KNOWN):
        return conditions
    texts = [one for one in conditions if isinstance(one.operand, str)]
    if texts:
        return texts if not any(_fits_text(one.operand, texts) for one in texts if one.test == "==") and _is_fixed(texts) else []
    compared = [one for one in conditions if one.test in COMPARE]
    return compared if room_of(domain, compared).is_empty else []


def _is_fixed(texts: list[Condition]) -> bool:
    return any(one.test == "==" for one in texts)


def _fits_text(value: object, texts: list[Condition]) -> bool:
    return all((one.operand == value) == (one.test == "==") for one in texts)


def _meaning(rule: Rule, domains: Mapping[str, Domain]) -> frozenset[Any]:
    """What its conditions say, the same for all ways to write it."""
    said: set[Any] = {one for one in rule.when if one.times is not None}
    for name, conditions in _by_name(rule.when).items():
        asked = [one for one in conditions if one.test != KNOWN]
        if any(one.test == MISSING or isinstance(one.operand, str) for one in asked):
            said |= {*asked}
        else:
            said.add((name, room_of(_domain(name, domains), asked)))
    return frozenset(said)


def _check_pairs(report: Report, rules: Mapping[Path, Rule], domains: Mapping[str, Domain]) -> None:
    """Two live rules of one condition and priority: with different outcomes they contradict, with the same one is too many."""
    first: dict[tuple[frozenset[Any], int], tuple[Path, Rule]] = {}
    for path, rule in rules.items():
        if not rule.is_live:
            continue
        earlier_path, earlier = first.setdefault((_meaning(rule, domains), rule.priority), (path, rule))
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
