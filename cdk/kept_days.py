"""How long the lake keeps what it holds, at the least."""

from __future__ import annotations

FOR_EVER = 0
# The fewest days that a kind of the lake's objects may be kept, and what needs them; they are counted from when they are written.
LEAST_KEPT_DAYS = {
    "keep_transactions_days": (
        540,
        "features look back 91 days, entities 367, a late report 400, and a chunk waits for its labels",
    ),
    "keep_labels_days": (540, "a transaction is worth nothing without its labels"),
    "keep_releases_days": (540, "a payment that was held is accepted by its release alone"),
    "keep_decisions_days": (32, "the skew watch may look at the last 31 days"),
    "keep_features_days": (28, "an execution reads what it has written; what is missing later is computed anew"),
    "keep_reports_days": (8, "a week is compared with the one before"),
    "keep_emissions_days": (32, "a month is accounted for when it is over"),
}
