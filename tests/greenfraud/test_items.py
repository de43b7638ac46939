"""Stored shapes have one owner: what is encoded is decoded again, and what is damaged is named."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenfraud.control import ControlDocument, ModelRef
from greenfraud.errors import DamagedItem
from greenfraud.features.encoding import entity_id
from greenfraud.features.manifest import load_manifest
from greenfraud.features.tiles import ViewState
from greenfraud.items import control, decision, label, lease, ledger, lineage, receipt, served, state
from greenfraud.items.decision import Decision
from greenfraud.items.label import Report
from greenfraud.items.lineage import Link
from greenfraud.items.served import Served
from greenfraud.naming import execution_key
from greenfraud.records import Label, Transaction
from tests.damaged_items import CUSTOMER, DAMAGES

NOW = 1_800_000_000.0
AT_US = 1_526_817_600_000_000
IDENTITY = entity_id("customer_id", "C1")
STATE = ViewState.empty(CUSTOMER).add_transaction(AT_US, 4711).add_transaction(AT_US + 7_200_000_000, 31)
ITEM = state.encode(IDENTITY, STATE, version=7, now_seconds=NOW)
ids = st.text(min_size=1, max_size=256)
quantities = st.floats(0, 1e6)


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_state_names_its_view_and_attribute_and_quotes_no_value(name):
    """Whoever reads it: the fault is the same error everywhere."""
    attribute, damage = DAMAGES[name]
    with pytest.raises(DamagedItem) as raised:
        state.decode(CUSTOMER, damage(ITEM), NOW)
    assert f"{raised.value.kind}.{raised.value.attribute}" == f"customer_activity.{attribute}"
    assert "4711" not in str(raised.value)
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__


def test_a_state_comes_back_as_it_was_stored_until_its_time_is_over():
    """What has expired counts as never seen, though DynamoDB has not deleted it yet."""
    assert state.decode(CUSTOMER, ITEM, NOW) == STATE
    assert state.decode(CUSTOMER, ITEM, CUSTOMER.expires_at(NOW)) is None


def test_an_item_of_feasts_own_sdk_has_neither_version_nor_expiry_and_is_whole():
    """Its time is then the only sign of a change."""
    item = {name: cell for name, cell in ITEM.items() if name not in {"version", "expires_at"}}
    assert state.decode(CUSTOMER, item, NOW) == STATE
    assert state.next_version(item, NOW) == 1
    assert state.unchanged(item).expression == "attribute_not_exists(#version) AND #event_ts = :event_ts_before"
    assert state.written_at(item) < 0


def test_over_a_version_that_cannot_be_read_a_state_gets_one_that_nobody_read_before():
    """An old reader must not take the rebuilt item for the one it saw."""
    for cell in ({"S": "?"}, {"N": "-5"}, {"N": "4" * 40}):
        assert state.next_version({**ITEM, "version": cell}, NOW) == NOW * 1_000_000
    assert state.next_version(ITEM, NOW) == 8


@given(
    st.builds(
        Decision,
        st.builds(Transaction, ids, st.integers(0, AT_US * 2), ids, st.none() | ids, st.integers(0, 10**12)),
        st.just({"decision": "allow", "degraded": []}),
        ids,
        ids,
        quantities,
        quantities,
        quantities,
        quantities,
        st.none() | ids,
        st.none() | st.binary(),
        st.none() | ids,
        st.none() | st.integers(0, 2**53),
    )
)
def test_a_decision_comes_back_as_it_was_stored(made):
    """The very doubles too, and the ids in whatever script."""
    assert decision.decode(decision.encode(made, NOW)) == made


@given(
    st.builds(
        Report,
        st.builds(Label, ids, st.booleans(), st.integers(0, AT_US), ids),
        st.integers(0, 3).map(label.record),
        st.booleans(),
        st.integers(0, AT_US),
        st.none() | ids,
    )
)
def test_a_report_comes_back_as_it_was_stored(made):
    """With what ingestion needs of the transaction."""
    item = label.encode(made, NOW)
    assert label.decode(item) == made
    assert label.earlier(item) == label.EarlierReport(made.label.is_fraud, made.label.observed_us)


@pytest.mark.parametrize("start", [{}, {"scheduled_at": "2026-11-30T01:00:00Z", "scheduled_holder": "a:b:c"}])
def test_a_lease_comes_back_as_it_was_stored(start):
    """To the microsecond, with what started its holder where that was a schedule."""
    taken_at = datetime(2026, 11, 30, 1, 0, 0, 7, tzinfo=UTC)
    held = lease.Lease(holder="arn:aws:states:r:1:execution:m:monday", taken_at=taken_at, ends_at=taken_at + lease.LASTS, **start)
    assert lease.decode(lease.encode(held)) == held
    assert (held.name, held.execution) == ("monday", execution_key(held.holder))


def test_a_link_a_receipt_a_control_copy_and_a_ledger_entry_come_back_as_they_were_stored():
    """Each by its own module."""
    link = Link(
        family="light",
        chunk="20180408-20180415",
        first_chunk="20180401-20180408",
        version="v2",
        checkpoint_uri="s3://a/b/",
        execution="e",
        trained_at="2018-05-20T12:00:00+00:00",
        is_sound=False,
        parent_version="v1",
    )
    assert lineage.decode(lineage.encode(link)) == link
    assert receipt.note_of(receipt.put("decision#T1", '{"key": {}}', NOW)["Item"]) == '{"key": {}}'
    assert receipt.note_of(receipt.put("decision#T1", None, NOW)["Item"]) is None
    document = ControlDocument(revision=3, production=ModelRef("light", "v1", "models/light/v1/", "0" * 64))
    assert control.decode(control.encode(document, 2)) == document
    with pytest.raises(DamagedItem, match="revision"):
        control.decode({**control.encode(document, 2), "revision": {"N": "4"}})
    entry = ledger.Entry(
        revision=3, verb="promote", at="now", actor="a", reasons=["r"], production=document.production, previous=None
    )
    assert ledger.decode(ledger.put(entry)["Item"]) == entry.to_json()
    assert served.decode(served.encode(Served.by(load_manifest()))) == Served.by(load_manifest())


@pytest.mark.parametrize(
    ("read", "item"),
    [
        (control.decode, control.encode(ControlDocument(), 0)),
        (served.decode, served.encode(Served.by(load_manifest()))),
        (ledger.decode, {"document": {"S": '{"revision": 1, "verb": "promote", "production": null}'}}),
        (receipt.note_of, {"emissions": {"S": "{}"}}),
        (decision.answer_of, {"answer": {"S": '{"degraded": []}'}}),
    ],
)
def test_a_cell_of_another_type_is_damage_and_no_raw_error(read, item):
    """One kind of error, whatever Python would have raised."""
    for name in item:
        if name in {"document", "emissions", "answer"}:
            read(item)
        for cell in (
            {},
            {"NULL": True},
            {"S": 7},
            None,
            {"S": item[name].get("S", "")[:-1]},
            {"S": "[]"},
            {"S": "null"},
            {"S": "[" * 9**6},
        ):
            if name in {"document", "emissions", "answer"}:
                with pytest.raises(DamagedItem, match=name):
                    read({**item, name: cell})
