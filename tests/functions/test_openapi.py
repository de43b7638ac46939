"""The committed description is the app's own. Regenerate: `python -m tests.functions.test_openapi`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import cast

from jsonschema import Draft202012Validator

from functions.score.app import create_app
from functions.score.service import Service
from greenfraud.errors import InvalidInput
from greenfraud.records import Label, Transaction

DOCUMENT = Path(__file__).parents[2] / "docs" / "openapi.json"
GOOD = {"transaction_id": "T", "occurred_at": "2018-05-20T12:00:00Z", "customer_id": "C", "amount_minor": 1}
GOOD_LABEL = {"transaction_id": "T", "is_fraud": True, "observed_at": "2018-05-20T12:00:00Z"}


def description() -> str:
    """The description as it is committed."""
    app = create_app(cast("Service", None))
    return json.dumps(app.openapi(), indent=1) + "\n"


def test_the_committed_description_is_that_of_the_app():
    """A changed route shows as a changed file."""
    assert DOCUMENT.read_text() == description()


def test_every_reference_of_the_description_leads_somewhere():
    """A dangling name would break generated clients."""
    schemas = json.loads(description())["components"]["schemas"]
    names = {part.split('"')[0] for part in description().split("#/components/schemas/")[1:]}
    assert names <= schemas.keys()


def test_the_described_bodies_are_those_the_core_takes():
    """Described and checked in two places; this holds them together."""
    bad = [{}, {"transaction_id": ""}, {"amount_minor": -1}, {"amount_minor": 10**12 + 1}, {"amount": "1.00"}, {"currency": "e"}]
    _agree("TransactionIn", Transaction, GOOD, bad)
    _agree("LabelIn", Label, GOOD_LABEL, [{"transaction_id": 1}, {"is_fraud": "yes"}, {"source": ""}])


def _agree(schema_name: str, record: type[Transaction | Label], good: dict, changes: list[dict]) -> None:
    schemas = json.loads(description())["components"]["schemas"]
    validator = Draft202012Validator(schemas[schema_name])
    for body in [good, *[good | change for change in changes], *[{k: v for k, v in good.items() if k != name} for name in good]]:
        assert validator.is_valid(body) == _is_taken(record, body), body


def _is_taken(record: type[Transaction | Label], body: dict) -> bool:
    try:
        record.from_json(body)
    except InvalidInput:
        return False
    return True


if __name__ == "__main__":
    DOCUMENT.write_text(description())
