"""The document that says which models serve."""

from __future__ import annotations

import pytest

from greenfraud.control import ControlDocument, ModelRef
from greenfraud.errors import ContractError
from greenfraud.items.control import COPIES, any_copy_id, copy_id

MODEL = ModelRef("light", "v1", "models/light/v1/", "a" * 64)


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


def test_any_copy_is_one_of_the_copies():
    """Readers spread over all of them."""
    assert {any_copy_id() for _ in range(200)} == {copy_id(index) for index in range(COPIES)}
