"""What happened, and what served after it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from platform_past import execution_of, model_of, outcome_of, past, without_evaluations

from cli.dashboard.history import history


def name_of(n: int) -> str:
    """The name of the model of execution `n`."""
    return "{family}/{version}".format(**model_of(n))


def test_each_execution_is_told_once_in_order():
    """With its outcome and its holdout."""
    events = history(past(4))
    assert [(event.execution, event.outcome) for event in events] == [(execution_of(n), outcome_of(n)) for n in range(4)]
    assert all(event.holdout and event.rows == 10_000 for event in events)


def test_a_promoted_model_serves_until_the_next_one():
    """Measured in its own execution, then afresh as production in the next."""
    events = history(past(3))
    assert [event.serving.name for event in events] == [name_of(0), name_of(0), name_of(2)]
    assert all(event.is_measured_now for event in events)
    assert all(event.serving.average_precision.low < event.serving.average_precision.value for event in events)


def test_a_rollback_restores_a_model_with_its_last_measurement():
    """It is not measured anew by being restored."""
    events = history(past(7))
    rollback = events[-1]
    assert rollback.outcome == "rollback"
    assert rollback.execution is None
    assert rollback.serving.name == name_of(4)
    assert rollback.serving.average_precision.value == events[-3].serving.average_precision.value
    assert not rollback.is_measured_now
    assert "by ada" in rollback.reasons


def test_before_the_first_promotion_the_rules_serve():
    """With their own average precision."""
    (event,) = history(replace(past(1), ledger=[]))
    assert event.serving.name == "rules"
    assert event.serving.average_precision.value == 0.37


def test_mlflow_tells_values_without_intervals_where_evaluations_are_gone():
    """What is not known stays unknown."""
    events = history(without_evaluations(past(3)))
    serving = events[-1].serving
    assert serving.name == name_of(2)
    assert serving.average_precision.value is not None
    assert serving.average_precision.interval() == "interval unavailable"
    assert serving.saved_per_1000.value is None
    assert events[-1].rules.average_precision.value is None


def test_less_cost_is_more_saved():
    """Per 1,000 decisions and in the major unit; the interval turns with the sign."""
    (event,) = history(past(1))
    saved = event.candidates[0].saved_per_1000
    assert saved.value == pytest.approx(50_000 / 100 * 1000 / 10_000)
    assert saved.low == pytest.approx(20.0)
    assert saved.high == pytest.approx(80.0)


def test_an_execution_that_never_came_to_a_decision_is_told_as_such():
    """It left an MLflow run and nothing else."""
    inputs = past(1)
    runs = [replace(run, params={}, metrics={}) for run in inputs.runs]
    (event,) = history(replace(inputs, runs=runs, executions={}, ledger=[]))
    assert event.outcome == "no decision"
    assert event.candidates == []
    assert event.grams is None
