"""The rules of a detector's version as rules of a policy, each alternative of a rule as one of its own, in their order."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from greenfraud.errors import GrammarError
from greenfraud.policy.checks import contradiction_in
from greenfraud.policy.conditions import MISSING, Condition
from greenfraud.policy.decisions import SEVERITY, Decision
from greenfraud.policy.grammar import Vocabulary, parse
from greenfraud.policy.read_rules import LONGEST_REASON, MOST_CONDITIONS, MOST_RULES
from intake.afd.alternatives import Conditions
from intake.afd.definitions import Definitions, DetectorVersion, Rule
from intake.afd.expressions import parse_expression
from intake.afd.meaning import BY_HAND, Translation
from intake.afd.meant import Meanings, ScoreError, UntranslatableError
from intake.afd.named_lists import NamedLists, free_name
from intake.afd.outcomes import NOTHING, decision_of, meaning_of
from intake.afd.scores import score_told
from intake.afd.told import Telling
from intake.errors import InputError
from intake.shown import shown

FIRST_MATCHED, ACTIVE = "FIRST_MATCHED", "ACTIVE"
ALWAYS, VERSION = "amount >= 0", "add the answer of get-detector-version"


@dataclass(frozen=True)
class PolicyRule:
    """One alternative of a rule: `was` is the rule's own words."""

    name: str
    when: Conditions
    outcome: Decision
    priority: int
    reason: str
    was: str


@dataclass
class Rules:
    """What came of a detector: rules and the lists that they ask for; of rules that did not come along, their own words."""

    detector: DetectorVersion
    rules: list[PolicyRule] = field(default_factory=list)
    lists: NamedLists = field(default_factory=lambda: NamedLists({}))
    gone: dict[str, str] = field(default_factory=dict)

    def asks_for(self, name: str) -> bool:
        """Tell whether a rule asks for a value."""
        return any(name in condition.split() for rule in self.rules for condition in rule.when)


def translated(found: Definitions, meanings: Meanings, said: Mapping[str, str], telling: Telling) -> Rules | None:
    """Return the rules that a policy can say; the others are told. None where no detector's version is among the definitions."""
    detector = _serving(found, telling)
    if detector is None:
        for name in dict.fromkeys(rule.id for rule in found.rules.values()):
            telling.leave("rule", name, "nothing tells its order and whether all rules answer", VERSION)
        for name in sorted({*found.lists, *found.elements}):
            telling.leave("list", name, "no rule is known that asks for it", VERSION)
        return None
    rules = Rules(detector, lists=NamedLists(found.elements))
    for place, asked in enumerate(detector.rules):
        if (rule := found.rules.get(asked.key)) is None:
            telling.leave("rule", asked.id, f"its version {asked.version} is not told", "add the answer of get-rules --detector-id")
            continue
        priority = len(detector.rules) - place if detector.mode == FIRST_MATCHED else 0
        try:
            rules.rules += _alternatives(rule, priority, rules, meanings, _decision(rule, said))
        except ScoreError as error:
            telling.leave("rule", rule.id, error.why + score_told(found, rule), error.instead)
        except UntranslatableError as error:
            telling.leave("rule", rule.id, error.why, error.instead)
    _tell_others(found, detector, telling)
    rules.rules = _ranked(_without_repetitions(rules.rules, telling))
    gone = {left.name for left in telling.left if left.kind == "rule"}
    rules.gone = {one.id: found.rules[one.key].expression for one in detector.rules if one.id in gone and one.key in found.rules}
    _tell_gaps(detector, rules, telling)
    return rules


def _serving(found: Definitions, telling: Telling) -> DetectorVersion | None:
    serving = [one for one in found.detectors if one.status == ACTIVE] or found.detectors
    if len(serving) > 1:
        raise InputError(f"{' and '.join(shown(one.told) for one in serving[:4])} are told: keep the one to leave with alone")
    for one in found.detectors:
        if one not in serving:
            telling.leave("detector", one.told, f"it is {one.status or 'no active one'}, and another one serves", "nothing")
    return serving[0] if serving else None


def _decision(rule: Rule, said: Mapping[str, str]) -> Decision:
    """What a rule asks for. Raises UntranslatableError where an outcome's name does not say it, or only tells somebody."""
    meant = {name: meaning_of(name, said) for name in rule.outcomes}
    if unknown := [name for name, one in meant.items() if one is None]:
        options = " ".join(f"--outcome {shown(name)}=review" for name in unknown)
        raise UntranslatableError(
            f"nothing says what {', '.join(unknown)} should do", f"say it: {options}, or allow, challenge, block, nothing"
        )
    decision = decision_of([one for one in meant.values() if one])
    if decision is None:
        raise UntranslatableError(f"its outcomes do {NOTHING}", "listen to the events of decisions (docs/events.md)")
    return decision


def _alternatives(rule: Rule, priority: int, rules: Rules, meanings: Meanings, decision: Decision) -> list[PolicyRule]:
    """The rules of a policy that one rule becomes. Raises UntranslatableError."""
    translation = Translation(meanings, NamedLists(rules.lists.elements, dict(rules.lists.kept)), rule.id)
    try:
        found = translation.alternatives(parse_expression(rule.expression))
        possible = [one or (ALWAYS,) for one in found if _is_possible(one, translation)]
    except GrammarError as error:
        raise UntranslatableError(f"it cannot be read: {error}", BY_HAND) from None
    if not possible:
        raise UntranslatableError("it can never be met", "nothing: it never decided anything")
    if any(len(one) > MOST_CONDITIONS for one in possible):
        raise UntranslatableError(f"it has more than {MOST_CONDITIONS} conditions at once", BY_HAND)
    if len(rules.rules) + len(possible) > MOST_RULES:
        raise UntranslatableError(f"a policy has no room for more than {MOST_RULES} rules", "unite some by hand")
    rules.lists = translation.lists
    reason = rule.description if rule.description.isprintable() and 1 <= len(rule.description.strip()) <= LONGEST_REASON else ""
    names = [one.name for one in rules.rules]
    made = list[PolicyRule]()
    for when in possible:
        name = free_name(rule.id, [*names, *(one.name for one in made)])
        made.append(PolicyRule(name, when, decision, priority, reason, rule.expression))
    return made


def _is_possible(when: Conditions, translation: Translation) -> bool:
    """Tell whether conditions can hold together; what is missing meets no comparison."""
    if not when:
        return True
    numbers = frozenset(one.name for one in translation.asked if one.kind in {"number", "flag"})
    texts = frozenset(one.name for one in translation.asked if one.kind == "text")
    lists = {one.name: one.column for one in translation.lists.kept.values()}
    conditions = parse(" and ".join(when), Vocabulary(numbers, texts, lists))
    missing = {one.name for one in conditions if one.test == MISSING}
    is_contradicted = contradiction_in(conditions) is not None
    return not is_contradicted and not any({*_asked(one)} & missing for one in conditions if one.test != MISSING)


def _asked(condition: Condition) -> Iterator[str]:
    yield condition.name
    if condition.times is not None:
        yield condition.times


def _without_repetitions(rules: list[PolicyRule], telling: Telling) -> list[PolicyRule]:
    """Of rules that are met alike and speak alike, the most severe: all of them answered, and that was the answer that counted."""
    kept: dict[tuple[frozenset[str], int], PolicyRule] = {}
    for one in rules:
        key = (frozenset(one.when), one.priority)
        other = kept.setdefault(key, one)
        if other is one:
            continue
        severe, mild = sorted((one, other), key=lambda rule: -SEVERITY[rule.outcome])
        kept[key] = severe
        telling.note(f"the rule {mild.name} is met when {severe.name} is, which asks for as much or more: it is left out")
    return list(kept.values())


def _ranked(rules: list[PolicyRule]) -> list[PolicyRule]:
    """The same in the same order, with small priorities: a policy has room for so many."""
    ranks = {priority: rank for rank, priority in enumerate(sorted({0, *(one.priority for one in rules)}))}
    return [replace(one, priority=ranks[one.priority]) for one in rules]


def _tell_others(found: Definitions, detector: DetectorVersion, telling: Telling) -> None:
    """Rules that this version does not ask, and lists that no rule asks for."""
    asked = {one.id for one in detector.rules}
    for rule in {rule.id: rule for rule in found.rules.values() if rule.id not in asked}.values():
        telling.leave("rule", rule.id, f"{detector.told} does not ask it", "nothing")
    words = " ".join(found.rules[one.key].expression for one in detector.rules if one.key in found.rules)
    for name in sorted({*found.lists, *found.elements} - {*re.findall(r"@(\w+)", words)}):
        telling.leave("list", name, f"no rule of {detector.told} asks for it", "keep it where you need it")


def _tell_gaps(detector: DetectorVersion, rules: Rules, telling: Telling) -> None:
    """Where the first rule answers, one that is gone lets later ones speak."""
    gone = {left.name for left in telling.left if left.kind == "rule"}
    last = max((place for place, one in enumerate(detector.rules) if one.id not in gone), default=-1)
    before = [one.id for place, one in enumerate(detector.rules) if one.id in gone and place < last]
    if detector.mode == FIRST_MATCHED and before:
        telling.note(
            f"only the first rule that is met answers, and {', '.join(shown(name) for name in before)} did not come along: a later "
            "rule now answers where one of these would have"
        )
    if detector.mode != FIRST_MATCHED and rules.rules:
        telling.note("all rules that are met answer: the most severe of their outcomes is what becomes of the payment")
