"""How feature_repo declares features; the declarations travel as tags of Feast fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from greenfraud.errors import ContractError

AGGREGATIONS = (
    "amount",
    "weekend",
    "night",
    "count",
    "mean_amount",
    "seconds_since_last",
    "amount_over_mean",
    "reports",
    "report_ratio",
)
NOT_APPLICABLE = "none"
# Marks the Feast field that holds the newest microsecond seen.
NEWEST_TAGS = {"role": "newest_us"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureDeclaration:
    """One feature as a person declares it.

    `view` is None for what the request alone says; `window` and `lag` are durations such as "7d"; `default` is the
    value when there is nothing to aggregate, None for missing; `reason` may use {value} and {percent}.
    """

    name: str
    aggregation: str
    reason_code: str
    reason: str
    view: str | None = None
    window: str | None = None
    lag: str | None = None
    default: float | None = None

    def __post_init__(self) -> None:
        """Refuse an aggregation that no engine computes."""
        if self.aggregation not in AGGREGATIONS:
            raise ContractError(f"{self.name}: aggregation {self.aggregation!r} is none of {', '.join(AGGREGATIONS)}")

    def tags(self) -> dict[str, str]:
        """Return the declaration, but for its name and reason, as tags of a Feast field."""
        return {
            "aggregation": self.aggregation,
            "view": self.view or NOT_APPLICABLE,
            "window": self.window or NOT_APPLICABLE,
            "lag": self.lag or NOT_APPLICABLE,
            "default": "missing" if self.default is None else repr(self.default),
            "reason_code": self.reason_code,
        }

    @classmethod
    def from_tags(cls, name: str, reason: str, tags: Mapping[str, str]) -> FeatureDeclaration:
        """Read a Feast field back. Raises ContractError when a tag is missing."""
        try:
            return cls(
                name=name,
                aggregation=tags["aggregation"],
                reason_code=tags["reason_code"],
                reason=reason,
                view=_optional(tags["view"]),
                window=_optional(tags["window"]),
                lag=_optional(tags["lag"]),
                default=None if tags["default"] == "missing" else float(tags["default"]),
            )
        except KeyError as error:
            raise ContractError(f"{name}: the Feast field lacks the tag {error}") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesDeclaration:
    """Tiles of one length: an Array(Int64) of [tile index, measure, ...] groups, ascending and without zero tiles."""

    name: str
    hop: str
    measures: tuple[str, ...]

    def tags(self) -> dict[str, str]:
        """Return hop and measures as tags of a Feast field."""
        return {"hop": self.hop, "measures": ",".join(self.measures)}

    @classmethod
    def from_tags(cls, name: str, tags: Mapping[str, str]) -> SeriesDeclaration:
        """Read a Feast field back. Raises ContractError when a tag is missing."""
        try:
            return cls(name=name, hop=tags["hop"], measures=tuple(tags["measures"].split(",")))
        except KeyError as error:
            raise ContractError(f"{name}: the Feast field lacks the tag {error}") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewDeclaration:
    """The state of one kind of entity; `last` names the Int64 field with the newest microsecond seen."""

    name: str
    join_key: str
    series: tuple[SeriesDeclaration, ...]
    last: str


def _optional(tag: str) -> str | None:
    return None if tag == NOT_APPLICABLE else tag
