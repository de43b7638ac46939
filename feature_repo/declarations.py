"""Every feature and every stored state, by name: change one, run `make features`, and everything follows.

Features of the payment alone are declared here, those of a customer's or terminal's past beside their view, and all of a data
set's own columns by a line each in columns.toml. A window of "7d"
ends now; with a lag of "7d" it ends a week ago, where labels are known.
"""

from __future__ import annotations

from feature_repo.columns import COLUMNS
from feature_repo.customer import CUSTOMER, CUSTOMER_FEATURES
from feature_repo.customer_outcomes import CUSTOMER_OUTCOMES
from feature_repo.groups import AMOUNT, TIME
from feature_repo.terminal import TERMINAL, TERMINAL_FEATURES
from greenfraud.features.column_features import features_of, views_with
from greenfraud.features.declaration import FeatureDeclaration as Feature

VIEWS = views_with((CUSTOMER, TERMINAL), COLUMNS)

REQUEST_FEATURES = (
    Feature(name="amount", aggregation="amount", group=AMOUNT, reason_code="AMOUNT", reason="The amount is {value:.2f}."),
    Feature(
        name="is_weekend",
        aggregation="weekend",
        group=TIME,
        reason_code="WEEKEND",
        reason="The payment was{no} made on a weekend.",
    ),
    Feature(
        name="is_night",
        aggregation="night",
        group=TIME,
        reason_code="NIGHT",
        reason="The payment was{no} made between midnight and six.",
    ),
)

FEATURES = (*REQUEST_FEATURES, *CUSTOMER_FEATURES, *CUSTOMER_OUTCOMES, *TERMINAL_FEATURES, *features_of(COLUMNS))
