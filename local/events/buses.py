"""EventBridge's buses: an event goes to the target of every enabled rule that matches it.

A rule delivers by the role of its target, where it has one, and in EventBridge's own name otherwise. Nothing is tried again here:
what a target does not take goes to the target's dead-letter queue at once.
"""

from __future__ import annotations

import json
import sys
import uuid
from datetime import UTC, datetime
from typing import Any

from moto.events.models import EventsBackend, Rule

from local.context import ACCOUNT, REGION, Context
from local.events.transforming import transformed
from local.patches import replace
from local.permissions.callers import Caller
from local.permissions.decision import take_on
from local.targets import deliver

REQUIRED = ("Source", "DetailType", "Detail")
SERVICE = "events.amazonaws.com"
DETAIL = "$.detail"
OWN_BUS = "default"  # on which AWS's services tell


def install(context: Context) -> None:
    """Take each event of a PutEvents by itself; moto knows other targets and no policies."""

    def put_events(backend: EventsBackend, entries: list[dict[str, Any]]) -> list[dict[str, str]]:
        return [put(context, backend, entry) for entry in entries]

    replace(EventsBackend, "put_events", put_events)


def put(context: Context, backend: EventsBackend, entry: dict[str, Any]) -> dict[str, str]:
    """Hand an entry to whoever listens, and say by which id it went, or why it did not."""
    missing = next((name for name in REQUIRED if not entry.get(name)), None)
    if missing:
        message = f"Parameter {missing} is not valid. Reason: {missing} is a required argument."
        return {"ErrorCode": "InvalidArgument", "ErrorMessage": message}
    try:
        detail = json.loads(entry["Detail"])
    except ValueError:
        return {"ErrorCode": "MalformedDetail", "ErrorMessage": "Detail is malformed."}
    event = as_event(entry, detail)
    tell(context, backend, str(entry.get("EventBusName") or "default").rsplit("/", 1)[-1], event)
    return {"EventId": event["id"]}


def tell(context: Context, backend: EventsBackend, name: str, event: dict[str, Any]) -> None:
    """Hand an event to every enabled rule of a bus that matches it; AWS too takes events for a bus that is not there."""
    bus = backend.event_buses.get(name)
    for rule in list(bus.rules.values()) if bus else []:
        if rule.state == "ENABLED" and rule.event_pattern.matches_event(event):
            fire(context, rule, event)


def as_event(entry: dict[str, Any], detail: Any) -> dict[str, Any]:
    """The event as targets see it."""
    at = entry.get("Time")
    moment = datetime.now(UTC) if at is None else datetime.fromtimestamp(float(at), UTC)
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": entry["DetailType"],
        "source": entry["Source"],
        "account": ACCOUNT,
        "time": f"{moment:%Y-%m-%dT%H:%M:%SZ}",
        "region": REGION,
        "resources": entry.get("Resources") or [],
        "detail": detail,
    }


def fire(context: Context, rule: Rule, event: dict[str, Any]) -> None:
    """Deliver to each of a rule's targets, or to the target's dead-letter queue."""
    own = Caller(rule.arn, service=SERVICE)
    for target in rule.targets:
        message = json.dumps(event)
        try:
            message = message_of(target, event)
            caller = take_on(target["RoleArn"], SERVICE, "events", source_arn=rule.arn) if "RoleArn" in target else own
            deliver(context, target["Arn"], message, caller=caller, source_arn=rule.arn)
        except Exception as failure:
            print(f"{rule.arn} -> {target['Arn']}: {failure}", file=sys.stderr, flush=True)
            set_aside(context, rule, target, message)


def message_of(target: dict[str, Any], event: dict[str, Any]) -> str:
    """What a target is told: its own words, words put together from the event, a part of that, or all of it."""
    if "InputTransformer" in target:
        return transformed(target["InputTransformer"], event)
    return str(target.get("Input") or json.dumps(event["detail"] if target.get("InputPath") == DETAIL else event))


def set_aside(context: Context, rule: Rule, target: dict[str, Any], message: str) -> None:
    """Keep what a target did not take in its dead-letter queue, if it has one that lets EventBridge in."""
    letters = target.get("DeadLetterConfig", {}).get("Arn")
    if letters is None:
        return
    try:
        deliver(context, letters, message, caller=Caller(rule.arn, service=SERVICE), source_arn=rule.arn)
    except Exception as failure:
        print(f"{rule.arn} -> {letters}: {failure}", file=sys.stderr, flush=True)
