"""What a person would read of a refusal: the answer of the service, wherever it came to light."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from typing import Any

from benchmarks.refusals.platform import Platform

MACHINES = ("StateMachineArn", "UpkeepStateMachineArn")
AUTHORIZED = "not authorized to perform"
REFUSED = re.compile(r"not authorized|AccessDenied|Forbidden|Access Denied|is not authorized to|cannot be assumed", re.IGNORECASE)
LINE = 500  # characters
SETTLE_SECONDS, PAUSE_SECONDS = 5.0, 0.5


def words_of(platform: Platform, said: str) -> str:
    """AWS's words as they came to light in the walk; where nothing shows them, as the record has them."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while (found := find_words(platform, said)) is None and time.monotonic() < deadline:
        time.sleep(PAUSE_SECONDS)
    return found or shortened(str(platform.record["denied"][0]["words"]))


def find_words(platform: Platform, said: str) -> str | None:
    """The first place that names an action that was refused, else the first that tells of any refusal."""
    actions = {one["action"].lower() for one in platform.record["denied"]}
    told = [line for text in places(platform, said) for line in text.splitlines() if REFUSED.search(line)]
    exact = (line for line in told if AUTHORIZED in line and any(action in line.lower() for action in actions))
    found = next(exact, None) or next(iter(told), None)
    return found and shortened(found)


def places(platform: Platform, said: str) -> Iterator[str]:
    """Texts of the step, of the executions, of the jobs and functions, and of the server about what it delivers."""
    yield said
    yield from causes(platform)
    yield platform.log
    for file in sorted((platform.folder / ".local/logs").rglob("*.log")):
        yield file.read_text(encoding="utf-8", errors="replace")
    yield from function_logs(platform)


def causes(platform: Platform) -> Iterator[str]:
    """Why tasks of the executions failed so far, also those that are tried again."""
    try:
        outputs, states = platform.target.outputs, platform.client("stepfunctions")
    except Exception:
        return
    for machine in (outputs[name] for name in MACHINES):
        for execution in states.list_executions(stateMachineArn=machine)["executions"]:
            pages = states.get_paginator("get_execution_history").paginate(executionArn=execution["executionArn"])
            for event in (event for page in pages for event in page["events"]):
                yield from (str(details["cause"]) for details in event.values() if isinstance(details, dict) and "cause" in details)


def function_logs(platform: Platform) -> Iterator[str]:
    """What the functions printed."""
    logs: Any = platform.client("logs")
    for group in logs.describe_log_groups()["logGroups"]:
        for event in logs.filter_log_events(logGroupName=group["logGroupName"])["events"]:
            yield str(event["message"])


def shortened(text: str) -> str:
    """One line without what goes before the sentence that matters."""
    text = reason_of(text)
    begins = max(text.find("User: "), text.find("Resource: "))
    sentence = text[begins:] if begins >= 0 and AUTHORIZED in text[begins:] else text
    return " ".join(sentence.split())[:LINE]


def reason_of(text: str) -> str:
    """What matters of a task's cause, which is a JSON document where a job or a function failed."""
    try:
        document = json.loads(text)
    except ValueError:
        return text
    return str(document.get("FailureReason") or document.get("errorMessage") or text) if isinstance(document, dict) else text
