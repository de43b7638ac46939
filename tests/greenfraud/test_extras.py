"""Extra columns of a transaction: declared ones are checked and kept, others are ignored."""

from __future__ import annotations

import pytest

from greenfraud.errors import ContractError, InvalidInput
from greenfraud.extras import check_names
from greenfraud.records import Transaction

BODY = {"transaction_id": "T1", "occurred_at": "2018-05-01T12:00:00Z", "customer_id": "C1", "amount_minor": 1250}
DECLARED = {"distance_km": "number", "channel": "category"}


def test_declared_columns_are_kept_beside_the_fields_and_others_ignored():
    """On the wire and in the lake they stand beside the other fields."""
    body = {**BODY, "distance_km": 3, "channel": "web", "other": 1}
    transaction = Transaction.from_json(body, DECLARED)
    assert transaction.extras == {"distance_km": 3.0, "channel": "web"}
    assert transaction.to_json().items() >= {"distance_km": 3.0, "channel": "web"}.items()
    assert transaction.lake_row().items() >= {"distance_km": 3.0, "channel": "web"}.items()
    assert Transaction.from_json(transaction.to_json(), DECLARED) == transaction


def test_absent_and_null_are_the_same():
    """So that a repeated request is the same request."""
    assert Transaction.from_json({**BODY, "channel": None}, DECLARED) == Transaction.from_json(BODY, DECLARED)


def test_no_extra_column_is_declared_by_default():
    """What nobody declared does not enter."""
    assert Transaction.from_json({**BODY, "channel": "web"}).extras == {}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("distance_km", value) for value in ("3", True, float("inf"), float("nan"), 10**400, [])),
        *(("channel", value) for value in (3, True, "x" * 257, "\ud800", {})),
    ],
)
def test_an_unusable_value_is_refused_naming_its_column(field: str, value: object):
    """As any other field."""
    with pytest.raises(InvalidInput) as refused:
        Transaction.from_json({**BODY, field: value}, DECLARED)
    assert refused.value.field == field


def test_a_column_called_like_one_of_ours_cannot_be_declared():
    """It would hide the field of that name."""
    check_names(["distance_km"])
    with pytest.raises(ContractError, match="amount"):
        check_names(["distance_km", "amount"])
