"""Two views may name their series alike: each feature reads its own entity."""

from __future__ import annotations

from greenfraud.features.compilation import compile_manifest
from greenfraud.features.interpreter import compute
from greenfraud.features.tiles import ViewState
from greenfraud.instants import DAY_US, HOUR_US
from tests.same_names import VIEWS, features, manifest

NOW_US = 17_700 * DAY_US + 5 * HOUR_US


def test_no_entity_gets_the_windows_of_another():
    """Each view's values are those that it has alone, though the other's series have the same names."""
    compiled = manifest()
    customer, terminal = (ViewState.empty(view) for view in compiled.views.values())
    for day, amount_minor in ((1, 500), (9, 1_000)):
        customer = customer.add_transaction(NOW_US - day * DAY_US, amount_minor)
    for day, amount_minor in ((1, 70_000), (2, 20_000), (3, 10), (10, 900)):
        terminal = terminal.add_transaction(NOW_US - day * DAY_US, amount_minor)
    customer, terminal = customer.add_report(NOW_US - DAY_US), terminal.add_report(NOW_US - HOUR_US).add_report(NOW_US - HOUR_US)
    together = compute(compiled, (customer, terminal), NOW_US, 1_250)
    alone = {"customer_activity": (customer, None), "terminal_activity": (None, terminal)}
    of_views = {name: compute(compiled, states, NOW_US, 1_250) for name, states in alone.items()}
    assert together == {feature.name: of_views[feature.view][feature.name] for feature in compiled.features}
    assert (together["customer_activity_count_None"], together["terminal_activity_count_None"]) == (1.0, 3.0)


def test_a_view_keeps_its_tiles_as_long_as_its_own_windows_need():
    """A long window over the customer's days is no reason to store more days of a terminal."""
    long, short = (features(view, days) for view, days in zip(VIEWS, (90, 7), strict=True))
    both, only = (compile_manifest("p", VIEWS, declared)["views"]["terminal_activity"] for declared in (long + short, short))
    assert both == only
