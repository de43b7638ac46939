"""What the doctor found at one place, and how to mend it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal

State = Literal["well", "note", "wrong"]  # a note is nobody's fault: nothing is up, nothing was imported yet


@dataclass(frozen=True, slots=True)
class Finding:
    """One place that was looked at: how it stands, what was found, and what mends it, if something does."""

    part: str
    place: str
    state: State
    found: str
    mend: str = ""

    def document(self) -> dict[str, Any]:
        """Return it as JSON has it; `mend` null where nothing is to be mended."""
        return {**asdict(self), "mend": self.mend or None}


def look(part: str, place: str, question: Callable[[], Iterable[Finding]], advice: str) -> list[Finding]:
    """What `question` found; where it could not look, that is what is wrong, in the fault's own words."""
    try:
        return list(question())
    except Exception as fault:
        said = " ".join(str(fault).split()) or type(fault).__name__
        return [Finding(part, place, "wrong", f"cannot be looked at: {said[:600]}", advice)]
