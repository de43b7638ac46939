"""CPU that a policy adds to a score: 20 rules of four conditions, 10,000 list entries, beside compiled Python expressions."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from statistics import median
from typing import Any

from benchmarks.options import parser
from benchmarks.peers import compiled_python_rules
from benchmarks.peers.compiled_python_rules import CompiledRules
from benchmarks.report import publish
from greenfraud.features.manifest import load_manifest
from greenfraud.instants import DAY_US, parse_rfc3339
from greenfraud.policy import Payment, Policy, judge
from greenfraud.policy.conditions import ON_LIST, Condition
from greenfraud.policy.document import read_document
from greenfraud.policy.rule import Rule
from greenfraud.policy.stored import from_object, to_object

RULES, LIST_ENTRIES, PAYMENTS, ROUNDS = 20, 10_000, 500, 15
NOW_US = parse_rfc3339("2026-11-30T12:00:00Z")
SEED = 2026
HOLD_RARELY = 0.35  # of the four conditions of a rule, each holds about so often: one payment in four meets some rule
OUTCOMES = ("challenge", "review", "block")


def main() -> None:
    """Print and store the figures."""
    arguments = parser("The policy's CPU per score.").parse_args()
    rounds = max(3, round(ROUNDS * arguments.scale))
    text = document(LIST_ENTRIES)
    began = time.process_time()
    policy = read_document(text, now_us=NOW_US).applicable()
    check_ms = (time.process_time() - began) * 1000
    reference, content = to_object(policy)
    began = time.process_time()
    policy = from_object(reference, content, load_manifest().names)
    load_ms = (time.process_time() - began) * 1000
    asked = payments()
    peer, facts = peer_of(policy), [values_of(payment) for payment in asked]
    pairs = [
        (cpu_us(lambda: [judge(policy, *one) for one in asked]), cpu_us(lambda: [peer.decide(one) for one in facts]))
        for _ in range(rounds + 1)
    ][1:]  # the first one warms up
    ours, theirs = (median(column) for column in zip(*pairs, strict=True))
    measures = {
        "rules": float(len(policy.rules) + len(policy.guardrails)),
        "list_entries": float(sum(len(one.entries) for one in policy.lists)),
        "cpu_us_per_score": ours,
        "compiled_python_cpu_us_per_score": theirs,
        "cpu_ratio": theirs / ours,
        "spoken_share": sum(bool(judge(policy, *one).spoke) for one in asked) / len(asked),
        "stored_bytes": float(len(content)),
        "check_cpu_ms": check_ms,
        "load_cpu_ms": load_ms,
    }
    publish("policy", measures, {"compiled_python": compiled_python_rules.BUILT})


def document(entries: int) -> str:
    """A policy of 20 rules, a quarter of them guardrails, and four lists."""
    chance = random.Random(SEED)  # noqa: S311  a benchmark, not a secret
    parts = ['version = "bench"\n[thresholds]\nreview_at = 0.3\nblock_at = 0.8\n']
    for number, (column, effect) in enumerate(
        (("customer", "suppress"), ("customer", "force"), ("terminal", "force"), ("terminal", "mark"))
    ):
        day = datetime.fromtimestamp(NOW_US / 1e6, UTC).year + 1
        listed = (
            f'{{ id = "{column}-{number}-{one}", until = {day}-01-31, reason = "r", author = "a" }},' for one in range(entries // 4)
        )
        parts.append(
            f'[[lists]]\nname = "list-{number}"\ncolumn = "{column}"\neffect = "{effect}"\nentries = [\n{chr(10).join(listed)}\n]\n'
        )
    names = [name for name in load_manifest().names if name != "amount"]
    for number in range(RULES):
        table = "guardrails" if number % 4 == 0 else "rules"
        conditions = [f"{name} > {1.0 - HOLD_RARELY:g}" for name in chance.sample(names, 2)]
        conditions.append("probability > 0.5" if number % 5 == 0 else "amount > 65")
        conditions.append('terminal not in "list-3"' if number % 3 else f"{names[number]} >= 0.9 * {names[number + 1]}")
        when = " and ".join(conditions).replace('"', '\\"')
        parts.append(f'[[{table}]]\nname = "rule-{number}"\nwhen = "{when}"\noutcome = "{OUTCOMES[number % 3]}"\n')
    return "".join(parts)


def payments() -> list[tuple[Payment, float]]:
    """Payments with a probability, every value between 0 and 1, one in fifty missing; one in ten stands on some list."""
    chance = random.Random(SEED)  # noqa: S311
    names = load_manifest().names
    made = []
    for number in range(PAYMENTS):
        values = {name: None if chance.random() < 0.02 else chance.random() for name in names}
        customer = f"customer-{chance.randrange(2)}-{number}" if chance.random() < 0.05 else f"C{number}"
        terminal = f"terminal-{2 + chance.randrange(2)}-{number}" if chance.random() < 0.05 else f"M{number}"
        payment = Payment(values, chance.randrange(10_000), occurred_us=NOW_US + DAY_US, customer=customer, terminal=terminal)
        made.append((payment, chance.random() * 0.6))
    return made


def peer_of(policy: Policy) -> CompiledRules:
    """The same rules and lists, as somebody would write them without us."""
    lists = {_python(one.name): {name: float(entry.until_us or 0) for name, entry in one.entries.items()} for one in policy.lists}
    columns = {one.name: one.column for one in policy.lists}
    rules = [(_expression(rule, columns), rule.outcome) for rule in (*policy.guardrails, *policy.rules)]
    forced = [(f"{_python(one.name)}.get({one.column}, 0) > now", one.outcome) for one in policy.lists if one.effect == "force"]
    return CompiledRules([*forced, *rules], lists)


def values_of(asked: tuple[Payment, float]) -> dict[str, Any]:
    """What the peer's expressions name."""
    payment, probability = asked
    named = {"customer": payment.customer, "terminal": payment.terminal, "now": payment.occurred_us, "probability": probability}
    return {**payment.values, **named, "amount": payment.amount_minor / 100}


def cpu_us(call: Callable[[], Sequence[object]]) -> float:
    """CPU time of this process for one payment of those that the call judges."""
    started = time.process_time()
    judged = call()
    return (time.process_time() - started) / len(judged) * 1e6


def _expression(rule: Rule, columns: dict[str, str]) -> str:
    return " and ".join(_comparison(condition, columns) for condition in rule.when)


def _comparison(condition: Condition, columns: dict[str, str]) -> str:
    if condition.name.startswith(ON_LIST):
        name = condition.name.removeprefix(ON_LIST)
        return f"{'' if condition.operand else 'not '}{_python(name)}.get({columns[name]}, 0) > now"
    asked = [condition.name, condition.times] if condition.times else [condition.name]
    known = " and ".join(f"{name} is not None" for name in asked if name not in ("amount", "probability"))
    told = f"{condition.name} {condition.test} {condition.operand!r}{f' * {condition.times}' if condition.times else ''}"
    return f"{known} and {told}" if known else told


def _python(name: str) -> str:
    return name.replace("-", "_")


if __name__ == "__main__":
    main()
