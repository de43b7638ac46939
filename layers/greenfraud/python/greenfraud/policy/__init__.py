"""The decision policy: how a probability, lists, guardrails and rules that hold with and without a model become a decision."""

from greenfraud.policy.decisions import DECISIONS, SEVERITY, DecidedBy, Decision, more_severe
from greenfraud.policy.default import DEFAULT_POLICY, FIRST_DEFAULT, in_force, to_store
from greenfraud.policy.earlier import bare_rule
from greenfraud.policy.judgement import Judgement, joined, judge
from greenfraud.policy.payment import Payment
from greenfraud.policy.policy import REVIEW_ABOVE, Policy
from greenfraud.policy.rule import Rule

__all__ = [
    "DECISIONS",
    "DEFAULT_POLICY",
    "FIRST_DEFAULT",
    "REVIEW_ABOVE",
    "SEVERITY",
    "DecidedBy",
    "Decision",
    "Judgement",
    "Payment",
    "Policy",
    "Rule",
    "bare_rule",
    "in_force",
    "joined",
    "judge",
    "more_severe",
    "to_store",
]
