"""What an evaluation leaves of a challenger's changes, as large as it comes."""

from __future__ import annotations

from typing import Any

LABELS = ("the amount against what the customer usually pays", "the customer's pace", "the time of the payment")


def figures(against: str = "light/v1", **changes: Any) -> dict[str, Any]:
    """One challenger's; `changes` are put over them."""
    return {
        "against": against,
        "flipped": {
            "raised": {"rows": 12, "frauds": 9, "fraud_amount_minor": 184_250},
            "dropped": {"rows": 4, "frauds": 1, "fraud_amount_minor": 5_240},
        },
        "alerts": [{"rows": 110, "frauds": 60, "fraud_amount_minor": 1}, {"rows": 102, "frauds": 52, "fraud_amount_minor": 1}],
        "score_shift": {
            "quantiles": {"1": -2.0, "5": -0.912345, "25": -0.1, "50": 0.0212345, "75": 0.2, "95": 0.8, "99": 3.0},
            "moved_share": 0.034,
            "edges": [-6.0, 0.0, 6.0],
            "legitimate": [800, 900],
            "frauds": [3, 97],
        },
        "examples": [_example(direction, place) for direction in ("raised", "dropped") for place in range(4)],
        "groups": [
            {"group": f"group {place}", "frauds": [1.0 + place / 10, 1.0], "legitimate": [0.1, 0.1 + place / 20]}
            for place in range(7)
        ],
        **changes,
    }


def _example(direction: str, place: int) -> dict[str, Any]:
    return {
        "direction": direction,
        "amount_from_minor": 1_000,
        "is_fraud": place % 2 == 0,
        "probability": [0.612345678, 0.104567891],
        "because": [LABELS[0], LABELS[1]],
    }
