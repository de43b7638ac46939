"""Groups of features that say one thing: what a reason speaks of, and what stands beside its value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What is told beside the value that says most: another feature, such as what the customer usually pays.

    `text` is a part of a sentence and may use what `wording.spelled` fills in; `missing` stands in its place where the feature has
    no value, and is empty for a feature that always has one. The value is divided by `over`, as a count by its window's days.
    """

    feature: str
    text: str
    missing: str = ""
    over: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Features that say one thing, under a code that never changes; `label` names the thing."""

    code: str
    label: str
    beside: tuple[Beside, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the compiled form; `from_json` gives the same group back."""
        return {**asdict(self), "beside": [asdict(one) for one in self.beside]}

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Group:
        """Read the compiled form. Raises TypeError for another one."""
        return cls(**{**body, "beside": tuple(Beside(**one) for one in body.get("beside", ()))})
