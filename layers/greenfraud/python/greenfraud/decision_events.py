"""What others are told of a decision that asks for somebody or refuses: one event, the same however often it is told.

It is the detail of an event on the bus and, byte for byte, the body of a webhook (https://www.standardwebhooks.com):

    {"id": "dec_1f93...", "type": "decision.block", "timestamp": "2026-11-28T07:00:00Z",
     "data": {"transaction_id": "T1", "decision": "block", "decided_by": "model", "occurred_at": "2026-11-28T06:59:59.5Z",
              "amount_minor": 30000, "currency": "EUR", "reasons": ["AMOUNT_UNUSUAL"],
              "policy": {"version": "2026-11-01", "sha256": "9f2c..."}, "model": {"family": "light", "version": "v3"}}}

Who made the payment, and where, is not in it. `model` is null where rules decided alone, the policy's digest where an earlier
release decided.
"""

from __future__ import annotations

from typing import Any

from greenfraud.canonical import sha256_hex
from greenfraud.errors import DamagedItem
from greenfraud.instants import SECOND_US, format_rfc3339
from greenfraud.items.decision import KIND, Decision
from greenfraud.outcomes import ALLOW, OUTCOMES

SOURCE = "greenfraud.decisions"
TEST = "test"  # what a person sends to see whether it arrives; its data are empty
TOLD = tuple(sorted(OUTCOMES - {ALLOW}))
ID_DIGITS = 32


def type_of(outcome: str) -> str:
    """Return the type of the event of an outcome, which is its detail-type on the bus.

    >>> [type_of(outcome) for outcome in TOLD]
    ['decision.block', 'decision.challenge', 'decision.review']
    """
    return f"decision.{outcome}"


def event_id(transaction_id: str) -> str:
    """Return by what receivers know a repetition; a payment's own id may have any characters, and headers may not.

    >>> event_id("T1")
    'dec_1f93603db53bfad5c92390f735d0cbb8'
    """
    return f"dec_{sha256_hex(transaction_id)[:ID_DIGITS]}"


def event_of(decision: Decision, decided_at: float) -> dict[str, Any]:
    """Return the event of a decision that was stored at `decided_at` (epoch seconds). Raises DamagedItem."""
    payment, answer = decision.transaction, decision.answer
    try:
        reasons = [str(reason["code"]) for reason in answer["reasons"] if reason.get("direction") != "against"]
        model, policy = answer["model"], {"version": str(answer["policy_version"]), "sha256": decision.policy_sha256}
        told_model = model and {"family": str(model["family"]), "version": str(model["version"])}
    except (AttributeError, KeyError, TypeError) as damage:
        raise DamagedItem(KIND, "answer", damage) from None
    return {
        "id": event_id(payment.transaction_id),
        "type": type_of(decision.outcome),
        "timestamp": format_rfc3339(int(decided_at) * SECOND_US),
        "data": {
            "transaction_id": payment.transaction_id,
            "decision": decision.outcome,
            "decided_by": answer.get("decided_by"),
            "occurred_at": format_rfc3339(payment.occurred_us),
            "amount_minor": payment.amount_minor,
            "currency": payment.currency,
            "reasons": reasons,
            "policy": policy,
            "model": told_model,
        },
    }
