"""EventBridge rules deliver to functions, state machines, topics, queues and buses."""

from __future__ import annotations

import json
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

from moto.events.models import Rule

from local.context import Context
from local.patches import replace
from local.stepfunctions.paths import extract_json
from local.targets import SENDERS, deliver


def install(context: Context) -> None:
    """Replace delivery for the services we can reach; logs, archives and API destinations stay moto's."""
    senders = ThreadPoolExecutor(max_workers=4, thread_name_prefix="events")

    def send_to_targets(rule: Rule, original_event: Any, transform_input: bool = True) -> None:
        if rule.state != "ENABLED" or not rule.event_pattern.get_pattern():
            return  # a rule that only has a schedule matches no event
        if not rule.event_pattern.matches_event(original_event):
            return
        ours = [target for target in rule.targets if reachable(target)]
        event = {**original_event, "time": timestamp(original_event["time"])}
        for target in ours:
            senders.submit(send_event, context, target, event)
        theirs = [target for target in rule.targets if not reachable(target)]
        if theirs:
            everything, rule.targets = rule.targets, theirs
            try:
                original(rule, original_event, transform_input)
            finally:
                rule.targets = everything

    original = replace(Rule, "send_to_targets", send_to_targets)
    context.on_stop(lambda: senders.shutdown(wait=True))


def reachable(target: dict[str, Any]) -> bool:
    """Whether `deliver` can reach it; of EventBridge's own targets only a bus, not an archive."""
    service = target["Arn"].split(":")[2]
    return service in SENDERS and (service != "events" or ":event-bus/" in target["Arn"])


def timestamp(moment: Any) -> str:
    """The event's time as EventBridge writes it."""
    if isinstance(moment, datetime):
        moment = moment.replace(tzinfo=moment.tzinfo or UTC).timestamp()
    if isinstance(moment, int | float):
        return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return str(moment)


def message_for(target: dict[str, Any], event: dict[str, Any]) -> str:
    """What the target is sent: its constant input, a part of the event, a template filled in, or all of it."""
    if "Input" in target:
        return str(target["Input"])
    if "InputPath" in target:
        return json.dumps(extract_json(target["InputPath"], event), default=str)
    transformer = target.get("InputTransformer")
    if transformer:
        paths = transformer.get("InputPathsMap", {})
        values = {name: extract_json(path, event) for name, path in paths.items()}
        return fill(transformer["InputTemplate"], values | {"aws.events.event.json": event})
    return json.dumps(event, default=str)


def fill(template: str, values: dict[str, Any]) -> str:
    """The template with its places filled: JSON where a value stands alone, bare text inside a string.

    >>> fill('{"family": <f>, "text": "<f> drifts"}', {"f": "light"})
    '{"family": "light", "text": "light drifts"}'
    """
    inside_string = False
    parts = []
    for part in re.split(r'(<[^<>"]+>|")', template):
        inside_string ^= part == '"'
        name = part[1:-1]
        if part.startswith("<") and name in values:
            value = values[name]
            bare = inside_string and isinstance(value, str)
            part = value if bare else json.dumps(value, default=str)  # noqa: PLW2901
        parts.append(part)
    return "".join(parts)


def send_event(context: Context, target: dict[str, Any], event: dict[str, Any]) -> None:
    """Send a target its view of the event; a path the event lacks is reported, and nothing is sent."""
    try:
        message = message_for(target, event)
    except Exception as failure:
        print(f"{target['Arn']}: {failure}", file=sys.stderr, flush=True)
        return
    send(context, target, message)


def send(context: Context, target: dict[str, Any], message: str) -> None:
    """Deliver; what cannot be delivered goes to the target's dead-letter queue, and is reported."""
    try:
        deliver(context, target["Arn"], message, target)
    except Exception as failure:
        print(f"{target['Arn']}: {failure}", file=sys.stderr, flush=True)
        letters = target.get("DeadLetterConfig", {}).get("Arn")
        if letters:
            deliver(context, letters, message)
