"""The compiled manifest: what every engine, model and document knows about features.

`python -m toolchain.compile_features` writes manifest.json from feature_repo; nobody edits it by hand.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, TypeGuard

from greenfraud.errors import ContractError, NotFound
from greenfraud.features.groups import Group
from greenfraud.features.wording import NONE_IS_ZERO, absent, spelled
from greenfraud.instants import SECOND_US

SCHEMA = 1
# An entity without an event for a year of event time is forgotten, and counts as never seen, in every engine: whether
# DynamoDB has deleted its item by then never decides a value. No window is as long.
KEPT_SECONDS = 366 * 24 * 3600
KEPT_US = KEPT_SECONDS * SECOND_US
RECORD_KEYS = frozenset({"customer_id", "terminal_id"})  # entities that the record itself names; others stand in extra columns
REQUEST_KINDS, ENTITY = frozenset({"number", "category"}), "entity"
MANIFEST_PATH = Path(__file__).with_name("manifest.json")


@dataclass(frozen=True, slots=True)
class Series:
    """Tiles of `hop_us`, kept for `retention_us`; every tile holds its index and one integer per measure.

    `combine` says per measure how tiles combine, "sum", "max" or "or". Marks are of whom the entity met, or of the values of the
    extra column `of`.
    """

    name: str
    hop_us: int
    measures: tuple[str, ...]
    retention_us: int
    combine: tuple[str, ...]
    of: str | None = None


@dataclass(frozen=True, slots=True)
class View:
    """A Feast feature view: the state of one kind of entity, `columns` being its stored values in order.

    `last` names the value that holds the microsecond of the newest event, `last_report` that of the newest report, if
    the view keeps it. `join_key` is the column of a payment that names the entity: one of the record's own, or an extra one,
    whose values are replaced by tokens, as other ids are, where it `is_personal`.
    """

    name: str
    join_key: str
    table: str
    series: tuple[Series, ...]
    last: str
    last_report: str | None = None
    is_personal: bool = True
    _positions: Mapping[tuple[str, str], int] = field(init=False, repr=False, compare=False)
    _combine: Mapping[str, tuple[str, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Number the measures of each series from 1, the index being 0."""
        positions = {(series.name, name): at for series in self.series for at, name in enumerate(series.measures, start=1)}
        object.__setattr__(self, "_positions", positions)
        object.__setattr__(self, "_combine", {series.name: series.combine for series in self.series})

    @property
    def columns(self) -> tuple[str, ...]:
        """The names under which Feast stores the state."""
        last_report = () if self.last_report is None else (self.last_report,)
        return (*(series.name for series in self.series), self.last, *last_report)

    @property
    def kind(self) -> str:
        """What the entity is called: "customer", "terminal", or after its column."""
        return self.join_key.removesuffix("_id")

    @property
    def keeps_reports(self) -> bool:
        """Whether fraud reports are events of this view."""
        return any("reports" in series.measures for series in self.series)

    def position(self, series: str, measure: str) -> int:
        """Return the number, from 1, of a measure within its series. Raises KeyError when it is not kept."""
        return self._positions[series, measure]

    def combination(self, series: str, position: int) -> str:
        """Return how the measure of this number combines, "sum", "max" or "or"."""
        return self._combine[series][position - 1]

    @property
    def retention_us(self) -> int:
        """The longest time that any tile is needed."""
        return max(series.retention_us for series in self.series)

    def expires_at(self, now_seconds: float) -> int:
        """Return the time to live, in epoch seconds, of a state written at `now_seconds` by the wall clock."""
        return int(now_seconds) + KEPT_SECONDS


@dataclass(frozen=True, slots=True)
class Feature:
    """One value of a payment; `kind` and `params` say how it is computed, `hash` changes when that changes.

    `group` is the code of the group in whose name reasons speak of it; the hash is not of that, nor of any words.
    Models learn it unless only the policy asks for it, and it is no `is_input`.
    """

    name: str
    kind: str
    view: str | None
    params: Mapping[str, Any]
    default: float | None
    reason_code: str
    reason_text: str
    hash: str
    group: str = ""
    is_input: bool = True

    def sentence(self, value: float | None, text: str = "") -> str:
        """Return the reason's sentence for a value, or another `text` with the value filled in.

        >>> load_manifest().feature("customer_count_1h").sentence(12.0)
        'The customer tried 12 payments within the last hour.'
        """
        return (
            spelled(text or self.reason_text, value) if self.tells(value) else absent(self.name, self.kind, self.view, self.params)
        )

    def tells(self, value: float | None) -> TypeGuard[float]:
        """Tell whether a value is one: 0 stands for none where there was nothing to divide by."""
        return value is not None and (value != 0.0 or self.kind not in NONE_IS_ZERO)


@dataclass(frozen=True, slots=True)
class Manifest:
    """All features in order, and the views whose state they are computed from.

    `extra_columns` are those of a transaction that are declared, each with "number", "category" or "entity". Of them,
    `entity_columns` have states of their own, and `personal_columns` hold tokens wherever ids are tokens.
    """

    version: str
    project: str
    features: tuple[Feature, ...]
    views: Mapping[str, View]
    groups: Mapping[str, Group] = field(default_factory=dict)
    extra_columns: Mapping[str, str] = field(init=False, repr=False, compare=False)
    entity_columns: tuple[str, ...] = field(init=False, repr=False, compare=False)
    personal_columns: tuple[str, ...] = field(init=False, repr=False, compare=False)
    _by_name: Mapping[str, Feature] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Find features by name, and columns by what they are."""
        object.__setattr__(self, "_by_name", {feature.name: feature for feature in self.features})
        views = {view.join_key: view.is_personal for view in self.views.values() if view.join_key not in RECORD_KEYS}
        read = {(feature.kind, feature.params["column"]): feature.params for feature in self.features if "column" in feature.params}
        kinds = {column: kind if kind in REQUEST_KINDS else ENTITY for kind, column in sorted(read, key=_is_of_state)}
        personal = {column for (_, column), params in read.items() if params.get("is_personal")}
        object.__setattr__(self, "extra_columns", kinds | dict.fromkeys(views, ENTITY))
        object.__setattr__(self, "entity_columns", tuple(views))
        object.__setattr__(self, "personal_columns", tuple(sorted(personal.union(view for view, own in views.items() if own))))

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all features, in order."""
        return tuple(feature.name for feature in self.features)

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names of those that models learn, in order."""
        return tuple(feature.name for feature in self.features if feature.is_input)

    @property
    def input_hashes(self) -> dict[str, str]:
        """The hash of each feature that models learn, by its name."""
        return {feature.name: feature.hash for feature in self.features if feature.is_input}

    @property
    def hashes(self) -> dict[str, str]:
        """The hash of each feature by its name: two engines compute a feature alike where they agree on it."""
        return {feature.name: feature.hash for feature in self.features}

    def feature(self, name: str) -> Feature:
        """Return a feature by name. Raises NotFound."""
        feature = self._by_name.get(name)
        if feature is None:
            raise NotFound(f"no feature is called {name!r}")
        return feature

    def group_of(self, name: str) -> Group:
        """Return the group of a feature, by its name: a feature that names none is a group of its own. Raises NotFound."""
        feature = self.feature(name)
        code = feature.group or feature.reason_code
        return self.groups.get(code) or Group(code=code, label=name.replace("_", " "))

    def entity_of(self, feature: Feature) -> str | None:
        """Return whose past a feature tells, by the kind of entity; None for the payment alone."""
        return None if feature.view is None else self.views[feature.view].kind

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Manifest:
        """Read a compiled manifest. Raises ContractError for another schema."""
        if body.get("schema") != SCHEMA:
            raise ContractError(f"feature manifest schema {body.get('schema')!r} is not {SCHEMA}")
        return cls(
            version=body["version"],
            project=body["project"],
            features=tuple(Feature(**feature) for feature in body["features"]),
            views={name: _view(name, view) for name, view in body["views"].items()},
            groups={group["code"]: Group.from_json(group) for group in body.get("groups", ())},
        )


@cache
def load_manifest() -> Manifest:
    """Return the manifest that was compiled into this package."""
    return Manifest.from_json(json.loads(MANIFEST_PATH.read_text(encoding="utf-8")))


def _is_of_state(read: tuple[str, str]) -> bool:
    return read[0] not in REQUEST_KINDS


def _view(name: str, body: Mapping[str, Any]) -> View:
    series = tuple(_series(item) for item in body["series"])
    last, last_report = body["last"], body.get("last_report")
    return View(name, body["join_key"], body["table"], series, last, last_report, body.get("is_personal", True))


def _series(body: Mapping[str, Any]) -> Series:
    measures = tuple(body["measures"])
    combine = tuple(body.get("combine", ("sum",) * len(measures)))
    return Series(body["name"], body["hop_us"], measures, body["retention_us"], combine, body.get("of"))
