"""What is proposed, as files that a person reads and edits; names of strangers stand in comments on one line each."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

from greenfraud.policy.default import DEFAULT_POLICY
from intake.afd.columns import Proposed
from intake.afd.named_lists import Listed
from intake.afd.rules import FIRST_MATCHED, PolicyRule, Rules
from intake.afd.told import Left, Telling
from intake.shown import shown


def columns_text(columns: Iterable[Proposed], telling: Telling) -> str:
    """Return the lines for feature_repo/columns.toml, below those variables that none is proposed of."""
    left = [one for one in telling.left if one.kind in {"variable", "enrichment"}]
    head = [
        "# Amazon Fraud Detector's variables as columns: copy those you want to feature_repo/columns.toml, then `make features`.",
        "# Whatever names somebody becomes a token, and no rule can name its values: say is_personal = false where that is not so.",
        *left_lines(left),
    ]
    return "\n".join([*head, "", *(one.line for one in columns), ""])


def policy_text(rules: Rules, telling: Telling, outcomes: Mapping[str, str]) -> str:
    """Return the policy's document: rules and their lists, what became of outcomes, and as comments what did not come along."""
    first = "the first one that is met answers" if rules.detector.mode == FIRST_MATCHED else "all that are met answer"
    head = [
        f"# The rules of {shown(rules.detector.told)} of Amazon Fraud Detector as a policy: of its rules {first}.",
        "# Read it, then `greenfraud policy check`, `diff` and `backtest` it: docs/leaving-amazon-fraud-detector.md",
        *(f"# outcome {shown(name)}: {decision}" for name, decision in outcomes.items()),
        *(f"# note: {shown(note, None)}" for note in telling.notes),
        *left_lines(one for one in telling.left if one.kind not in {"variable", "enrichment"}),
        *(f"# {shown(name)} was: {shown(words, None)}" for name, words in rules.gone.items()),
        "",
        f"version = {_text(f'afd {rules.detector.detector[:40]} {rules.detector.version[:10]}')}",
        "",
        "# No threshold of another model's score holds here: these are the default's. Find your own: `greenfraud policy backtest`.",
        "[thresholds]",
        f"review_at = {DEFAULT_POLICY.review_at}",
        f"block_at = {DEFAULT_POLICY.block_at}",
    ]
    lists = (line for one in rules.lists.kept.values() for line in _list_lines(one))
    return "\n".join([*head, *lists, *(line for one in rules.rules for line in _rule_lines(one)), ""])


def _list_lines(one: Listed) -> Iterator[str]:
    yield from ("", "[[lists]]", f"name = {_text(one.name)}", f"column = {_text(one.column)}", 'effect = "mark"', "entries = [")
    for entry in one.entries:
        yield f'  {{ id = {_text(entry)}, reason = "brought along", author = "Amazon Fraud Detector" }},'
    yield "]"


def _rule_lines(one: PolicyRule) -> Iterator[str]:
    yield from ("", f"# was: {shown(one.was, None)}", "[[rules]]", f"name = {_text(one.name)}")
    when = " and ".join(one.when)
    yield f"when = '{when}'" if "'" not in when else f"when = {_text(when)}"
    yield f"outcome = {_text(one.outcome)}"
    if one.priority:
        yield f"priority = {one.priority}"
    yield f"beside_model = {_text(one.outcome)}"
    if one.reason:
        yield f"reason = {_text(one.reason)}"


def _text(value: str) -> str:
    """A text as TOML has it; what is printable stands as it is."""
    return json.dumps(shown(value, None), ensure_ascii=False)


def left_lines(left: Iterable[Left]) -> list[str]:
    """What does not come along, as comments."""
    return [f"# {one.kind} {shown(one.name)}: {shown(one.why)}. Instead: {shown(one.instead)}" for one in left]
