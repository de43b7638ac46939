"""The Lambda's entry: an execution in, its decision out."""

from __future__ import annotations

from typing import Any

from functions.control.clients import s3
from functions.control.documents import Artifacts
from functions.control.gate.settings import Settings
from functions.control.payloads import Payload, texts_of
from greenfraud import naming, promotion
from greenfraud.faults import edge

settings = Settings.from_env()


@edge
def handler(event: Payload, _: object) -> dict[str, Any]:
    """Judge an execution's evaluation: promote, shadow or reject, with reasons."""
    (execution,) = texts_of(event, "execution")
    artifacts = Artifacts(s3, settings.artifacts_bucket)
    decision = promotion.decide(artifacts.read_json(naming.evaluation_key(execution))).to_json()
    artifacts.write_json(naming.decision_key(execution), decision)
    return decision
