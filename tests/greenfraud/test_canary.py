"""Whom a canary answers: a share of the customers, the same ones however often they come, and more of them when it is raised."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenfraud.canary import has_canary
from greenfraud.control import SCHEMA, ControlDocument, ModelRef
from greenfraud.errors import ContractError, UnknownSchemaError
from greenfraud.features.manifest import load_manifest
from greenfraud.items.served import Served, decode, encode

CUSTOMERS = [f"C{number}" for number in range(10_000)]
MODEL = ModelRef("light", "v2", "models/light/v2/", "b" * 64)
SALTS = st.sampled_from(["a" * 64, "b" * 64, "c" * 64])
PERCENTS = st.integers(0, 100)


@given(st.text(), PERCENTS, PERCENTS, SALTS)
def test_who_is_in_stays_in_when_the_share_is_raised(customer, one, other, salt):
    """And who is out stays out when it is lowered."""
    low, high = sorted((one, other))
    assert has_canary(customer, low, salt) <= has_canary(customer, high, salt)


@given(st.text(), SALTS)
def test_none_is_nobody_and_all_is_everybody(customer, salt):
    """Whatever the id."""
    assert not has_canary(customer, 0, salt)
    assert has_canary(customer, 100, salt)


@pytest.mark.parametrize("percent", [1, 5, 20, 50])
def test_the_share_is_what_was_asked_for(percent):
    """Within what chance allows, four standard deviations."""
    share = percent / 100
    found = sum(has_canary(customer, percent, "a" * 64) for customer in CUSTOMERS) / len(CUSTOMERS)
    assert abs(found - share) < 4 * (share * (1 - share) / len(CUSTOMERS)) ** 0.5


def test_another_canary_meets_other_customers():
    """Nobody is tried on for ever: of two canaries at a tenth each, a hundredth meets both."""
    both = sum(has_canary(customer, 10, "a" * 64) and has_canary(customer, 10, "b" * 64) for customer in CUSTOMERS)
    assert 60 < both < 140


def test_the_document_says_which_customers_the_canary_answers():
    """By the canary's own digest; without one, or at no percent, nobody's."""
    document = ControlDocument(canary=MODEL, canary_percent=20)
    chosen = [document.canary_for(customer) == MODEL for customer in CUSTOMERS[:500]]
    assert chosen == [has_canary(customer, 20, MODEL.sha256) for customer in CUSTOMERS[:500]]
    assert not any(replace(document, canary_percent=0).canary_for(customer) for customer in CUSTOMERS[:500])
    assert ControlDocument().canary_for("C1") is None


@pytest.mark.parametrize(("changes", "schema"), [({}, 1), ({"shadow": MODEL}, SCHEMA), ({"canary": MODEL}, SCHEMA)])
def test_a_document_is_of_the_least_schema_that_tells_all_it_says(changes, schema):
    """A release that is taken back goes on reading what it can serve."""
    document = ControlDocument(revision=1, **changes)
    assert document.to_json()["schema"] == schema
    assert ControlDocument.decode(document.encode()) == document


@pytest.mark.parametrize("schema", [SCHEMA + 1, 0, "2", None])
def test_a_document_of_a_later_schema_is_refused_and_not_misread(schema):
    """The last good one stays in force with whoever reads."""
    with pytest.raises(ContractError, match="is of schema"):
        ControlDocument.from_json({**ControlDocument().to_json(), "schema": schema})


def test_a_document_of_an_earlier_release_names_no_schema():
    """It is read all the same."""
    body = ControlDocument(revision=3, shadow=MODEL).to_json()
    del body["schema"]
    assert ControlDocument.from_json(body) == ControlDocument(revision=3, shadow=MODEL)


def test_a_release_that_says_nothing_of_shadows_is_given_none():
    """It would read the document, and answer everybody by production."""
    item = encode(Served.by(load_manifest()))
    today = decode(item)
    today.verify_control(ControlDocument(canary=MODEL, canary_percent=5))
    item["document"]["S"] = item["document"]["S"].replace(f'"control_schema":{SCHEMA},', "")
    before = decode(item)
    before.verify_control(ControlDocument(production=MODEL))
    with pytest.raises(UnknownSchemaError, match="deploy a newer one first"):
        before.verify_control(ControlDocument(canary=MODEL, canary_percent=5))
