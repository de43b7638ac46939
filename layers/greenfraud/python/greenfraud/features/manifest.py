"""The compiled manifest: what every engine, model and document knows about features.

`python -m training.compile_features` writes manifest.json from feature_repo; nobody edits it by hand.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from greenfraud.errors import ContractError, NotFound

SCHEMA = 1
# An entity without an event for a year is forgotten, and counts as never seen. No window is as long.
KEPT_SECONDS = 366 * 24 * 3600
MANIFEST_PATH = Path(__file__).with_name("manifest.json")


@dataclass(frozen=True, slots=True)
class Series:
    """Tiles of `hop_us`, kept for `retention_us`; every tile holds its index and one integer per measure."""

    name: str
    hop_us: int
    measures: tuple[str, ...]
    retention_us: int


@dataclass(frozen=True, slots=True)
class View:
    """A Feast feature view: the state of one kind of entity, `columns` being its stored values in order."""

    name: str
    join_key: str
    table: str
    series: tuple[Series, ...]
    last: str

    @property
    def columns(self) -> tuple[str, ...]:
        """The names under which Feast stores the state."""
        return (*(series.name for series in self.series), self.last)

    @property
    def retention_us(self) -> int:
        """The longest time that any tile is needed."""
        return max(series.retention_us for series in self.series)

    def expires_at(self, now_seconds: float) -> int:
        """Return the time to live, in epoch seconds, of a state written at `now_seconds` by the wall clock."""
        return int(now_seconds) + KEPT_SECONDS


@dataclass(frozen=True, slots=True)
class Feature:
    """One model input; `kind` and `params` say how it is computed, `hash` changes when that changes."""

    name: str
    kind: str
    view: str | None
    params: Mapping[str, Any]
    default: float | None
    reason_code: str
    reason_text: str
    hash: str

    def sentence(self, value: float | None) -> str:
        """Return the reason's sentence for a value.

        >>> load_manifest().feature("customer_count_1h").sentence(12.0)
        'The customer made 12 payments within the last hour.'
        """
        if value is None:
            return f"Nothing is known yet for {self.name.replace('_', ' ')}."
        return self.reason_text.format(value=value, percent=100.0 * value)


@dataclass(frozen=True, slots=True)
class Manifest:
    """All features in order, and the views whose state they are computed from."""

    version: str
    project: str
    features: tuple[Feature, ...]
    views: Mapping[str, View]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all features, in order."""
        return tuple(feature.name for feature in self.features)

    def table(self, view_name: str) -> str:
        """Return the DynamoDB table that Feast expects for a view."""
        return self.views[view_name].table

    def feature(self, name: str) -> Feature:
        """Return a feature by name. Raises NotFound."""
        for feature in self.features:
            if feature.name == name:
                return feature
        raise NotFound(f"no feature is called {name!r}")

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
        )


@cache
def load_manifest() -> Manifest:
    """Return the manifest that was compiled into this package."""
    return Manifest.from_json(json.loads(MANIFEST_PATH.read_text(encoding="utf-8")))


def _view(name: str, body: Mapping[str, Any]) -> View:
    series = tuple(Series(item["name"], item["hop_us"], tuple(item["measures"]), item["retention_us"]) for item in body["series"])
    return View(name, body["join_key"], body["table"], series, body["last"])
