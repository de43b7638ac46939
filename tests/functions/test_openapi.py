"""The committed description is that of the functions behind the API. Regenerate: `python -m tests.functions.test_openapi`."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import cast

from jsonschema import Draft202012Validator

from functions.control.operate.description import PATHS
from functions.control.operate.schemas import SCHEMAS
from functions.score.app import create_app
from functions.score.service import Service
from greenfraud.control import ControlDocument, ModelRef
from greenfraud.errors import InvalidInput
from greenfraud.records import Label, Transaction

DOCUMENT = Path(__file__).parents[2] / "docs" / "openapi.json"
GOOD = {"transaction_id": "T", "occurred_at": "2018-05-20T12:00:00Z", "customer_id": "C", "amount_minor": 1}
GOOD_LABEL = {"transaction_id": "T", "is_fraud": True, "observed_at": "2018-05-20T12:00:00Z"}


def description() -> str:
    """The description as it is committed: of the scoring app, and of what a person asks of production."""
    described = create_app(cast("Service", None)).openapi()
    described["paths"] |= PATHS
    schemas = described["components"]["schemas"]
    assert not schemas.keys() & SCHEMAS.keys()
    described["components"]["schemas"] = dict(sorted({**schemas, **SCHEMAS}.items()))
    return json.dumps(described, indent=1) + "\n"


def test_the_committed_description_is_that_of_the_functions():
    """A changed route shows as a changed file."""
    assert DOCUMENT.read_text() == description()


def test_what_is_asked_of_production_is_described_as_it_is_routed(start):
    """Every route, and no other."""
    start("control.operate")
    routes = importlib.import_module("functions.control.operate.handler").ROUTES
    assert {f"{method.upper()} {path}" for path, described in PATHS.items() for method in described} == set(routes)


def test_the_described_answer_about_production_is_the_documents_own():
    """With and without a model."""
    model = ModelRef("light", "v1", "models/light/v1/", "0" * 64)
    schema = {**SCHEMAS["Production"], "components": {"schemas": SCHEMAS}}
    for document in (ControlDocument(), ControlDocument(revision=1, production=model)):
        Draft202012Validator(schema).validate(document.to_json())


def test_every_reference_of_the_description_leads_somewhere():
    """A dangling name would break generated clients."""
    schemas = json.loads(description())["components"]["schemas"]
    names = {part.split('"')[0] for part in description().split("#/components/schemas/")[1:]}
    assert names <= schemas.keys()


def test_the_described_bodies_are_those_the_core_takes():
    """Described and checked in two places; this holds them together."""
    bad = [
        {},
        {"transaction_id": ""},
        {"transaction_id": "T\n"},
        {"customer_id": "a\u2028b"},
        {"terminal_id": "\x85"},
        {"amount_minor": -1},
        {"amount_minor": 10**12 + 1},
        {"amount": "1.00"},
        {"currency": "e"},
    ]
    _agree("TransactionIn", Transaction, GOOD, bad)
    _agree("LabelIn", Label, GOOD_LABEL, [{"transaction_id": 1}, {"is_fraud": "yes"}, {"source": ""}, {"source": "a\tb"}])


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
