"""A policy's document on this machine: what is wrong with it, by line, and what it would do."""

from __future__ import annotations

import time
from pathlib import Path

from cli.errors import InputError
from cli.policy.thresholds import threshold_lines
from cli.screen import Screen
from greenfraud.policy import Policy
from greenfraud.policy.document import Reading, read_document
from greenfraud.policy.lines import Lines
from greenfraud.policy.lines import Path as Place
from greenfraud.policy.read_lists import Naming, as_named


def check(screen: Screen, file: Path, currency: str) -> None:
    """Tell every fault and, where there is no error, what the policy holds. InputError where it cannot be applied."""
    policy = read_policy(screen, file)
    screen.line(f"{file}: {summary(policy)}")
    for line in threshold_lines(policy, currency):
        screen.line(f"  {line}")


def read_policy(screen: Screen, file: Path, naming: Naming = as_named) -> Policy:
    """The policy of a document; its faults are told. InputError where it has an error, or cannot be read."""
    reading = read_document(text_of(file), now_us=time.time_ns() // 1_000, naming=naming)
    for fault in reading.faults:
        kind = "error" if fault.is_error else "warning"
        screen.line(f"{file}:{fault.line}: {kind}: {fault.place}{': ' if fault.place else ''}{fault.reason}")
    if reading.policy is None:
        raise InputError(f"{file} has {_count(reading)}. Nothing was applied")
    return reading.policy


def text_of(file: Path) -> str:
    """The text of a document. InputError where it cannot be read."""
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{file} cannot be read: {error}") from None


def line_of(file: Path, place: Place) -> int:
    """The line of a document where something stands."""
    return Lines(text_of(file)).of(place)


def summary(policy: Policy) -> str:
    """What a policy holds, in a line."""
    shadow = sum(not rule.is_live for rule in (*policy.rules, *policy.guardrails))
    entries = sum(len(one.entries) for one in policy.lists)
    told = f"version {policy.version}: {len(policy.guardrails)} guardrails, {len(policy.rules)} rules"
    return f"{told}{f' ({shadow} in shadow)' if shadow else ''}, {len(policy.lists)} lists of {entries:,} entries"


def _count(reading: Reading) -> str:
    number = len(reading.errors)
    return f"{number} error{'' if number == 1 else 's'}"
