"""What reasons speak of: every feature says one of these things, named by its `group`.

A code never changes: who reads answers by program relies on it. A reason tells the value of the group's feature that says
most, and beside it what is usual for the customer or terminal.
"""

from __future__ import annotations

from feature_repo.columns import COLUMNS
from greenfraud.features.column_features import groups_of
from greenfraud.features.groups import Beside, Group

AMOUNT = "AMOUNT_AGAINST_USUAL"
CUSTOMER_PACE = "CUSTOMER_PACE"
CUSTOMER_REFUSALS = "CUSTOMER_REFUSALS"
TERMINAL_REPORTS = "TERMINAL_REPORTS"
TERMINAL_ACTIVITY = "TERMINAL_ACTIVITY"
TERMINAL_REFUSALS = "TERMINAL_REFUSALS"
TIME = "TIME"

GROUPS: tuple[Group, ...] = (
    Group(
        code=AMOUNT,
        label="the amount against what the customer usually pays",
        beside=(
            Beside(feature="amount", text="the payment is {value:.2f}"),
            Beside(
                feature="customer_mean_amount_90d",
                text="the customer usually pays {value:.2f}",
                missing="what the customer usually pays is not known",
            ),
        ),
    ),
    Group(
        code=CUSTOMER_PACE,
        label="the customer's pace",
        beside=(Beside(feature="customer_count_90d", text="over 90 days it was {value:.1f} a day", over=90.0),),
    ),
    Group(
        code=CUSTOMER_REFUSALS,
        label="what was held or declined of the customer's payments",
        beside=(Beside(feature="customer_declined_7d", text="within the last 7 days {value:.0f} {were} declined"),),
    ),
    Group(
        code=TERMINAL_REPORTS,
        label="fraud reports about the terminal",
        beside=(
            Beside(
                feature="terminal_report_ratio_30d",
                text="over 30 days, reports are {percent:.0f} % of its payments",
                missing="the terminal took no payment in the 30 days before that",
            ),
        ),
    ),
    Group(
        code=TERMINAL_ACTIVITY,
        label="what is usual at the terminal",
        beside=(Beside(feature="terminal_count_30d", text="over 30 days it was {value:.1f} payments a day there", over=30.0),),
    ),
    Group(
        code=TERMINAL_REFUSALS,
        label="what was declined at the terminal",
        beside=(Beside(feature="terminal_declined_7d", text="within the last 7 days {value:.0f} {were} declined there"),),
    ),
    Group(code=TIME, label="the time of the payment"),
    *groups_of(COLUMNS),
)
