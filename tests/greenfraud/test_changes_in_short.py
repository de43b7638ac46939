"""What an entry of the ledger keeps of the figures of a change: little, checked, and nobody's name."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenfraud.errors import ContractError
from greenfraud.items.changes import EXAMPLES, GROUPS, LARGEST, short_form
from tests.reporting.recorded import judged, version
from tests.told_changes import LABELS, figures

SOURCE = {"key": "executions/0123456789ab/curves.json", "sha256": "0" * 64}
numbers = st.floats(-1e18, 1e18)
counts = st.integers(0, 10**18)
labels = st.text("abcXYZ '", min_size=1, max_size=100)
pairs = st.lists(st.none() | numbers, min_size=2, max_size=2)
counted = st.fixed_dictionaries({"rows": counts, "frauds": counts, "fraud_amount_minor": counts})
told_examples = st.fixed_dictionaries(
    {
        "direction": st.sampled_from(["raised", "dropped"]),
        "amount_from_minor": st.integers(0, 18).map(lambda power: 10**power),
        "is_fraud": st.booleans(),
        "probability": st.lists(numbers, min_size=2, max_size=2),
        "because": st.lists(labels, min_size=2, max_size=2),
    }
)
told_figures = st.fixed_dictionaries(
    {
        "against": labels,
        "flipped": st.fixed_dictionaries({"raised": counted, "dropped": counted}),
        "score_shift": st.fixed_dictionaries(
            {"quantiles": st.fixed_dictionaries({"5": numbers, "50": numbers, "95": numbers}), "moved_share": numbers}
        ),
        "examples": st.lists(told_examples, max_size=9),
        "groups": st.lists(
            st.fixed_dictionaries({"group": labels, "frauds": pairs, "legitimate": pairs, "customer_id": st.just("C0815")}),
            max_size=9,
        ),
    }
)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(told_figures)
def test_whatever_was_measured_an_entry_keeps_no_more_than_so_many_bytes(told: dict[str, Any]):
    """Nor a field that it does not know, and all of it is JSON."""
    text = json.dumps(short_form(told, SOURCE), allow_nan=False)
    assert len(text.encode()) <= LARGEST
    assert "C0815" not in text


@given(st.sampled_from(sorted(figures())), anything)
def test_figures_that_are_none_are_one_error_and_are_not_quoted(name: str, value: Any):
    """Also one that is no number, or larger than any."""
    try:
        kept = short_form(figures(**{name: value}), SOURCE)
    except ContractError as error:
        kept = str(error).partition("(")[0]
    assert kept == "its figures cannot be read " or len(json.dumps(kept, allow_nan=False).encode()) <= LARGEST


@pytest.mark.parametrize(
    "changes",
    [
        {"against": "light/v1\x1b[2J"},
        {"against": "x" * 101},
        {"score_shift": {"quantiles": {"5": 10**400, "50": 0, "95": 0}, "moved_share": 0}},
        {"score_shift": {"quantiles": {"5": float("nan"), "50": 0, "95": 0}, "moved_share": 0}},
        {"examples": [{**figures()["examples"][0], "amount_from_minor": 5_240}]},
        {"flipped": {"raised": {"rows": True, "frauds": 0, "fraud_amount_minor": 0}}},
    ],
)
def test_what_could_name_somebody_or_grow_is_refused(changes: dict[str, Any]):
    """Control characters, long words, an amount itself, a number without bounds."""
    with pytest.raises(ContractError, match="cannot be read"):
        short_form(figures(**changes), SOURCE)


def test_the_short_form_tells_shift_flips_examples_groups_and_where_the_rest_is():
    """Four digits of each number; at most three examples a direction."""
    kept = short_form(figures(), SOURCE)
    assert kept["score_shift"] == {"p5": -0.9123, "median": 0.02123, "p95": 0.8, "moved_share": 0.034}
    assert {name: kept["raised"][name] for name in ("rows", "frauds")} == {"rows": 12, "frauds": 9}
    assert len(kept["raised"]["examples"]) == len(kept["dropped"]["examples"]) == EXAMPLES
    assert kept["raised"]["examples"][0] == {
        "amount_from_minor": 1_000,
        "is_fraud": True,
        "probability": [0.6123, 0.1046],
        "because": [LABELS[0], LABELS[1]],
    }
    assert (kept["against"], kept["figures"]) == ("light/v1", SOURCE)


def test_of_the_groups_those_stay_whose_mean_weight_moved_most():
    """Of frauds or of legitimate payments; what a model has not weighs nothing, and is not said to weigh 0."""
    lost = {"group": "only before", "frauds": [None, 9.0], "legitimate": [None, 0.0]}
    groups = short_form(figures(groups=[*figures()["groups"], lost]), SOURCE)["groups"]
    assert [one["group"] for one in groups] == ["only before", "group 6", "group 5", "group 4", "group 3"]
    assert len(groups) == GROUPS
    assert groups[0]["frauds"] == [None, 9.0]


@pytest.mark.parametrize("has_production", [True, False])
def test_what_an_evaluation_really_leaves_is_told(has_production: bool):
    """Beside a model that answered; where only rules did, flips are told, and why scores are not."""
    name = f"heavy/{version('heavy')}"
    told = judged(has_production)[1]["changes"][name]
    kept = short_form(told, SOURCE)
    assert kept["raised"]["rows"] == told["flipped"]["raised"]["rows"] > 0
    if has_production:
        assert kept["score_shift"]["median"] == pytest.approx(told["score_shift"]["quantiles"]["50"], rel=1e-3)
        assert len(kept["groups"]) == len(told["groups"])
    else:
        assert kept["against"] == "rules"
        assert kept["score_shift"] == {"reason": "no model answered until then"}
