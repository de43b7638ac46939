"""A month's budget of carbon and money: it warns, then heavy stays out, then nothing is trained."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from aws_world import golden
from lake_world import put_dataset

from functions.plan.budget import Budget, Spending, Verdict, judge
from greenfraud.run_request import RunRequest


def this_month():
    """Its first day, at the moment of asking: a run of tests may begin in the one before."""
    return datetime.now(UTC).date().replace(day=1)


@pytest.fixture
def spent(s3):
    """Puts the record of a job into the lake."""

    def put(emissions_g: float, *, hours: float = 0.0, day=None, stage: str = "train") -> None:
        key = f"emissions/dt={(day or this_month()).isoformat()}/{stage}-gf-{emissions_g}-{hours}.json"
        body = {"emissions_g": emissions_g, "duration_seconds": hours * 3600, "stage": stage}
        s3.put_object(Bucket="lake", Key=key, Body=json.dumps(body))

    return put


@pytest.fixture
def limited(start, s3, monkeypatch):
    """The plan function with 100 g and 10 USD a month, called with an input."""
    monkeypatch.setenv("BUDGET_G_A_MONTH", "100")
    monkeypatch.setenv("BUDGET_USD_A_MONTH", "10")
    put_dataset(s3)
    handler = start("plan")
    return lambda **request: handler(golden("step_functions_plan") | {"input": request}, None)


def families(planned: dict) -> list[str]:
    """Who trains."""
    return [entry["family"] for entry in planned["families"]]


def test_below_four_fifths_nothing_is_said(limited, spent, capsys):
    """But the share is told, so that an alarm can ring."""
    spent(79.0, hours=1.0)
    planned = limited()
    assert (families(planned), planned["warnings"]) == (["baseline", "light", "heavy"], [])
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["TrainingBudgetUsed"] == pytest.approx(0.79)


def test_from_four_fifths_on_it_warns(limited, spent):
    """By the budget of which more is used."""
    spent(80.0)
    spent(5.0, stage="features")
    planned = limited()
    assert families(planned) == ["baseline", "light", "heavy"]
    assert planned["warnings"] == ["85 % of the month's carbon budget of 100 g is used"]


def test_a_used_budget_leaves_heavy_out(limited, spent):
    """Eighty hours at 0.125 USD are ten."""
    spent(1.0, hours=80.0)
    planned = limited()
    assert families(planned) == ["baseline", "light"]
    assert planned["warnings"] == ["100 % of the month's money budget of 10 USD is used: heavy is left out"]
    assert limited(families=["heavy"])["outcome"] == "nothing_to_train"


def test_a_budget_far_overdrawn_trains_nothing_and_says_the_way_on(limited, spent):
    """It ends well: nobody is woken by what was decided on purpose."""
    spent(120.0)
    planned = limited()
    assert (planned["outcome"], planned["families"]) == ("nothing_to_train", [])
    assert planned["reason"] == "120 % of the month's carbon budget of 100 g is used; over_budget trains all the same"
    assert families(limited(over_budget=True)) == ["baseline", "light", "heavy"]
    assert limited(over_budget=True)["warnings"] == ["120 % of the month's carbon budget of 100 g is used"]


def test_the_making_of_the_machines_is_part_of_what_is_emitted():
    """Records of earlier releases do not know it."""
    records = [{"emissions_g": 1.0, "embodied_g": 2.0, "duration_seconds": 1.0}, {"emissions_g": 4.0, "duration_seconds": 1.0}]
    assert Spending.of(records, 0.125).grams == 7.0


def test_another_month_and_scoring_are_no_training_of_this_one(limited, spent):
    """A budget begins anew with the month; scores have records of their own."""
    spent(500.0, day=this_month() - timedelta(days=1))
    spent(500.0, stage="serve")
    assert limited()["warnings"] == []


def test_without_a_budget_no_record_is_read(plan, spent):
    """Which the role could not."""
    spent(1e9)
    assert plan()["warnings"] == []


def test_a_budget_of_one_kind_leaves_the_other_without_limit():
    """0 is no limit, not an empty purse."""
    assert judge(Spending(50.0, 1e9), Budget(100.0, 0.0, 1.0)).share == 0.5
    assert judge(Spending(1e9, 0.0), Budget(0.0, 10.0, 1.0)).share == 0.0


@pytest.mark.parametrize("share", [0.0, 0.5, 0.8, 1.0, 1.2, 9.0])
def test_a_verdict_never_adds_a_family(share: float):
    """Whatever was asked for."""
    asked = RunRequest(families=("light",))
    assert set(Verdict(share, "used").limit(asked).families) <= {"light"}
