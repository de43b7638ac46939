"""Features of what became of a customer's payments: accepted, held or declined. The tiles stand in [customer.py](customer.py)."""

from __future__ import annotations

from feature_repo.groups import CUSTOMER_PACE, CUSTOMER_REFUSALS
from greenfraud.features.declaration import FeatureDeclaration as Feature

CUSTOMER_OUTCOMES = (
    Feature(
        name="customer_declined_1h",
        view="customer_activity",
        aggregation="declined",
        window="1h",
        default=0.0,
        group=CUSTOMER_REFUSALS,
        reason_code="CUSTOMER_DECLINED_1H",
        reason="Within the last hour, {value:.0f} of the customer's payments {were} declined.",
    ),
    Feature(
        name="customer_declined_1d",
        view="customer_activity",
        aggregation="declined",
        window="1d",
        default=0.0,
        group=CUSTOMER_REFUSALS,
        reason_code="CUSTOMER_DECLINED_1D",
        reason="Within the last day, {value:.0f} of the customer's payments {were} declined.",
    ),
    Feature(
        name="customer_declined_7d",
        view="customer_activity",
        aggregation="declined",
        window="7d",
        default=0.0,
        group=CUSTOMER_REFUSALS,
        reason_code="CUSTOMER_DECLINED_7D",
        reason="Within the last 7 days, {value:.0f} of the customer's payments {were} declined.",
    ),
    Feature(
        name="customer_accepted_1h",
        view="customer_activity",
        aggregation="accepted",
        window="1h",
        default=0.0,
        group=CUSTOMER_PACE,
        reason_code="CUSTOMER_ACCEPTED_1H",
        reason="Within the last hour, {payments} of the customer {were} accepted.",
    ),
    Feature(
        name="amount_over_customer_refused_1h",
        view="customer_activity",
        aggregation="amount_over_refused",
        window="1h",
        default=0.0,
        group=CUSTOMER_REFUSALS,
        reason_code="AMOUNT_OVER_REFUSED_1H",
        reason="The amount is {value:.1f} times what was held or declined of the customer's payments within the last hour.",
    ),
    Feature(
        name="amount_over_customer_declined_1h",
        view="customer_activity",
        aggregation="amount_over_declined",
        window="1h",
        default=0.0,
        group=CUSTOMER_REFUSALS,
        reason_code="AMOUNT_OVER_DECLINED_1H",
        reason="The amount is {value:.1f} times what was declined of the customer's payments within the last hour.",
    ),
)
