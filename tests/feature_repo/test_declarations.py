"""The declarations, without Feast: complete, distinct, and compiled."""

from __future__ import annotations

import json

import pytest

from feature_repo.columns import COLUMNS
from feature_repo.declarations import FEATURES, VIEWS
from feature_repo.groups import GROUPS
from greenfraud.features.column_features import views_with
from greenfraud.features.compilation import compile_manifest
from greenfraud.features.manifest import MANIFEST_PATH, load_manifest


def test_the_committed_manifest_is_compiled_from_the_declarations():
    """The quick form of `python -m toolchain.compile_features --check`."""
    assert compile_manifest("greenfraud", VIEWS, FEATURES, GROUPS) == json.loads(MANIFEST_PATH.read_text(encoding="utf-8"))


@pytest.mark.parametrize("feature", load_manifest().features, ids=lambda feature: feature.name)
def test_every_reason_is_a_sentence(feature):
    """For a value and for a missing one."""
    for value in (0.5, None):
        sentence = feature.sentence(value)
        assert sentence[0].isupper()
        assert sentence.endswith(".")
        assert "{" not in sentence


def test_the_measures_of_stored_series_never_change():
    """Items written before would be misread: another set of measures is a series of another name."""
    of_columns = {series.name for view in views_with((), COLUMNS) for series in view.series}
    of_columns |= {series.name for view in VIEWS for series in view.series if series.of}
    stored = {series.name: series.measures for view in VIEWS for series in view.series}
    assert {name: measures for name, measures in stored.items() if name not in of_columns} == {
        "c_tried_m5": ("count",),
        "c_tried_h1": ("count",),
        "c_tried_d1": ("count",),
        "c_accepted_m5": ("accepted", "amount_minor"),
        "c_accepted_h1": ("accepted", "amount_minor"),
        "c_accepted_d1": ("accepted", "amount_minor", "excess_minor", "log_amount", "square", "largest"),
        "c_held_m5": ("held", "held_room"),
        "c_declined_m5": ("declined", "declined_room"),
        "c_declined_h1": ("declined",),
        "c_declined_d1": ("declined",),
        "t_h1": ("count",),
        "t_d1": ("count",),
        "t_tried_m5": ("count",),
        "t_customers_m5": ("distinct_0", "distinct_1", "distinct_2", "distinct_3"),
        "c_terminals_h1": ("distinct_0", "distinct_1", "distinct_2", "distinct_3"),
        "t_accepted_h1": ("accepted",),
        "t_accepted_d1": ("accepted",),
        "t_declined_m5": ("declined",),
        "t_declined_h1": ("declined",),
        "t_declined_d1": ("declined",),
        "t_rh1": ("reports",),
        "t_rd1": ("reports",),
    }


def test_names_and_reason_codes_are_distinct():
    """A code leads back to one feature."""
    assert len({feature.name for feature in FEATURES}) == len({feature.reason_code for feature in FEATURES}) == len(FEATURES)


@pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.name)
def test_every_feature_says_one_thing_with_others(feature):
    """A new one joins a group of feature_repo/groups.py, or brings its own: reasons speak of groups."""
    assert feature.group in {group.code for group in GROUPS}
    assert load_manifest().group_of(feature.name).code == feature.group


def test_every_group_has_features_and_a_label():
    """Codes are told apart from those of single features, which rules answer with."""
    codes = [group.code for group in GROUPS]
    assert {feature.group for feature in FEATURES} == set(codes)
    assert len({*codes, *(feature.reason_code for feature in FEATURES)}) == len(codes) + len(FEATURES)
    assert all(group.label for group in GROUPS)


def test_columns_of_different_views_are_distinct():
    """Feast hands both views' columns to the on-demand view under their short names."""
    columns = [column for view in load_manifest().views.values() for column in view.columns]
    assert len(set(columns)) == len(columns)
