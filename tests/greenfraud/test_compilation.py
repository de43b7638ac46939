"""Declarations become a manifest, or are refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from greenfraud.errors import ContractError
from greenfraud.features.compilation import compile_manifest
from greenfraud.features.declaration import FeatureDeclaration, SeriesDeclaration, ViewDeclaration
from greenfraud.features.groups import Beside, Group
from greenfraud.features.manifest import Manifest
from greenfraud.instants import DAY_US, HOUR_US

COUNT = FeatureDeclaration(
    name="count_7d", view="activity", aggregation="count", window="7d", default=0.0, reason_code="COUNT", reason="{value}"
)
GROUPS = (
    Group(code="PACE", label="the pace", beside=(Beside(feature="count_7d", text="{value}"),)),
    Group(code="OTHER", label="else"),
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
    for declared in (COUNT, replace(COUNT, group="PACE")):
        assert FeatureDeclaration.from_tags(declared.name, declared.reason, declared.tags()) == declared
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


def test_another_group_changes_no_version():
    """Models that were trained before it are explained by it."""
    before, after = (compile_manifest("p", [VIEW], [replace(COUNT, group=code)], GROUPS) for code in ("PACE", "OTHER"))
    assert (before["version"], before["features"][0]["hash"]) == (after["version"], after["features"][0]["hash"])
    assert compile_manifest("p", [VIEW], [COUNT])["version"] == before["version"]


def test_a_feature_says_something_with_its_group_or_alone():
    """Without one it is a group of its own, under its reason's code; so are those of a manifest from before there were groups."""
    grouped = Manifest.from_json(compile_manifest("p", [VIEW], [replace(COUNT, group="PACE")], GROUPS))
    assert grouped.group_of("count_7d") == GROUPS[0]
    assert Manifest.from_json(compile_manifest("p", [VIEW], [COUNT], GROUPS)).group_of("count_7d").code == "COUNT"
    earlier = compile_manifest("p", [VIEW], [COUNT])
    del earlier["groups"], earlier["features"][0]["group"]
    assert Manifest.from_json(earlier).group_of("count_7d") == Group(code="COUNT", label="count 7d")


@pytest.mark.parametrize(
    ("group", "groups", "refusal"),
    [
        ("PAZE", GROUPS, "count_7d: group 'PAZE' is none of PACE, OTHER"),
        ("PACE", (*GROUPS, GROUPS[0]), "PACE has the code of another group or feature"),
        (None, (Group(code="COUNT", label="x"),), "COUNT has the code of another group or feature"),
        ("PACE", (replace(GROUPS[0], beside=(Beside(feature="count_8d", text="x"),)),), "PACE tells count_8d, which no feature"),
    ],
)
def test_groups_that_cannot_be_told_are_refused(group, groups, refusal):
    """By name: a misspelled one, a code that leads to two, a feature that nobody declared."""
    with pytest.raises(ContractError, match=refusal):
        compile_manifest("p", [VIEW], [replace(COUNT, group=group)], groups)


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


def test_measures_may_ask_for_a_series_by_name():
    """Two series of one length: the first that keeps what is asked for, or the one that is named."""
    wide = SeriesDeclaration(name="q1", hop="1d", measures=("accepted", "largest"))
    twin = SeriesDeclaration(name="q2", hop="1d", measures=("count",))
    view = replace(VIEW, series=(*VIEW.series, wide, twin))
    largest = replace(COUNT, name="largest_7d", aggregation="amount_over_largest")
    compiled = compile_manifest("p", [view], [COUNT, replace(COUNT, name="other", series="q2"), largest])
    assert [feature["params"]["series"] for feature in compiled["features"]] == ["d1", "q2", "q1"]
    assert compiled["views"]["activity"]["series"][2]["combine"] == ["sum", "max"]
    with pytest.raises(ContractError, match="in h1"):
        compile_manifest("p", [view], [replace(COUNT, series="h1")])


def test_a_window_longer_than_entities_are_kept_is_refused():
    """After a year without an event nothing is known, so no window may reach further."""
    with pytest.raises(ContractError, match="beyond the time"):
        compile_manifest("p", [VIEW], [replace(COUNT, window="366d")])


def test_a_report_time_that_nobody_keeps_is_refused():
    """The view has to name the field."""
    since = replace(COUNT, aggregation="seconds_since_report", window=None)
    with pytest.raises(ContractError, match="does not keep the time of the newest report"):
        compile_manifest("p", [VIEW], [since])


@pytest.mark.parametrize("measures", [("median",), ("count", "reports"), ()])
def test_tiles_of_impossible_measures_are_refused(measures: tuple[str, ...]):
    """Unknown ones, ones of different events, none."""
    with pytest.raises(ContractError):
        SeriesDeclaration(name="d1", hop="1d", measures=measures)


def test_an_unknown_aggregation_is_refused():
    """The error lists what the engines compute."""
    with pytest.raises(ContractError, match="mean_amount"):
        replace(COUNT, aggregation="median")
