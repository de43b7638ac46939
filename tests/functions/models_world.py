"""A control document after two promotions, models that a gate has judged, and what a person asks of them."""

from __future__ import annotations

import json
from typing import Any

from bundle_world import bundle, put_bundle
from control_world import EXECUTION, ControlWorld

PROMOTE, ROLLBACK = "POST /v1/production/promote", "POST /v1/production/rollback"
SHADOW, CANARY = "POST /v1/production/shadow", "POST /v1/production/canary"
JUDGED = f"20260101-20260108-{EXECUTION[:8]}"  # the version of a model that the execution made


def promoted_twice(start: Any, s3: Any, dynamodb: Any) -> ControlWorld:
    """Two promotions, the second of which serves."""
    found = ControlWorld(start, s3, dynamodb)
    found.promote("v1")
    found.promote("v2")
    return found


def make(world, version, outcome=None, **told):
    """A bundle, and what the gate said of it, if anything."""
    reference = put_bundle(world.s3, bundle(version))
    if outcome is not None:
        world.decide(version, outcome)
        candidates = [{"name": f"light/{version}", "sha256": told.get("sha256", reference.sha256)}]
        key = f"executions/{EXECUTION}/evaluation.json"
        world.s3.put_object(Bucket="artifacts", Key=key, Body=json.dumps({"production": "light/v2", "candidates": candidates}))
    return reference


def ask(world, route, **body):
    """Status and answer of a person's request, for a reason."""
    return world.ask(route, {"reason": "it is better", **body})


def document(world):
    """What stands."""
    return world.copies()[0]
