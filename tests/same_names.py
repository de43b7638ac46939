"""A manifest whose two views name their series alike, with every aggregation declared for both."""

from __future__ import annotations

from greenfraud.features.compilation import REPORTED, compile_manifest
from greenfraud.features.declaration import AGGREGATIONS, FeatureDeclaration, SeriesDeclaration, ViewDeclaration
from greenfraud.features.distinct import WORDS
from greenfraud.features.manifest import Manifest

ACCEPTED = ("accepted", "amount_minor", "excess_minor", "log_amount", "square", "largest")
SERIES = (
    SeriesDeclaration(name="h1", hop="1h", measures=("count",)),
    SeriesDeclaration(name="d1", hop="1d", measures=("count",)),
    SeriesDeclaration(name="ah1", hop="1h", measures=ACCEPTED),
    SeriesDeclaration(name="ad1", hop="1d", measures=ACCEPTED),
    SeriesDeclaration(name="x1", hop="1d", measures=("declined", "declined_room")),
    SeriesDeclaration(name="w1", hop="1d", measures=("held", "held_room")),
    SeriesDeclaration(name="o1", hop="1d", measures=WORDS),
    SeriesDeclaration(name="r1", hop="1d", measures=("reports",)),
)
OF_A_COLUMN = {"number", "category", "first_time"}
OF_THE_REQUEST = {"amount", "weekend", "night", *OF_A_COLUMN}
WITHOUT_WINDOW = {"seconds_since_last", "seconds_since_report"}


def view(name: str, join_key: str) -> ViewDeclaration:
    """Return a view of the shared series."""
    return ViewDeclaration(name=name, join_key=join_key, series=SERIES, last="last_us", last_report="report_us")


VIEWS = (view("customer_activity", "customer_id"), view("terminal_activity", "terminal_id"))


def features(of: ViewDeclaration, days: int) -> list[FeatureDeclaration]:
    """Return every aggregation over so many days of a view, and the lagged count."""
    windows = {name: None if name in WITHOUT_WINDOW else f"{days}d" for name in AGGREGATIONS if name not in OF_THE_REQUEST}
    declared = [_feature(of, name, window, "7d" if name in REPORTED else None) for name, window in windows.items()]
    return [*declared, _feature(of, "count", f"{days}d", "7d")]


def manifest() -> Manifest:
    """Compile features of the same windows for both views."""
    return Manifest.from_json(compile_manifest("p", VIEWS, [feature for of in VIEWS for feature in features(of, 7)]))


def _feature(of: ViewDeclaration, aggregation: str, window: str | None, lag: str | None) -> FeatureDeclaration:
    name = f"{of.name}_{aggregation}_{lag}"
    prior = (1.0, 200.0) if aggregation == "report_share" else None
    told = {"reason_code": name.upper(), "reason": "{value}"}
    return FeatureDeclaration(name=name, view=of.name, aggregation=aggregation, window=window, lag=lag, prior=prior, **told)
