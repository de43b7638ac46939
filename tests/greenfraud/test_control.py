"""The document that says which models serve."""

from __future__ import annotations

import pytest

from greenfraud.control import ControlDocument, ModelRef
from greenfraud.errors import ContractError
from greenfraud.items.control import COPIES, any_copy_id, copy_id

MODEL = ModelRef("light", "v1", "models/light/v1/", "a" * 64)


def test_a_document_survives_storage():
    """Models, policy and percentage alike."""
    document = ControlDocument(revision=3, production=MODEL, canary=MODEL, canary_percent=10)
    assert ControlDocument.decode(document.encode()) == document


def test_before_any_promotion_nothing_serves():
    """Revision 0 answers by rules."""
    assert ControlDocument.decode(ControlDocument().encode()).production is None


@pytest.mark.parametrize("text", ["", "{}", "{", '{"revision": 1, "production": {"family": "light"}}'])
def test_a_broken_document_is_refused(text: str):
    """The last good one stays in force with whoever reads."""
    with pytest.raises(ContractError):
        ControlDocument.decode(text)


def test_any_copy_is_one_of_the_copies():
    """Readers spread over all of them."""
    assert {any_copy_id() for _ in range(200)} == {copy_id(index) for index in range(COPIES)}
