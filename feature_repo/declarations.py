"""Every feature and every stored state, by name: change one here, run `make features`, and everything follows.

A window of "7d" ends now; with a lag of "7d" it ends a week ago, where labels are known. Reports are counted when
they are observed, so that a value never knows more than the bank did.
"""

from __future__ import annotations

from greenfraud.features.declaration import FeatureDeclaration as Feature
from greenfraud.features.declaration import SeriesDeclaration as Series
from greenfraud.features.declaration import ViewDeclaration as View

LABEL_LAG = "7d"

CUSTOMER = View(
    name="customer_activity",
    join_key="customer_id",
    series=(
        Series(name="c_m5", hop="5min", measures=("count", "amount_minor")),
        Series(name="c_h1", hop="1h", measures=("count", "amount_minor")),
        Series(name="c_d1", hop="1d", measures=("count", "amount_minor")),
    ),
    last="c_last_us",
)
TERMINAL = View(
    name="terminal_activity",
    join_key="terminal_id",
    series=(
        Series(name="t_h1", hop="1h", measures=("count",)),
        Series(name="t_d1", hop="1d", measures=("count",)),
        Series(name="t_rh1", hop="1h", measures=("reports",)),
        Series(name="t_rd1", hop="1d", measures=("reports",)),
    ),
    last="t_last_us",
)
VIEWS = (CUSTOMER, TERMINAL)

REQUEST_FEATURES = (
    Feature(name="amount", aggregation="amount", reason_code="AMOUNT", reason="The amount is {value:.2f}."),
    Feature(
        name="is_weekend",
        aggregation="weekend",
        reason_code="WEEKEND",
        reason="Whether the payment was made on a weekend: {value:.0f}.",
    ),
    Feature(
        name="is_night",
        aggregation="night",
        reason_code="NIGHT",
        reason="Whether the payment was made between midnight and six: {value:.0f}.",
    ),
)

CUSTOMER_FEATURES = (
    Feature(
        name="customer_count_1h",
        view="customer_activity",
        aggregation="count",
        window="1h",
        default=0.0,
        reason_code="CUSTOMER_COUNT_1H",
        reason="The customer made {value:.0f} payments within the last hour.",
    ),
    Feature(
        name="customer_count_1d",
        view="customer_activity",
        aggregation="count",
        window="1d",
        default=0.0,
        reason_code="CUSTOMER_COUNT_1D",
        reason="The customer made {value:.0f} payments within the last day.",
    ),
    Feature(
        name="customer_count_7d",
        view="customer_activity",
        aggregation="count",
        window="7d",
        default=0.0,
        reason_code="CUSTOMER_COUNT_7D",
        reason="The customer made {value:.0f} payments within the last 7 days.",
    ),
    Feature(
        name="customer_count_30d",
        view="customer_activity",
        aggregation="count",
        window="30d",
        default=0.0,
        reason_code="CUSTOMER_COUNT_30D",
        reason="The customer made {value:.0f} payments within the last 30 days.",
    ),
    Feature(
        name="customer_mean_amount_1h",
        view="customer_activity",
        aggregation="mean_amount",
        window="1h",
        reason_code="CUSTOMER_MEAN_1H",
        reason="The customer paid {value:.2f} on average within the last hour.",
    ),
    Feature(
        name="customer_mean_amount_1d",
        view="customer_activity",
        aggregation="mean_amount",
        window="1d",
        reason_code="CUSTOMER_MEAN_1D",
        reason="The customer paid {value:.2f} on average within the last day.",
    ),
    Feature(
        name="customer_mean_amount_7d",
        view="customer_activity",
        aggregation="mean_amount",
        window="7d",
        reason_code="CUSTOMER_MEAN_7D",
        reason="The customer paid {value:.2f} on average within the last 7 days.",
    ),
    Feature(
        name="customer_mean_amount_30d",
        view="customer_activity",
        aggregation="mean_amount",
        window="30d",
        reason_code="CUSTOMER_MEAN_30D",
        reason="The customer paid {value:.2f} on average within the last 30 days.",
    ),
    Feature(
        name="customer_seconds_since_last",
        view="customer_activity",
        aggregation="seconds_since_last",
        reason_code="CUSTOMER_GAP",
        reason="The customer's previous payment was {value:.0f} seconds ago.",
    ),
    Feature(
        name="amount_over_customer_mean_7d",
        view="customer_activity",
        aggregation="amount_over_mean",
        window="7d",
        reason_code="AMOUNT_OVER_MEAN_7D",
        reason="The amount is {value:.1f} times what the customer paid on average within 7 days.",
    ),
    Feature(
        name="amount_over_customer_mean_30d",
        view="customer_activity",
        aggregation="amount_over_mean",
        window="30d",
        reason_code="AMOUNT_OVER_MEAN_30D",
        reason="The amount is {value:.1f} times what the customer paid on average within 30 days.",
    ),
)

TERMINAL_FEATURES = (
    Feature(
        name="terminal_count_1d",
        view="terminal_activity",
        aggregation="count",
        window="1d",
        lag=LABEL_LAG,
        default=0.0,
        reason_code="TERMINAL_COUNT_1D",
        reason="The terminal took {value:.0f} payments on the day that ended a week ago.",
    ),
    Feature(
        name="terminal_count_7d",
        view="terminal_activity",
        aggregation="count",
        window="7d",
        lag=LABEL_LAG,
        default=0.0,
        reason_code="TERMINAL_COUNT_7D",
        reason="The terminal took {value:.0f} payments in the 7 days that ended a week ago.",
    ),
    Feature(
        name="terminal_count_30d",
        view="terminal_activity",
        aggregation="count",
        window="30d",
        lag=LABEL_LAG,
        default=0.0,
        reason_code="TERMINAL_COUNT_30D",
        reason="The terminal took {value:.0f} payments in the 30 days that ended a week ago.",
    ),
    Feature(
        name="terminal_reports_1d",
        view="terminal_activity",
        aggregation="reports",
        window="1d",
        default=0.0,
        reason_code="TERMINAL_REPORTS_1D",
        reason="Within the last day, {value:.0f} payments at this terminal were reported as fraud.",
    ),
    Feature(
        name="terminal_reports_7d",
        view="terminal_activity",
        aggregation="reports",
        window="7d",
        default=0.0,
        reason_code="TERMINAL_REPORTS_7D",
        reason="Within the last 7 days, {value:.0f} payments at this terminal were reported as fraud.",
    ),
    Feature(
        name="terminal_reports_30d",
        view="terminal_activity",
        aggregation="reports",
        window="30d",
        default=0.0,
        reason_code="TERMINAL_REPORTS_30D",
        reason="Within the last 30 days, {value:.0f} payments at this terminal were reported as fraud.",
    ),
    Feature(
        name="terminal_report_ratio_1d",
        view="terminal_activity",
        aggregation="report_ratio",
        window="1d",
        lag=LABEL_LAG,
        reason_code="TERMINAL_RISK_1D",
        reason="The last day's fraud reports are {percent:.0f} % of the terminal's payments a week before.",
    ),
    Feature(
        name="terminal_report_ratio_7d",
        view="terminal_activity",
        aggregation="report_ratio",
        window="7d",
        lag=LABEL_LAG,
        reason_code="TERMINAL_RISK_7D",
        reason="The last 7 days' fraud reports are {percent:.0f} % of the terminal's payments a week before.",
    ),
    Feature(
        name="terminal_report_ratio_30d",
        view="terminal_activity",
        aggregation="report_ratio",
        window="30d",
        lag=LABEL_LAG,
        reason_code="TERMINAL_RISK_30D",
        reason="The last 30 days' fraud reports are {percent:.0f} % of the terminal's payments a week before.",
    ),
)

FEATURES = (*REQUEST_FEATURES, *CUSTOMER_FEATURES, *TERMINAL_FEATURES)
