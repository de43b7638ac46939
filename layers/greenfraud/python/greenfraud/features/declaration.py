"""How feature_repo declares features; the declarations travel as tags of Feast fields."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from greenfraud.errors import ContractError
from greenfraud.features.distinct import WORDS
from greenfraud.features.measures import MEASURES

# What each aggregation reads: all its measures stand in the same tiles. Those of the request alone read none.
AGGREGATIONS: Mapping[str, tuple[str, ...]] = {
    "amount": (),
    "weekend": (),
    "night": (),
    "number": (),
    "category": (),
    "count": ("count",),
    "mean_amount": ("accepted", "amount_minor"),
    "amount_over_mean": ("accepted", "amount_minor"),
    "log_amount_minus_mean": ("accepted", "log_amount"),
    "sd_amount": ("accepted", "amount_minor", "excess_minor", "square"),
    "amount_z_score": ("accepted", "amount_minor", "excess_minor", "square"),
    "amount_over_largest": ("largest",),
    "accepted": ("accepted",),
    "declined": ("declined",),
    "distinct": WORDS,
    "amount_over_declined": ("declined", "declined_room"),
    "amount_over_refused": ("declined", "declined_room"),
    "seconds_since_last": (),
    "seconds_since_report": (),
    "reports": ("reports",),
    "report_ratio": ("accepted",),
}
NOT_APPLICABLE = "none"
# These mark the Feast fields that hold the microsecond of the newest event, and of the newest report.
NEWEST_TAGS = {"role": "newest_us"}
NEWEST_REPORT_TAGS = {"role": "newest_report_us"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureDeclaration:
    """One feature as a person declares it.

    `view` is None for what the request alone says; `window` and `lag` are durations such as "7d"; `default` is the
    value when there is nothing to aggregate, None for missing; `reason` may use what `wording.spelled` fills in. `series` says
    which tiles to read, where more than one of the view would do. Aggregations "number" and "category" read an extra
    `column` of the transaction; a category is 1 where the column is one of `values`. `group` is the code of the group that it
    says one thing with; without one it is a group of its own, under its reason's code.

    What only the policy asks for is no model's input: it is computed, logged and watched like any other, and nothing learns it.
    """

    name: str
    aggregation: str
    reason_code: str
    reason: str
    view: str | None = None
    window: str | None = None
    lag: str | None = None
    default: float | None = None
    series: str | None = None
    column: str | None = None
    values: tuple[str, ...] = ()
    group: str | None = None
    is_input: bool = True

    def __post_init__(self) -> None:
        """Refuse an aggregation that no engine computes, and one that does not say what it reads."""
        if self.aggregation not in AGGREGATIONS:
            raise ContractError(f"{self.name}: aggregation {self.aggregation!r} is none of {', '.join(AGGREGATIONS)}")
        if (self.column is not None) != (self.aggregation in ("number", "category")):
            raise ContractError(f"{self.name}: number and category, and no other aggregation, read an extra column")
        if bool(self.values) != (self.aggregation == "category"):
            raise ContractError(f"{self.name}: a category, and nothing else, declares values")

    def tags(self) -> dict[str, str]:
        """Return the declaration, but for its name and reason, as tags of a Feast field."""
        tags = {
            "aggregation": self.aggregation,
            "view": self.view or NOT_APPLICABLE,
            "window": self.window or NOT_APPLICABLE,
            "lag": self.lag or NOT_APPLICABLE,
            "default": "missing" if self.default is None else repr(self.default),
            "reason_code": self.reason_code,
        }
        values = json.dumps(self.values) if self.values else None
        rare = {"series": self.series, "column": self.column, "values": values, "group": self.group}
        rare["is_input"] = None if self.is_input else "no"
        return tags | {name: tag for name, tag in rare.items() if tag is not None}

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
                series=tags.get("series"),
                column=tags.get("column"),
                values=tuple(json.loads(tags.get("values", "[]"))),
                group=tags.get("group"),
                is_input=tags.get("is_input") != "no",
            )
        except KeyError as error:
            raise ContractError(f"{name}: the Feast field lacks the tag {error}") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesDeclaration:
    """Tiles of one length: an Array(Int64) of [tile index, measure, ...] groups, ascending and without zero tiles.

    The measures of a series never change: stored states would be misread. Another set is another series.
    """

    name: str
    hop: str
    measures: tuple[str, ...]

    def __post_init__(self) -> None:
        """Refuse measures that nobody keeps, or that count different events."""
        unknown = [measure for measure in self.measures if measure not in MEASURES]
        if unknown or not self.measures:
            raise ContractError(f"{self.name}: measures {unknown} are none of {', '.join(MEASURES)}")
        if len({MEASURES[measure].event for measure in self.measures}) > 1:
            raise ContractError(f"{self.name}: attempts, acceptances, holds, declines and reports each need tiles of their own")
        if {*self.measures} & {*WORDS} and self.measures != WORDS:
            raise ContractError(f"{self.name}: {', '.join(WORDS)} count together, in tiles of their own")

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
    """The state of one kind of entity; `last` names the Int64 field with the newest microsecond seen.

    `last_report` names the one with the newest report's, where a feature asks for it.
    """

    name: str
    join_key: str
    series: tuple[SeriesDeclaration, ...]
    last: str
    last_report: str | None = None


def _optional(tag: str) -> str | None:
    return None if tag == NOT_APPLICABLE else tag
