"""Declarations become a manifest, or are refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from greenfraud.errors import ContractError
from greenfraud.features.compilation import compile_manifest
from greenfraud.features.declaration import FeatureDeclaration, SeriesDeclaration, ViewDeclaration
from greenfraud.instants import DAY_US, HOUR_US

COUNT = FeatureDeclaration(
    name="count_7d", view="activity", aggregation="count", window="7d", default=0.0, reason_code="COUNT", reason="{value}"
)
VIEW = ViewDeclaration(
    name="activity",
    join_key="customer_id",
    series=(
        SeriesDeclaration(name="h1", hop="1h", measures=("count",)),
        SeriesDeclaration(name="d1", hop="1d", measures=("count",)),
    ),
    last="last_us",
)


def test_tags_carry_a_whole_declaration():
    """What Feast's registry stores is enough to compile from."""
    assert FeatureDeclaration.from_tags(COUNT.name, COUNT.reason, COUNT.tags()) == COUNT
    assert SeriesDeclaration.from_tags("h1", VIEW.series[0].tags()) == VIEW.series[0]


def test_a_lost_tag_is_named():
    """Somebody edited a field by hand."""
    with pytest.raises(ContractError, match="count_7d: the Feast field lacks the tag 'window'"):
        FeatureDeclaration.from_tags("count_7d", "", {key: tag for key, tag in COUNT.tags().items() if key != "window"})


def test_tiles_are_kept_for_window_lag_and_slack():
    """A lagged window reads days up to its head, and the hours of the head's day."""
    lagged = replace(COUNT, lag="7d")
    hours, days = compile_manifest("p", [VIEW], [lagged])["views"]["activity"]["series"]
    assert (hours["retention_us"], days["retention_us"]) == (8 * DAY_US + 12 * HOUR_US, 15 * DAY_US)


def test_rewording_a_reason_changes_no_version():
    """Nothing has to be computed again for a better sentence."""
    before, after = (compile_manifest("p", [VIEW], [feature]) for feature in (COUNT, replace(COUNT, reason="Many.")))
    assert (before["version"], before["features"][0]["hash"]) == (after["version"], after["features"][0]["hash"])


def test_another_window_changes_hash_and_version():
    """A model that learned the old one must not be fed the new one."""
    before, after = (compile_manifest("p", [VIEW], [feature]) for feature in (COUNT, replace(COUNT, window="30d")))
    assert before["version"] != after["version"]
    assert before["features"][0]["hash"] != after["features"][0]["hash"]


def test_a_window_without_tiles_is_refused():
    """The view keeps no tiles of 5 minutes."""
    with pytest.raises(ContractError, match="view activity keeps no count in tiles of"):
        compile_manifest("p", [VIEW], [replace(COUNT, window="1h")])


def test_a_lag_that_cuts_a_tile_is_refused():
    """Tiles move back as a whole."""
    with pytest.raises(ContractError, match="not a multiple"):
        compile_manifest("p", [VIEW], [replace(COUNT, lag="36h")])


def test_an_unknown_aggregation_is_refused():
    """The error lists what the engines compute."""
    with pytest.raises(ContractError, match="mean_amount"):
        replace(COUNT, aggregation="median")
