"""The rules and guardrails of a document."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

from greenfraud.errors import GrammarError
from greenfraud.policy.decisions import DECISIONS
from greenfraud.policy.faults import Report
from greenfraud.policy.grammar import Vocabulary, parse
from greenfraud.policy.lines import Path
from greenfraud.policy.rule import BESIDE_MODEL, Rule

Kind = Literal["rules", "guardrails"]
NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LONGEST_NAME, LONGEST_REASON = 48, 200
MOST_RULES, MOST_CONDITIONS, MOST_PRIORITY = 200, 16, 1_000
KEYS: Mapping[Kind, set[str]] = {
    "rules": {"name", "when", "outcome", "priority", "mode", "beside_model", "reason"},
    "guardrails": {"name", "when", "outcome", "mode", "reason"},
}


def read_rules(body: Mapping[str, Any], kind: Kind, report: Report, vocabulary: Vocabulary) -> dict[Path, Rule]:
    """Return the rules by where they stand; one that cannot be understood is left out."""
    tables = report.tables(body, kind)
    if len(tables) > MOST_RULES:
        report.error((kind, MOST_RULES), f"is one too many: {MOST_RULES} are the most")
    rules: dict[Path, Rule] = {}
    names: dict[str, Path] = {}
    for number, table in enumerate(tables[:MOST_RULES]):
        path = (kind, number)
        rule = _rule(table, kind, path, report, vocabulary)
        check_unique(rule.name, path, names, report)
        if rule.when:
            rules[path] = rule
    return rules


def check_unique(name: str, path: Path, names: dict[str, Path], report: Report) -> None:
    """Refuse a name that another has: decisions tell who spoke by names."""
    if name and (earlier := names.setdefault(name, path)) != path:
        report.error((*path, "name"), f'"{name}" is the name of line {report.line((*earlier, "name"))} too')


def read_name(table: Mapping[str, Any], path: Path, report: Report) -> str:
    """Return a name of small letters, digits and hyphens."""
    name = table.get("name")
    if isinstance(name, str) and NAME.fullmatch(name) and len(name) <= LONGEST_NAME:
        return name
    report.error((*path, "name"), f'must be small letters, digits and hyphens, at most {LONGEST_NAME}, such as "card-testing"')
    return ""


def _rule(table: Mapping[str, Any], kind: Kind, path: Path, report: Report, vocabulary: Vocabulary) -> Rule:
    report.check_keys(path, table, KEYS[kind])
    mode = report.one_of(path, table, "mode", ("live", "shadow"), "live")
    # A guardrail that does not say what it asks for asks for a person.
    outcome = report.one_of(path, table, "outcome", DECISIONS[1:] if kind == "guardrails" else DECISIONS, _default(kind))
    return Rule(
        name=read_name(table, path, report),
        when=_conditions(table, path, report, vocabulary),
        outcome=outcome,
        priority=report.whole(path, table, "priority", -MOST_PRIORITY, MOST_PRIORITY, default=0),
        is_live=mode == "live",
        beside_model=report.one_of(path, table, "beside_model", DECISIONS, BESIDE_MODEL) if kind == "rules" else outcome,
        reason=report.text(path, table, "reason", LONGEST_REASON) if "reason" in table else None,
    )


def _default(kind: Kind) -> str | None:
    return "review" if kind == "guardrails" else None


def _conditions(table: Mapping[str, Any], path: Path, report: Report, vocabulary: Vocabulary) -> tuple[Any, ...]:
    text = table.get("when")
    if not isinstance(text, str) or not text.strip():
        report.error((*path, "when"), 'must say when, such as when = "amount > 100 and customer_count_90d == 0"')
        return ()
    try:
        conditions = parse(text, vocabulary)
    except GrammarError as error:
        report.error((*path, "when"), str(error))
        return ()
    if len(conditions) > MOST_CONDITIONS:
        report.error((*path, "when"), f"has {len(conditions)} conditions: {MOST_CONDITIONS} are the most")
    return conditions
