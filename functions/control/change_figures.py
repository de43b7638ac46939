"""What a promotion changes, for its ledger entry, from the figures that the evaluation of the model's own execution left."""

from __future__ import annotations

import json
import logging
from typing import Any

from functions.control.documents import Artifacts
from greenfraud import naming
from greenfraud.canonical import sha256_hex
from greenfraud.control import ModelRef
from greenfraud.errors import ContractError, GreenFraudError, NotFound
from greenfraud.items.changes import WORDS, short_form

LARGEST = 4 * 2**20  # bytes of the figures; five candidates on a holdout have about 70 KB
logger = logging.getLogger(__name__)


def changes_of(artifacts: Artifacts, model: ModelRef, execution: str | None = None) -> dict[str, Any]:
    """Return them in short, or a `reason` where they cannot be told: nobody's promotion fails for what only people read.

    `execution` is the one that promotes; without one, a person does, and the one that trained the model is asked.
    """
    try:
        return _changes_of(artifacts, model, execution or _trained_by(artifacts, model))
    except GreenFraudError as error:
        return {"reason": str(error)}
    except Exception as error:
        logger.warning("what %s changes is not told: %s", model.name, type(error).__name__)
        return {"reason": f"the figures could not be had ({type(error).__name__})"}


def _trained_by(artifacts: Artifacts, model: ModelRef) -> str:
    execution = artifacts.first_execution(naming.execution_of(model.version))
    if execution is None:
        raise NotFound("of the execution that trained it nothing is kept")
    return execution


def _changes_of(artifacts: Artifacts, model: ModelRef, execution: str) -> dict[str, Any]:
    key = naming.curves_key(execution)
    content = artifacts.read(key, at_most=LARGEST)
    try:
        told = json.loads(content).get("changes")
    except (ValueError, AttributeError):
        raise ContractError(f"{key} is not a JSON object") from None
    if not isinstance(told, dict):
        raise NotFound(f"{key} is of a release that told of no changes")
    if not isinstance(mine := told.get(model.name), dict):
        raise NotFound(f"{key} tells nothing of it: {_without(told)}")
    if mine.get("sha256") not in (None, model.sha256):
        raise ContractError(f"{key} tells of another bundle of this name")
    return short_form(mine, {"key": key, "sha256": sha256_hex(content)})


def _without(told: dict[str, Any]) -> str:
    reason = told.get("reason")
    return reason if isinstance(reason, str) and WORDS.fullmatch(reason) else "it was compared with nothing"
