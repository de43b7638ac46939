"""What scores emit is one sum, wherever it is read: in the answers, in the function's metrics, and in the records of the lake."""

from __future__ import annotations

import json

import pytest
from score_world import TRANSACTION, World

from functions.ingest.emissions import Grid, emissions_of
from functions.ingest.events import DecisionEvent
from functions.score.cost import Footprint
from greenfraud.carbon import UNSEEN_SECONDS_PER_SCORE, account, of_lambda
from greenfraud.items.decision import decode

SCORES = 5


@pytest.fixture
def world(aws: None) -> World:
    """A service that knows nothing yet."""
    return World()


def test_answers_metrics_and_records_sum_up_to_the_same(world, capsys):
    """One by one and several in a request; energy, grams, and the seconds that no clock has seen."""
    answers = [world.score(transaction_id=f"T{number}") for number in range(SCORES - 2)]
    batch = [TRANSACTION | {"transaction_id": f"B{number}"} for number in range(2)]
    answers += world.http.post("/v1/score/batch", json={"transactions": batch}).json()["results"]
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "EmissionsGrams" in line]
    items = world.dynamodb.scan(TableName="decisions")["Items"]
    (record,) = emissions_of([DecisionEvent(item["transaction_id"]["S"], decode(item)) for item in items], Grid(8.0, 1.135))
    told = sum(answer["emissions_g"] for answer in answers)
    assert sum(line["Decisions"] for line in lines) == record.functional_units == SCORES
    assert sum(line["EmissionsGrams"] for line in lines) == pytest.approx(told)
    assert record.emissions_g == pytest.approx(told)
    assert sum(line["EnergyKwh"] for line in lines) == pytest.approx(record.energy_kwh)
    assert record.estimated_seconds == pytest.approx(SCORES * UNSEEN_SECONDS_PER_SCORE)
    assert record.duration_seconds > record.estimated_seconds


@pytest.mark.parametrize("memory_mb", [512, 1769, 3008])
def test_a_record_knows_the_memory_of_the_function_that_answered(memory_mb):
    """From energy and time, as ingestion is a function of another size."""
    from functions.ingest.emissions import held_by

    cost = Footprint(memory_mb, 34.91, 1.135).of(0.02)
    found = held_by(cost.duration_seconds, cost.energy_kwh)
    assert found.memory_gb == pytest.approx(memory_mb / 1024)
    assert found.embodied_g(0.02) == pytest.approx(cost.embodied_g)


def test_a_lambda_score_by_hand():
    """20 ms of 1,769 MB on Graviton in Stockholm: 0.39 µg of use and 1.07 µg of making."""
    cost = Footprint(1769, 34.91, 1.135, machine="aarch64").of(0.020)
    assert (cost.emissions_g, cost.embodied_g) == pytest.approx((3.8761e-7, 1.07351e-6), rel=1e-4)
    assert cost[1:] == account(of_lambda(1769, "aarch64"), 0.020, intensity_g_per_kwh=34.91, pue=1.135)
