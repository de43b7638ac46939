"""JSONata and variables, evaluated in Python: moto leaves a place for a Java machine."""

from __future__ import annotations

from typing import Any

from jsonata import Jsonata
from jsonata.utils import Utils
from moto.stepfunctions.parser.asl.jsonata import jsonata

from local.patches import replace_imported


def plain(value: Any) -> Any:
    """The value without the evaluator's own types."""
    if value is Utils.NULL_VALUE:
        return None
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return value


def evaluate(expression: str) -> Any:
    """The expression's value; raises moto's JSONataException."""
    try:
        return plain(Jsonata(expression).evaluate(None))
    except Exception as failure:
        raise jsonata.JSONataException("UNKNOWN", str(failure)) from failure


def install() -> None:
    """Replace the evaluator in every module that imported it."""
    old = jsonata.eval_jsonata_expression
    replace_imported("moto.stepfunctions", "eval_jsonata_expression", old, evaluate)
