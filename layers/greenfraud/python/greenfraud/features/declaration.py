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
    "report_share": ("accepted",),
    "first_time": WORDS,
}
OF_COLUMNS = ("number", "category", "first_time")
NOT_APPLICABLE = "none"
# These mark the Feast fields that hold the microsecond of the newest event, and of the newest report.
NEWEST_TAGS = {"role": "newest_us"}
NEWEST_REPORT_TAGS = {"role": "newest_report_us"}
# What only few declarations say of themselves; nothing else is tagged so.
SHOWN_AS_IS = {"is_personal": "no"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureDeclaration:
    """One feature as a person declares it.

    `view` is None for what the request alone says; `window` and `lag` are durations such as "7d"; `default` is the
    value when there is nothing to aggregate, None for missing; `reason` may use what `wording.spelled` fills in. `series` says
    which tiles to read, where more than one of the view would do. Aggregations "number" and "category" read an extra
    `column` of the transaction; a category is 1 where the column is one of `values`, a "first_time" where no payment of the
    window had its value, replaced by a token where it `is_personal`. A "report_share" is shrunk towards its `prior`: so many
    reports of so many payments, as if seen before any. `group` is the code of the group that it
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
    is_personal: bool = True
    prior: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        """Refuse an aggregation that no engine computes, and one that does not say what it reads."""
        if self.aggregation not in AGGREGATIONS:
            raise ContractError(f"{self.name}: aggregation {self.aggregation!r} is none of {', '.join(AGGREGATIONS)}")
        if (self.column is not None) != (self.aggregation in OF_COLUMNS):
            raise ContractError(f"{self.name}: number, category and first_time, and no other aggregation, read an extra column")
        if bool(self.values) != (self.aggregation == "category"):
            raise ContractError(f"{self.name}: a category, and nothing else, declares values")
        if (self.prior is not None) != (self.aggregation == "report_share"):
            raise ContractError(f"{self.name}: a report share, and nothing else, declares a prior")
        if self.prior is not None and not 0.0 <= self.prior[0] <= self.prior[1] > 0.0:
            raise ContractError(f"{self.name}: a prior is a number of reports and, no fewer, of payments, above 0")

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
        rare |= {"is_input": None if self.is_input else "no", **({} if self.is_personal else SHOWN_AS_IS)}
        rare["prior"] = json.dumps(self.prior) if self.prior else None
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
                is_personal=tags.get("is_personal") != "no",
                prior=tuple(json.loads(tags["prior"])) if "prior" in tags else None,
            )
        except KeyError as error:
            raise ContractError(f"{name}: the Feast field lacks the tag {error}") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesDeclaration:
    """Tiles of one length: an Array(Int64) of [tile index, measure, ...] groups, ascending and without zero tiles.

    The measures of a series never change: stored states would be misread. Another set is another series. Marks are of whom
    the entity met, or of the values of the extra column `of`.
    """

    name: str
    hop: str
    measures: tuple[str, ...]
    of: str | None = None

    def __post_init__(self) -> None:
        """Refuse measures that nobody keeps, or that count different events."""
        unknown = [measure for measure in self.measures if measure not in MEASURES]
        if unknown or not self.measures:
            raise ContractError(f"{self.name}: measures {unknown} are none of {', '.join(MEASURES)}")
        if len({MEASURES[measure].event for measure in self.measures}) > 1:
            raise ContractError(f"{self.name}: attempts, acceptances, holds, declines and reports each need tiles of their own")
        if {*self.measures} & {*WORDS} and self.measures != WORDS:
            raise ContractError(f"{self.name}: {', '.join(WORDS)} count together, in tiles of their own")
        if self.of is not None and self.measures != WORDS:
            raise ContractError(f"{self.name}: only marks are of a column")

    def tags(self) -> dict[str, str]:
        """Return hop and measures as tags of a Feast field."""
        return {"hop": self.hop, "measures": ",".join(self.measures), **({"of": self.of} if self.of else {})}

    @classmethod
    def from_tags(cls, name: str, tags: Mapping[str, str]) -> SeriesDeclaration:
        """Read a Feast field back. Raises ContractError when a tag is missing."""
        try:
            return cls(name=name, hop=tags["hop"], measures=tuple(tags["measures"].split(",")), of=tags.get("of"))
        except KeyError as error:
            raise ContractError(f"{name}: the Feast field lacks the tag {error}") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewDeclaration:
    """The state of one kind of entity; `last` names the Int64 field with the newest microsecond seen.

    `last_report` names the one with the newest report's, where a feature asks for it. `join_key` is a column of the payment; where
    it is an extra one that `is_personal`, its values are replaced by tokens, as ids are.
    """

    name: str
    join_key: str
    series: tuple[SeriesDeclaration, ...]
    last: str
    last_report: str | None = None
    is_personal: bool = True

    def tags(self) -> dict[str, str]:
        """Return what the Feast view's fields do not say, as its tags."""
        return {} if self.is_personal else SHOWN_AS_IS


def _optional(tag: str) -> str | None:
    return None if tag == NOT_APPLICABLE else tag
