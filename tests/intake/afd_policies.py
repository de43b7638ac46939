"""Definitions of an account with a detector of rules, and the policy that they become."""

from __future__ import annotations

from greenfraud.policy import Payment
from greenfraud.policy.document import read_document
from intake.afd.definitions import Definitions, DetectorVersion, Rule, RuleAsked, Variable
from intake.afd.meant import Meanings
from intake.afd.outcomes import parse_outcomes
from intake.afd.rules import translated
from intake.afd.told import Telling
from intake.afd.written import policy_text
from tests.intake.afd_rules import BAD

TYPES = {
    "paid": ("PRICE", "FLOAT", "0.0"),
    "km": ("NUMERIC", "FLOAT", "0.0"),
    "age": ("NUMERIC", "INTEGER", "5"),
    "bin": ("CARD_BIN", "STRING", ""),
    "chan": ("CATEGORICAL", "STRING", "web"),
    "fresh": ("", "BOOLEAN", "false"),
    "shop": ("CATEGORICAL", "STRING", ""),
    "mail": ("EMAIL_ADDRESS", "STRING", ""),
}
FIELDS = {"paid": "amount", "shop": "terminal_id"}
DECLARED = """
km = { kind = "number" }
age = { kind = "number" }
bin = { kind = "entity", is_personal = false }
chan = { kind = "entity", is_personal = false }
mail = { kind = "entity" }
fresh = { kind = "category", values = ["true"] }
"""


def definitions(rules, mode="FIRST_MATCHED", **more):
    """An account with a detector of rules, each its expression and outcomes."""
    found = Definitions(**more)
    for name, (kind, data_type, default) in TYPES.items():
        found.variables[name] = Variable(name=name, dataType=data_type, defaultValue=default, variableType=kind)
    found.variables["m_insightscore"] = Variable(name="m_insightscore", dataSource="MODEL_SCORE")
    found.elements = {"bad": BAD}
    told = [Rule(ruleId=f"r{place}", detectorId="d", expression=text, outcomes=out) for place, (text, out) in enumerate(rules)]
    found.rules = {one.key: one for one in told}
    asked = tuple(RuleAsked(ruleId=one.id, detectorId="d") for one in told)
    found.detectors = [DetectorVersion(detectorId="d", status="ACTIVE", ruleExecutionMode=mode, rules=asked)]
    return found


def left_of(declared, *expressions, outcomes=("review",), said=(), **more):
    """Why each rule that does not come along does not, by its name."""
    telling = Telling()
    found = definitions([(text, outcomes) for text in expressions], **more)
    translated(found, Meanings(found, FIELDS, declared), parse_outcomes(said), telling)
    return {one.name: f"{one.why}. {one.instead}" for one in telling.left if one.kind == "rule"}


def policy_of(declared, found, said=()):
    """The document, what it reads as, and what was told."""
    telling = Telling()
    rules = translated(found, Meanings(found, FIELDS, declared), parse_outcomes(said), telling)
    text = policy_text(rules, telling, {})
    reading = read_document(text, now_us=0, manifest=declared)
    assert reading.faults == [], text
    return reading.policy, telling, text


def payment_of(event):
    """An event as a payment here."""
    fresh = {"fresh_true": float(event["fresh"])} if "fresh" in event else {}
    values = {name: event[name] for name in ("km", "age") if name in event} | fresh
    columns = {name: event[name] for name in ("bin", "chan") if name in event}
    return Payment(values, round(event["paid"] * 100), columns=columns, terminal=event.get("shop"))
