"""Steps, lengths of time and names of states in words, the same on a screen and on a page."""

from __future__ import annotations

import re
from datetime import UTC

from cli.steps.progress import DONE, FAILED, GOES_ON, Step

MINUTE, HOUR = 60, 3_600
CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def duration(seconds: float) -> str:
    """A length of time as a person says it.

    >>> duration(9.2), duration(127.8), duration(7_260)
    ('9 s', '2 min 8 s', '2 h 1 min')
    """
    whole = round(seconds)
    if whole < MINUTE:
        return f"{whole} s"
    if whole < HOUR:
        return f"{whole // MINUTE} min {whole % MINUTE} s"
    return f"{whole // HOUR} h {whole % HOUR // MINUTE} min"


def spaced(name: str) -> str:
    """The name of a state as words.

    >>> spaced("TrainAndMaterialize")
    'train and materialize'
    """
    return CAPITAL.sub(" ", name).lower()


def name_of(step: Step) -> str:
    """What is done, and for which family."""
    return f"{spaced(step.name)} {step.family}" if step.family else spaced(step.name)


def told(step: Step) -> str:
    """How far it is: which chunk, since when or how long, and what went wrong."""
    parts = []
    if step.number is not None and step.state == DONE:
        parts.append(f"{step.chunks} chunk{'' if step.chunks == 1 else 's'}")
    elif step.number is not None:
        parts.append(f"chunk {step.number} of {step.chunks or '?'}" + (f", {step.chunk}" if step.chunk else ""))
    began = f"{step.began_at.astimezone(UTC):%H:%M:%S}"
    parts.append(f"since {began} UTC, {duration(step.seconds)}" if step.state == GOES_ON else duration(step.seconds))
    if step.tries > 1:
        parts.append(f"try {step.tries}")
    words = "; ".join(parts)
    if step.state == FAILED:
        return f"{words}; failed: {step.reason}"
    return f"{words}; a try failed: {step.reason}" if step.reason else words
