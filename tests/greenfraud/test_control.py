"""The document that says which models serve."""

from __future__ import annotations

from dataclasses import replace

import pytest

from greenfraud.control import ControlDocument, ModelRef
from greenfraud.errors import ContractError
from greenfraud.items.control import COPIES, any_copy_id, copy_id
from greenfraud.policy import DEFAULT_POLICY, bare_rule, earlier
from greenfraud.policy.policy import Policy

MODEL = ModelRef("light", "v1", "models/light/v1/", "a" * 64)
# What the first deployments wrote, word for word.
FIRST_DEFAULT = {
    "version": "2026-11-01",
    "review_at": 0.3,
    "block_at": 0.8,
    "rules": [
        {"feature": "amount", "threshold": 220.0, "decision": "review", "is_strict": True},
        {"feature": "customer_count_1h", "threshold": 10.0, "decision": "review", "is_strict": False},
        {"feature": "terminal_report_ratio_7d", "threshold": 0.5, "decision": "block", "is_strict": False},
    ],
}


def test_a_document_survives_storage():
    """Models, policy and percentage alike."""
    document = ControlDocument(revision=3, production=MODEL, canary=MODEL, fallback=MODEL, canary_percent=10)
    assert ControlDocument.decode(document.encode()) == document


def test_before_any_promotion_nothing_serves():
    """Revision 0 answers by rules."""
    assert ControlDocument.decode(ControlDocument().encode()).production is None


@pytest.mark.parametrize(
    "text",
    ["", "{}", "{", '{"revision": 1, "production": {"family": "light"}}', '{"revision": 1, "policy": {}}', '{"revision": 1}'],
)
def test_a_broken_document_is_refused(text: str):
    """The last good one stays in force with whoever reads."""
    with pytest.raises(ContractError):
        ControlDocument.decode(text)


def test_a_document_that_says_nothing_of_production_is_no_document_without_a_model():
    """Nobody wrote that; null is what a deployment writes."""
    whole = ControlDocument(revision=1).to_json()
    for name in ("production", "policy"):
        with pytest.raises(ContractError, match=f"says nothing of {name}"):
            ControlDocument.from_json({key: value for key, value in whole.items() if key != name})


def test_a_document_of_an_earlier_release_has_no_fallback():
    """It is read all the same."""
    body = ControlDocument(revision=3, production=MODEL).to_json()
    del body["fallback"]
    assert ControlDocument.from_json(body) == ControlDocument(revision=3, production=MODEL)


@pytest.mark.parametrize("stored", [None, FIRST_DEFAULT, ControlDocument().to_json()["policy"]])
def test_where_nobody_set_a_policy_the_releases_own_default_holds(stored, monkeypatch: pytest.MonkeyPatch):
    """Whatever was the default when the document was written: a release brings its rules to what is deployed already."""
    newer = replace(DEFAULT_POLICY, version="2027-01-01", rules=(bare_rule("amount", 1.0, "block"),))
    monkeypatch.setattr("greenfraud.policy.default.DEFAULT_POLICY", newer)
    document = ControlDocument.from_json({**ControlDocument().to_json(), "policy": stored})
    assert document.policy == newer


def test_the_default_is_stored_so_that_an_earlier_release_reads_it():
    """It knows four keys of a rule, and refuses null: a release that is taken back still finds what is in production."""
    assert ControlDocument(revision=7, production=MODEL).to_json()["policy"] == FIRST_DEFAULT


@pytest.mark.parametrize(
    "change",
    [
        {"rules": (bare_rule("amount", 300.0, "block", beside_model="block"),)},
        {"version": "ours"},
        {"review_at": 0.2},
    ],
)
@pytest.mark.parametrize("default", [replace(DEFAULT_POLICY, guardrails=()), earlier.from_json(FIRST_DEFAULT)])
def test_a_policy_that_a_person_set_is_kept_word_for_word(default: Policy, change: dict):
    """However little it differs from a default, and whatever release reads it."""
    document = ControlDocument(policy=replace(default, **change))
    assert ControlDocument.decode(document.encode()) == document
    assert document.to_json()["policy"]["version"] == change.get("version", default.version)


def test_any_copy_is_one_of_the_copies():
    """Readers spread over all of them."""
    assert {any_copy_id() for _ in range(200)} == {copy_id(index) for index in range(COPIES)}
