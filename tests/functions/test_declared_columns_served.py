"""Entities that only a declaration knows, at the score: seen within a batch, waited for, named in `degraded`, described."""

from __future__ import annotations

from typing import cast

from functions.score.app import create_app
from functions.score.folding import fold
from functions.score.freshness import is_faulty
from functions.score.service import Service
from functions.score.state import Snapshot, entities_of
from functions.score.turns import BEHIND, Turns
from functions.score.verdict import features_of, unknown_of
from greenfraud.errors import StoreUnavailableError
from greenfraud.features.manifest import Manifest
from greenfraud.features.tiles import ViewState
from greenfraud.instants import HOUR_US
from greenfraud.items import decision as decision_items
from greenfraud.items import label as label_items
from greenfraud.items.control import Copy
from greenfraud.items.decision import Decision
from greenfraud.records import Label, Transaction
from tests.declared_columns import with_columns  # noqa: F401

AT_US = 1_526_817_600_000_000
DEVICE = ("device_activity", "D1")


def payment(name: str, customer: str, minutes: int = 0, **extras: str) -> Transaction:
    """A payment of somebody with a device."""
    return Transaction(name, AT_US + minutes * 60_000_000, customer, None, 500, extras={"device": "D1", **extras})


def nobody_known(manifest: Manifest, *transactions: Transaction) -> Snapshot:
    """What is read where nobody was ever seen."""
    return Snapshot(Copy("c", None), {entity: None for one in transactions for entity in entities_of(one, manifest)})


def test_a_batch_sees_who_used_the_device_before(with_columns: Manifest):  # noqa: F811
    """Another customer's payment of the same batch; the device's state is the one that ingestion will leave."""
    first, second = payment("T1", "C1"), payment("T2", "C2", 61)
    after = fold(nobody_known(with_columns, first, second), first, "allow", with_columns)
    expected = ViewState.empty(with_columns.views["device_activity"]).add_transaction(AT_US, 500, "allow", "C1", first.extras)
    assert after.states[DEVICE] == expected
    assert after.states["customer_activity", "C2"] is None
    values = features_of(with_columns, second, after).values
    assert (values["device_count_1d"], values["device_customers_1d"]) == (1.0, 1.0)


def test_nobody_overtakes_who_shares_a_device(with_columns: Manifest):  # noqa: F811
    """Where the first was not stored, the second waits, and a stranger with another device does not."""
    first, second, other = payment("T1", "C1"), payment("T2", "C2", 1), payment("T3", "C3", 2, device="D2")
    turns = Turns([first, second, other], nobody_known(with_columns, first, second, other), with_columns, give_up_at=float("inf"))
    assert turns.refusal(first) is None
    made = Decision(first, {"decision": "allow"}, "rules", "1", 0.0, 0.0, 0.0)
    turns.take(made, StoreUnavailableError("gone"))
    assert BEHIND in str(turns.refusal(second))
    assert turns.refusal(other) is None


def test_a_device_that_is_not_known_is_named_and_alarms_nobody(with_columns: Manifest):  # noqa: F811
    """One that could not be read does; where the payment names none, it is missing, as a terminal is."""
    known = payment("T1", "C1")
    assert "device_missing" in features_of(with_columns, known, nobody_known(with_columns, known)).degraded
    unread = features_of(with_columns, known, Snapshot(Copy("c", None))).degraded
    assert "device_unreadable" in unread
    assert is_faulty(unread)
    assert not is_faulty(["device_missing", "merchant_category_stale"])
    assert unknown_of(["merchant_category_stale"])["merchant_category"].startswith("Nothing is known of the merchant category")


def test_a_report_repeats_the_entities_of_its_payment(with_columns: Manifest):  # noqa: F811
    """By column, where there are any; a report of a payment without is stored as before."""
    made = Decision(payment("T1", "C1", email_domain="mail.example"), {"decision": "allow"}, "rules", "1", 0.0, 0.0, 0.0)
    about = label_items.about(decision_items.encode(made, 0.0))
    assert about.entities == {"device": "D1"}
    label = Label("T1", is_fraud=True, observed_us=AT_US + HOUR_US)
    report = label_items.numbered(label, (), 0, **about._asdict())
    assert label_items.decode(label_items.encode(report, 0.0)) == report
    plain = label_items.numbered(label, (), 0, occurred_us=AT_US, terminal_id="M1")
    assert "entities" not in label_items.encode(plain, 0.0)


def test_the_api_describes_an_entity_as_an_id(with_columns: Manifest):  # noqa: F811
    """It is optional, and never empty."""
    schema = create_app(cast("Service", None)).openapi()["components"]["schemas"]["TransactionIn"]
    text, _ = schema["properties"]["device"]["anyOf"]
    assert (text["minLength"], text["maxLength"]) == (1, 256)
    assert "device" not in schema["required"]
