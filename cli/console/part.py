"""A part of a page: what was read, or why it cannot be told. No part waits for another, and none takes the page down."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from cli.console.card_numbers import masked
from cli.errors import CommandError
from greenfraud.errors import GreenFraudError

READ_AT_ONCE = 8
FAULTS = (CommandError, GreenFraudError, ClientError, BotoCoreError, OSError)


@dataclass(frozen=True)
class Part:
    """`value` is None where `fault` says why."""

    value: Any = None
    fault: str | None = None


def part_of(read: Callable[[], Any]) -> Part:
    """What `read` gives, or what it fails with; a mistake of ours is no fault of the platform, and is raised."""
    try:
        return Part(read())
    except KeyError as missing:  # an output of the stacks, or a field of an answer
        return Part(fault=f"the platform does not tell {missing.args[0]}: is it of another release? Deploy this one")
    except FAULTS as fault:
        return Part(fault=masked(str(fault)))


def parts_of(reads: Mapping[str, Callable[[], Any]]) -> dict[str, Part]:
    """Several parts by name, read side by side."""
    with ThreadPoolExecutor(READ_AT_ONCE) as pool:
        return dict(zip(reads, pool.map(part_of, reads.values()), strict=True))
