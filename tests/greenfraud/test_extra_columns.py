"""Extra columns of the user's data become features by declaring them."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from greenfraud.errors import ContractError
from greenfraud.features.compilation import compile_manifest
from greenfraud.features.declaration import FeatureDeclaration
from greenfraud.features.interpreter import compute
from greenfraud.features.manifest import Manifest
from greenfraud.features.rows import compute_rows
from greenfraud.features.tiles import ViewState
from tests import extra_columns
from tests.greenfraud.events import NOW_US

DISTANCE = replace(extra_columns.DISTANCE, name="distance_km")
IS_REMOTE = replace(extra_columns.IS_REMOTE, values=("web", "app, any"))
HOPS = replace(DISTANCE, name="hops", column="hops", default=-1.0)
MANIFEST = Manifest.from_json(compile_manifest("p", [], [DISTANCE, IS_REMOTE, HOPS]))


@pytest.mark.parametrize(
    ("extras", "expected"),
    [
        ({}, (None, None, -1.0)),
        ({"distance_km": None, "channel": None, "hops": None}, (None, None, -1.0)),
        ({"distance_km": 12, "channel": "web", "hops": 3.5}, (12.0, 1.0, 3.5)),
        ({"distance_km": float("nan"), "channel": "till"}, (None, 0.0, -1.0)),
        ({"channel": "app, any"}, (None, 1.0, -1.0)),
    ],
)
def test_the_request_says_what_an_extra_column_holds(extras: dict[str, object], expected: tuple[float | None, ...]):
    """Absent is missing, unless a default is declared."""
    assert tuple(compute(MANIFEST, (None, None), NOW_US, 100, extras).values()) == expected


def test_the_manifest_names_the_extra_columns():
    """Whoever reads transactions knows what to look for."""
    assert MANIFEST.extra_columns == {"distance_km": "number", "channel": "category", "hops": "number"}


def test_rows_carry_extra_columns_as_columns():
    """The body of Feast's on-demand view finds them beside time and amount."""
    from tests.greenfraud import events

    views = {**events.MANIFEST.views}
    manifest = Manifest(MANIFEST.version, MANIFEST.project, MANIFEST.features, views)
    state = {column: [None] for view in views.values() for column in view.columns}
    inputs = {**state, "occurred_us": [NOW_US], "amount_minor": [100], "distance_km": [2.0], "channel": ["till"]}
    assert compute_rows(inputs, manifest) == {"distance_km": [2.0], "is_remote": [0.0], "hops": [-1.0]}


def test_a_key_that_feast_fills_with_nothing_is_a_missing_value():
    """Feast has no missing keys; no id is empty, so an empty one says that the payment has none."""
    from tests.declared_columns import compiled

    manifest = compiled()
    state = {column: [None] for view in manifest.views.values() for column in view.columns}
    customer = manifest.views["customer_activity"]
    known = ViewState.empty(customer).add_transaction(NOW_US - 1, 100, "allow", None, {"device": "D1"})
    state |= {name: [tiles] for name, tiles in known.lists().items()} | {customer.last: [NOW_US - 1]}
    inputs = {**state, "occurred_us": [NOW_US], "amount_minor": [100], "device": [""]}
    assert math.isnan(compute_rows(inputs, manifest)["customer_first_device"][0])
    assert compute_rows({**inputs, "device": ["D2"]}, manifest)["customer_first_device"] == [1.0]


def test_tags_carry_columns_and_values():
    """A value may hold a comma."""
    for declaration in (DISTANCE, IS_REMOTE, HOPS):
        assert FeatureDeclaration.from_tags(declaration.name, declaration.reason, declaration.tags()) == declaration


def test_other_values_are_another_feature():
    """A model that learned one set of categories must not be fed another."""
    (first,), (second,) = (
        compile_manifest("p", [], [feature])["features"] for feature in (IS_REMOTE, replace(IS_REMOTE, values=("web",)))
    )
    assert first["hash"] != second["hash"]


@pytest.mark.parametrize("change", [{"column": None}, {"values": ()}, {"aggregation": "number"}, {"aggregation": "amount"}])
def test_a_declaration_that_does_not_say_what_it_reads_is_refused(change: dict[str, object]):
    """A category needs a column and values, and nothing else may have them."""
    with pytest.raises(ContractError, match="is_remote"):
        replace(IS_REMOTE, **change)


def test_one_column_is_a_number_or_a_category():
    """Its type in the API and the lake follows from the declaration."""
    with pytest.raises(ContractError, match="as number and as category"):
        compile_manifest("p", [], [replace(DISTANCE, column="channel"), IS_REMOTE])
