"""What a rule's target is told of an event where the rule puts an input of its own together.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
"""

from __future__ import annotations

import json
import re
from typing import Any

STEP = re.compile(r"\.([A-Za-z0-9_-]+)|\[(\d+)\]")
VARIABLE = re.compile(r"<([A-Za-z0-9_-]+)>")


class UnsupportedTransformerError(ValueError):
    """The transformer cannot be carried out here; the message names the part."""


def transformed(transformer: dict[str, Any], event: dict[str, Any]) -> str:
    """The template with each `<variable>` replaced by what its path finds in the event, as JSON; null where it finds nothing.

    >>> transformer = {"InputPathsMap": {"who": "$.resources[0]"}, "InputTemplate": '{"alarm":<who>}'}
    >>> transformed(transformer, {"resources": ["arn"]})
    '{"alarm":"arn"}'
    """
    found = {name: json.dumps(value_at(path, event)) for name, path in transformer.get("InputPathsMap", {}).items()}

    def value_of(match: re.Match[str]) -> str:
        if match[1] not in found:
            raise UnsupportedTransformerError(f"<{match[1]}> is no variable of the transformer")
        return found[match[1]]

    message = VARIABLE.sub(value_of, transformer["InputTemplate"])
    try:
        json.loads(message)
    except ValueError:  # a variable within a text: AWS puts it in as it is, which nobody needs here
        raise UnsupportedTransformerError(f"{transformer['InputTemplate']}: only whole JSON values are replaced here") from None
    return message


def value_at(path: str, event: Any) -> Any:
    """What a path such as `$.resources[0]` finds, None where there is nothing. Raises UnsupportedTransformerError.

    >>> value_at("$.detail.state.value", {"detail": {"state": {"value": "ALARM"}}})
    'ALARM'
    """
    steps = path.removeprefix("$")
    if STEP.sub("", steps):
        raise UnsupportedTransformerError(f"{path}: only names and places in lists are followed here")
    for name, place in STEP.findall(steps):
        try:
            event = event[int(place)] if place else event[name]
        except (KeyError, IndexError, TypeError):
            return None
    return event
