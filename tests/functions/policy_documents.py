"""Policies as a team writes them."""

from __future__ import annotations

from greenfraud.errors import GreenFraudError
from greenfraud.policy import Policy
from greenfraud.policy.document import read_document
from greenfraud.policy.read_lists import Naming, as_named

OURS = """
version = "ours-1"

[thresholds]
review_at = 0.3
block_at = 0.8

[[lists]]
name = "stolen"
column = "customer"
effect = "force"
outcome = "block"
entries = [
  { id = "C1", until = 2018-05-20, reason = "reported by the customer", author = "ana" },
]

[[guardrails]]
name = "unseen-large"
when = "amount > 150 and customer_count_90d == 0"
outcome = "challenge"

[[rules]]
name = "large"
when = "amount > 400"
outcome = "review"
"""


def policy_of(text: str = OURS, *, naming: Naming = as_named) -> Policy:
    """The policy of a document that has no errors; in 2018 nothing of it is over."""
    reading = read_document(text, now_us=1_526_000_000_000_000, naming=naming)
    if reading.policy is None:
        raise GreenFraudError("; ".join(fault.words for fault in reading.errors))
    return reading.policy
