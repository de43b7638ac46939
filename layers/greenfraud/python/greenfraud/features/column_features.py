"""The standard views, features and groups that declared columns become: of numbers and categories, of entities, of new values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from greenfraud.features.columns import ColumnDeclaration
from greenfraud.features.declaration import FeatureDeclaration, SeriesDeclaration, ViewDeclaration
from greenfraud.features.distinct import WORDS
from greenfraud.features.groups import Group

CUSTOMER_VIEW, CUSTOMER_KEY = "customer_activity", "customer_id"
LABEL_LAG = "7d"
# Up to four weeks, so that every long window holds as many weekends; an hour and a day for what goes fast.
COUNTED, PAID, REPORTED = ("1h", "1d", "7d", "28d"), ("1d", "7d", "28d"), ("7d", "28d")
MOST_SHOWN = 40  # characters of a category's value
IN_WORDS = {"1h": "hour", "1d": "day", "7d": "7 days", "28d": "28 days"}
# What an entity's state keeps, in tiles of which lengths.
KEPT: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("tried_m5", "5min", ("count",)),
    ("tried_h1", "1h", ("count",)),
    ("tried_d1", "1d", ("count",)),
    ("accepted_h1", "1h", ("accepted", "amount_minor")),
    ("accepted_d1", "1d", ("accepted", "amount_minor")),
    ("reports_d1", "1d", ("reports",)),
    ("customers_h1", "1h", WORDS),
)


def views_with(views: Iterable[ViewDeclaration], columns: Iterable[ColumnDeclaration]) -> tuple[ViewDeclaration, ...]:
    """Return the views and one more per entity; customers' states mark the values that may be new to them."""
    declared = tuple(columns)
    marks = tuple(
        SeriesDeclaration(name=f"c_{one.column}_d1", hop="1d", measures=WORDS, of=one.column)
        for one in declared
        if one.marks_customers
    )
    marking = (replace(view, series=(*view.series, *marks)) if view.join_key == CUSTOMER_KEY else view for view in views)
    return (*marking, *(_view(one) for one in declared if one.kind == "entity"))


def features_of(columns: Iterable[ColumnDeclaration]) -> tuple[FeatureDeclaration, ...]:
    """Return the features of every column, in their order."""
    return tuple(feature for one in columns for feature in _features(one))


def groups_of(columns: Iterable[ColumnDeclaration]) -> tuple[Group, ...]:
    """Return what reasons speak of: one thing per column."""
    return tuple(Group(code=_group(one), label=f"the {one.called}") for one in columns)


def _view(one: ColumnDeclaration) -> ViewDeclaration:
    series = tuple(SeriesDeclaration(name=f"{one.column}_{name}", hop=hop, measures=measures) for name, hop, measures in KEPT)
    name, last = f"{one.column}_activity", f"{one.column}_last_us"
    return ViewDeclaration(name=name, join_key=one.column, series=series, last=last, is_personal=one.is_personal)


def _features(one: ColumnDeclaration) -> list[FeatureDeclaration]:
    if one.kind == "number":
        return [_of_payment(one, one.column, f"The payment's {one.called} is {{value:.2f}}.")]
    if one.kind == "category":
        return [
            _of_payment(one, name, f"The payment's {one.called} is{{no}} {_quoted(value)}.", values=(value,))
            for name, value in one.valued.items()
        ]
    return [*(_of_entity(one) if one.kind == "entity" else ()), _first_time(one)]


def _of_payment(one: ColumnDeclaration, name: str, reason: str, **more: Any) -> FeatureDeclaration:
    return FeatureDeclaration(
        name=name, aggregation=one.kind, column=one.column, group=_group(one), reason_code=name.upper(), reason=reason, **more
    )


def _quoted(value: str) -> str:
    """A value within a reason, whose braces are filled in."""
    short = "".join(letter if letter.isprintable() else "·" for letter in value[:MOST_SHOWN])
    return "“" + short.replace("{", "{{").replace("}", "}}") + "”"


def _first_time(one: ColumnDeclaration) -> FeatureDeclaration:
    return FeatureDeclaration(
        name=f"customer_first_{one.column}",
        view=CUSTOMER_VIEW,
        aggregation="first_time",
        column=one.column,
        window=one.remembered,
        is_personal=one.is_personal,
        group=_group(one),
        reason_code=f"CUSTOMER_FIRST_{one.column.upper()}",
        reason=f"It was{{no}} the customer's first payment with this {one.called} within {one.remembered}.",
    )


def _of_entity(one: ColumnDeclaration) -> list[FeatureDeclaration]:
    what = f"with this {one.called}"
    counts = [
        _windowed(one, "count", window, f"Within the last {ago}, {{payments}} {what} {{were}} tried.", default=0.0)
        for window, ago in _worded(COUNTED)
    ]
    means = [
        _windowed(one, "mean_amount", window, f"Payments {what} were {{value:.2f}} on average within the last {ago}.")
        for window, ago in _worded(PAID)
    ]
    customers = _windowed(
        one, "distinct", "1d", f"Within the last day, at least {{value:.0f}} different customers paid {what}.", default=0.0
    )
    return [*counts, *means, customers, *_of_reports(one, what)]


def _of_reports(one: ColumnDeclaration, what: str) -> list[FeatureDeclaration]:
    prior = (one.prior_reports, one.prior_payments)
    reports = [
        _windowed(one, "reports", window, f"Within the last {ago}, {{payments}} {what} {{were}} reported as fraud.", default=0.0)
        for window, ago in _worded(REPORTED)
    ]
    text = "The last {}' fraud reports are about {{percent:.1f}} % of the payments {} a week before."
    shares = [
        # An entity never seen has the prior's share, as one has of which nothing was accepted and reported.
        _windowed(one, "report_share", window, text.format(ago, what), default=prior[0] / prior[1], lag=LABEL_LAG, prior=prior)
        for window, ago in _worded(REPORTED)
    ]
    return [*reports, *shares]


def _windowed(one: ColumnDeclaration, aggregation: str, window: str, reason: str, **more: Any) -> FeatureDeclaration:
    name = f"{one.column}_{'customers' if aggregation == 'distinct' else aggregation}_{window}"
    return FeatureDeclaration(
        name=name,
        view=f"{one.column}_activity",
        aggregation=aggregation,
        window=window,
        group=_group(one),
        reason_code=name.upper(),
        reason=reason,
        **more,
    )


def _worded(windows: Iterable[str]) -> list[tuple[str, str]]:
    return [(window, IN_WORDS[window]) for window in windows]


def _group(one: ColumnDeclaration) -> str:
    return f"{one.column.upper()}_COLUMN"
