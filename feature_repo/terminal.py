"""What is remembered of a terminal, and every feature made of it.

Reports are counted when they are observed, so that a value never knows more than the bank did; a fraud rate is that of
payments that were accepted and whose label is known: declined attempts must not dilute it.
"""

from __future__ import annotations

from greenfraud.features.declaration import FeatureDeclaration as Feature
from greenfraud.features.declaration import SeriesDeclaration as Series
from greenfraud.features.declaration import ViewDeclaration as View

LABEL_LAG = "7d"

TERMINAL = View(
    name="terminal_activity",
    join_key="terminal_id",
    series=(
        Series(name="t_h1", hop="1h", measures=("count",)),
        Series(name="t_d1", hop="1d", measures=("count",)),
        Series(name="t_accepted_h1", hop="1h", measures=("accepted",)),
        Series(name="t_accepted_d1", hop="1d", measures=("accepted",)),
        Series(name="t_declined_m5", hop="5min", measures=("declined",)),
        Series(name="t_declined_h1", hop="1h", measures=("declined",)),
        Series(name="t_declined_d1", hop="1d", measures=("declined",)),
        Series(name="t_rh1", hop="1h", measures=("reports",)),
        Series(name="t_rd1", hop="1d", measures=("reports",)),
        Series(name="t_tried_m5", hop="5min", measures=("count",)),
    ),
    last="t_last_us",
    last_report="t_rep_us",
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
        reason="At the terminal, {value:.0f} payments were tried on the day that ended a week ago.",
    ),
    Feature(
        name="terminal_count_7d",
        view="terminal_activity",
        aggregation="count",
        window="7d",
        lag=LABEL_LAG,
        default=0.0,
        reason_code="TERMINAL_COUNT_7D",
        reason="At the terminal, {value:.0f} payments were tried in the 7 days that ended a week ago.",
    ),
    Feature(
        name="terminal_count_30d",
        view="terminal_activity",
        aggregation="count",
        window="30d",
        lag=LABEL_LAG,
        default=0.0,
        reason_code="TERMINAL_COUNT_30D",
        reason="At the terminal, {value:.0f} payments were tried in the 30 days that ended a week ago.",
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
        reason="The last day's fraud reports are {percent:.0f} % of the payments that the terminal took a week before.",
    ),
    Feature(
        name="terminal_report_ratio_2d",
        view="terminal_activity",
        aggregation="report_ratio",
        window="2d",
        lag=LABEL_LAG,
        reason_code="TERMINAL_RISK_2D",
        reason="The last 2 days' fraud reports are {percent:.0f} % of the payments that the terminal took a week before.",
    ),
    Feature(
        name="terminal_report_ratio_3d",
        view="terminal_activity",
        aggregation="report_ratio",
        window="3d",
        lag=LABEL_LAG,
        reason_code="TERMINAL_RISK_3D",
        reason="The last 3 days' fraud reports are {percent:.0f} % of the payments that the terminal took a week before.",
    ),
    Feature(
        name="terminal_report_ratio_7d",
        view="terminal_activity",
        aggregation="report_ratio",
        window="7d",
        lag=LABEL_LAG,
        reason_code="TERMINAL_RISK_7D",
        reason="The last 7 days' fraud reports are {percent:.0f} % of the payments that the terminal took a week before.",
    ),
    Feature(
        name="terminal_report_ratio_14d",
        view="terminal_activity",
        aggregation="report_ratio",
        window="14d",
        lag=LABEL_LAG,
        reason_code="TERMINAL_RISK_14D",
        reason="The last 14 days' fraud reports are {percent:.0f} % of the payments that the terminal took a week before.",
    ),
    Feature(
        name="terminal_report_ratio_21d",
        view="terminal_activity",
        aggregation="report_ratio",
        window="21d",
        lag=LABEL_LAG,
        reason_code="TERMINAL_RISK_21D",
        reason="The last 21 days' fraud reports are {percent:.0f} % of the payments that the terminal took a week before.",
    ),
    Feature(
        name="terminal_report_ratio_30d",
        view="terminal_activity",
        aggregation="report_ratio",
        window="30d",
        lag=LABEL_LAG,
        reason_code="TERMINAL_RISK_30D",
        reason="The last 30 days' fraud reports are {percent:.0f} % of the payments that the terminal took a week before.",
    ),
    Feature(
        name="terminal_seconds_since_report",
        view="terminal_activity",
        aggregation="seconds_since_report",
        reason_code="TERMINAL_REPORT_AGE",
        reason="The newest fraud report about this terminal came {value:.0f} seconds ago.",
    ),
    Feature(
        name="terminal_declined_1h",
        view="terminal_activity",
        aggregation="declined",
        window="1h",
        default=0.0,
        reason_code="TERMINAL_DECLINED_1H",
        reason="Within the last hour, {value:.0f} of the payments at this terminal were declined.",
    ),
    Feature(
        name="terminal_declined_1d",
        view="terminal_activity",
        aggregation="declined",
        window="1d",
        default=0.0,
        reason_code="TERMINAL_DECLINED_1D",
        reason="Within the last day, {value:.0f} of the payments at this terminal were declined.",
    ),
    Feature(
        name="terminal_declined_7d",
        view="terminal_activity",
        aggregation="declined",
        window="7d",
        default=0.0,
        reason_code="TERMINAL_DECLINED_7D",
        reason="Within the last 7 days, {value:.0f} of the payments at this terminal were declined.",
    ),
    Feature(
        name="terminal_tried_1h",
        view="terminal_activity",
        aggregation="count",
        window="1h",
        default=0.0,
        reason_code="TERMINAL_TRIED_1H",
        reason="At the terminal, {value:.0f} payments were tried within the last hour.",
        is_input=False,  # the guardrail on card testing asks for it
    ),
)
