"""A label's reason code goes wherever the label goes, and labels of earlier releases, which have none, stay as they are."""

from __future__ import annotations

import pytest

from greenfraud.errors import StateConflict
from greenfraud.items import label as label_items
from greenfraud.items.label import EarlierReport
from greenfraud.records import Label

PLAIN = Label("T1", is_fraud=True, observed_us=7)
CODED = Label("T1", is_fraud=True, observed_us=7, source="chargeback", reason_code="10.4")


@pytest.mark.parametrize("label", [PLAIN, CODED])
def test_a_label_comes_back_from_its_item_and_from_the_wire_as_it_was(label: Label):
    """With its code, or without one."""
    report = label_items.numbered(label, [], 0, occurred_us=5, terminal_id=None)
    assert label_items.decode(label_items.encode(report, 0.0)) == report
    assert Label.from_json(label.to_json()) == label


def test_a_label_without_a_code_is_stored_as_earlier_releases_store_it():
    """Neither its item nor its row in the lake has a place for it: what is hashed and compared stays the same."""
    report = label_items.numbered(PLAIN, [], 0, occurred_us=5, terminal_id=None)
    assert "reason_code" not in label_items.encode(report, 0.0)
    assert PLAIN.lake_row() == {"transaction_id": "T1", "is_fraud": True, "observed_us": 7, "source": "bank"}
    assert CODED.lake_row()["reason_code"] == "10.4"


def test_the_first_report_of_a_fraud_is_the_one_that_counts():
    """Also where reports before it, of the table or of an import, said otherwise."""
    told = [EarlierReport(is_fraud=False, observed_us=3)]
    assert label_items.numbered(PLAIN, told, 1, occurred_us=1, terminal_id="M1").is_first_report
    assert not label_items.numbered(
        PLAIN, [*told, EarlierReport(is_fraud=True, observed_us=5)], 1, occurred_us=1, terminal_id="M1"
    ).is_first_report


def test_the_contrary_of_what_was_observed_at_the_same_moment_is_refused():
    """Nobody could tell which of both is true."""
    with pytest.raises(StateConflict, match="contradicts"):
        label_items.standing(PLAIN, [EarlierReport(is_fraud=False, observed_us=7)])
