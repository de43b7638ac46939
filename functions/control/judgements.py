"""What the gate said of a model, and of which bundle it said so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from functions.control.documents import Artifacts
from greenfraud import naming, promotion
from greenfraud.control import ModelRef
from greenfraud.errors import NotFound


@dataclass(frozen=True)
class Judged:
    """The outcome for one model, and why; `sha256` of the manifest that was judged, if told.

    The outcome is what it earned by itself, `promote`, `shadow` or `reject`, whoever was chosen; decisions of earlier releases tell
    no more than `not chosen` of some.
    """

    outcome: str
    words: str
    sha256: str | None = None


def judged(artifacts: Artifacts, model: ModelRef) -> Judged | None:
    """What the execution that trained a model said of it; None where it was not judged, or its execution is gone."""
    execution = artifacts.first_execution(naming.execution_of(model.version))
    if execution is None:
        return None
    try:
        decision = artifacts.read_json(naming.decision_key(execution))
        evaluation = artifacts.read_json(naming.evaluation_key(execution))
    except NotFound:
        return None
    reasons = [str(reason) for reason in decision.get("reasons") or []]
    mine = [reason for reason in reasons if model.name in reason]
    return Judged(promotion.outcome_of(decision, model.name), "; ".join(mine or reasons), digest_judged(evaluation, model.name))


def digest_judged(evaluation: Mapping[str, Any], name: str) -> str | None:
    """The SHA-256 of the manifest that an evaluation scored for a model, family/version; evaluations before told none."""
    found = [one.get("sha256") for one in evaluation.get("candidates") or [] if one.get("name") == name]
    return found[0] if found else None
