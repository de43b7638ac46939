"""A run that nobody asked for is weighed: what it may gain against its money and carbon, by hand-computed figures."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from past_world import CHUNKS, PRICES, past_run, week, weeks_of

from functions.plan.worth import Cost, Past, Worth, judge_worth

RUNS = [past_run(number) for number in range(4)]


def judged(weeks: list[dict[str, Any]] | None = None, runs: Any = RUNS, learned: Any = (CHUNKS[-2],), trainings: int = 3) -> Worth:
    """The verdict on a run that learns one week in three families, and of which everything is known."""
    found = weeks_of() if weeks is None else weeks
    return judge_worth(learned, trainings, Past(runs=runs, weeks=found, newest=CHUNKS[-2:]), PRICES)


def test_the_cost_is_what_runs_took_once_and_each_training_took():
    """Each run: 1,200 s and 4 g, of them 600 s and 1 g in three trainings. Six trainings: 600 + 6 x 200 s, 3 + 6 / 3 g."""
    assert Cost.of(RUNS, 6) == Cost(seconds=1_800.0, grams=5.0, once_grams=3.0)


def test_a_full_refit_says_nothing_of_what_a_chunk_takes():
    """One of its trainings learns every chunk; its jobs that run once are like any other's."""
    refit = past_run(5, frauds=None, seconds=7_800.0, training_seconds=7_200.0)
    assert Cost.of([*RUNS, refit], 6) == Cost.of(RUNS, 6)


def test_a_run_costs_its_machine_time_and_its_carbon():
    """1,200 s at 0.30 USD an hour and 0.8 EUR a dollar are 8 cents; 4 g at 75 EUR a tonne are 0.03 cents."""
    assert judged().cost_minor == pytest.approx(8.0 + 0.03)


def test_runs_that_brought_nothing_and_a_quality_that_stands_are_no_gain():
    """So the run is skipped, and its words say it; what is avoided are the jobs that run once, trainings come later."""
    worth = judged()
    assert (worth.gain_minor, worth.skips) == (0.0, True)
    assert worth.words == "not worth a run: expected to gain 0.00 EUR until the next one, and to cost 0.08"
    told = worth.to_json()
    assert (told["avoided_g"], told["postponed_g"]) == (pytest.approx(3.0), pytest.approx(1.0))
    assert told["prices"]["sources"] == ("a bank", "a market")


def test_new_frauds_bring_what_frauds_brought_before():
    """One of four runs made a week 160 EUR cheaper; all learned 40 frauds each: a euro each, and the week to be learned has 40."""
    worth = judged(runs=[replace(RUNS[0], gain_minor=16_000.0), *RUNS[1:]])
    assert (worth.gain_minor, worth.skips) == (4_000.0, False)
    assert worth.words == "worth a run: expected to gain 40.00 EUR until the next one, and to cost 0.08"
    assert "avoided_g" not in worth.to_json()


def test_a_week_whose_truth_is_worse_than_promised_counts_with_what_it_lost():
    """Promised 100 EUR, came 130."""
    weeks = weeks_of()
    weeks[-3] = week(CHUNKS[-3], signs_of_truth=["measured_quality"], cost=13_000)
    assert judged(weeks).gain_minor == 3_000.0


def test_a_week_that_is_expected_to_be_worse_than_usual_counts_with_what_it_loses():
    """Usually 100 EUR for 40 frauds; 60 frauds are expected to cost 190 where 150 would be usual."""
    weeks = weeks_of()
    weeks[-1] = week(CHUNKS[-1], known=False, signs=["estimated_quality"], frauds=60.0, estimated=19_000)
    assert judged(weeks).gain_minor == 4_000.0


def test_a_dear_week_without_a_sign_is_chance():
    """As it would be every second week."""
    weeks = weeks_of()
    weeks[-1] = week(CHUNKS[-1], known=False, estimated=19_000)
    assert judged(weeks).gain_minor == 0.0


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"runs": []}, "no earlier run says what one costs"),
        ({"runs": RUNS[:2]}, "fewer than 3 earlier runs say what new labels bring"),
        ({"runs": [replace(run, gain_minor=None) for run in RUNS]}, "fewer than 3 earlier runs"),
        ({"runs": [replace(run, frauds=None) for run in RUNS]}, "no earlier run says what one costs"),  # all were refits
        ({"weeks": []}, "nobody has looked at the quality of the last weeks"),
        ({"weeks": weeks_of()[:-2]}, "nobody has looked at the quality of the last weeks"),
        ({"weeks": weeks_of()[-4:]}, "the labels of fewer than 4 weeks are known"),
        ({"weeks": [*weeks_of()[:-1], week(CHUNKS[-1], known=False, signs=["score"])]}, "inputs or scores drifted"),
        ({"weeks": [*weeks_of()[:-1], week(CHUNKS[-1], known=False) | {"without_model": 5_001}]}, "the rules answered most"),
        ({"learned": ["20170101-20170108"]}, "nobody knows how many frauds 20170101-20170108 has"),
    ],
)
def test_what_cannot_be_estimated_goes_ahead_and_says_why(changes: dict[str, Any], why: str):
    """Nothing is skipped for want of a figure."""
    worth = judged(**changes)
    assert (worth.skips, worth.gain_minor) == (False, None)
    assert worth.words.startswith(f"what it gains cannot be estimated, so it goes ahead: {why}")


def test_weeks_that_an_earlier_release_kept_are_no_reason_to_skip():
    """It did not look for drift."""
    weeks = [{name: value for name, value in one.items() if not name.startswith("drift")} for one in weeks_of()]
    assert judged(weeks).unknown == f"the week {CHUNKS[-1]} was looked at by an earlier release"


def test_a_run_that_gains_what_it_costs_goes_ahead():
    """Also where both are nothing."""
    free = [replace(run, seconds=0.0, grams=0.0, training_seconds=0.0, training_grams=0.0) for run in RUNS]
    assert judged(runs=free).skips is False


money = st.floats(0.0, 1e7)


@given(gain=money, more=money, seconds=st.floats(1.0, 1e6), longer=st.floats(0.0, 1e6), grams=st.floats(0.0, 1e6))
def test_more_gain_never_makes_a_run_a_skip_and_more_cost_never_a_skip_a_run(
    gain: float, more: float, seconds: float, longer: float, grams: float
):
    """Whatever the figures."""

    def skips(gained: float, took: float, emitted: float) -> bool:
        runs = [replace(run, gain_minor=gained, seconds=600.0 + took, grams=1.0 + emitted) for run in RUNS]
        return judged(runs=runs).skips

    before = skips(gain, seconds, grams)
    assert not skips(gain + more, seconds, grams) or before
    assert skips(gain, seconds + longer, grams) or not before
    assert skips(gain, seconds, grams + longer) or not before
