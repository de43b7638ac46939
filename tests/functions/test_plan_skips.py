"""The plan of a run that nobody asked for: skipped with its reason where it is not worth it, and never for ever."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from lake_world import put_link
from past_world import past_run, put_past, weeks_of
from plan_world import FIRST, SECOND, chunks_of

from greenfraud.families import FAMILIES
from greenfraud.items import lease as lease_items
from greenfraud.naming import RUNS, plan_key

MOMENT = "2018-05-14T01:00:00Z"
SCHEDULED = {"trigger": "schedule", "scheduled_at": MOMENT}
RUNS_KEPT = [past_run(number) for number in range(4)]


@pytest.fixture
def worthless(plan, s3, dynamodb):
    """A platform that trained six days ago, whose runs bring nothing, and where a week is new; trained so many days ago."""

    def prepare(days: float = 6.0):
        at = (datetime.now(UTC) - timedelta(days=days)).isoformat()
        for family in FAMILIES:
            put_link(dynamodb, FIRST, family, trained_at=at)
        put_past(s3, RUNS_KEPT, weeks_of())
        return plan

    return prepare


def test_a_scheduled_run_that_gains_nothing_is_skipped_with_the_reason(worthless, s3, dynamodb, capsys):
    """It is a success that trains nothing, takes no lease, is counted, and keeps what it avoided."""
    planned = worthless()(**SCHEDULED)
    assert (planned["outcome"], planned["families"]) == ("skipped", [])
    assert planned["reason"] == "not worth a run: expected to gain 0.00 EUR until the next one, and to cost 0.03"
    stored = json.loads(s3.get_object(Bucket="artifacts", Key=plan_key(planned["execution"]))["Body"].read())
    assert (stored["worth"]["avoided_g"], stored["worth"]["postponed_g"]) == (pytest.approx(3.0), pytest.approx(1.0))
    assert stored["worth"]["prices"]["sources"] == ["a bank", "a market"]
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["RunsSkipped"] == 1.0
    assert "Item" not in dynamodb.get_item(TableName="leases", Key=lease_items.key())


def test_an_alarm_of_drift_is_weighed_as_the_schedule_is(worthless):
    """So that a drift that stays does not train every night what brings nothing."""
    plan = worthless()
    assert plan(trigger="drift", alarm="arn", reason="2.0", scheduled_at=MOMENT)["outcome"] == "skipped"


@pytest.mark.parametrize(
    "wish", [{}, {"trigger": "person"}, *({**SCHEDULED, name: True} for name in ("force", "full", "over_budget"))]
)
def test_what_a_person_wishes_is_never_skipped(worthless, wish):
    """Nor weighed."""
    planned = worthless()(**wish)
    assert planned["outcome"] == "train"
    assert "worth" not in planned


@pytest.mark.parametrize(("days", "outcome"), [(12.9, "skipped"), (13.0, "train")])
def test_nothing_is_skipped_for_ever(worthless, days, outcome):
    """SKIP_DAYS after the newest training a run goes ahead, and says so."""
    planned = worthless(days)(**SCHEDULED)
    assert planned["outcome"] == outcome
    if outcome == "train":
        words = "what it gains cannot be estimated, so it goes ahead: nothing was trained for 13 days"
        assert planned["worth"]["words"] == words
        assert chunks_of(planned) == [SECOND]


def test_a_first_training_goes_ahead(plan):
    """Nobody trained before."""
    planned = plan(**SCHEDULED)
    assert (planned["outcome"], planned["worth"]["unknown"]) == ("train", "nothing was trained before")


def test_a_release_that_changed_features_is_no_time_to_skip(worthless, s3):
    """The model that serves may not be servable any more, and the rules answer until another one is."""
    plan = worthless()
    put_past(s3, [past_run(5, manifest_version="before")], [])
    planned = plan(**SCHEDULED)
    assert (planned["outcome"], planned["worth"]["unknown"]) == ("train", "a release has changed the features since the last run")


@pytest.mark.parametrize("broken", [b"{", b"[]", b'{"schema": 1}'])
def test_a_damaged_record_of_the_past_trains_all_the_same(worthless, s3, broken):
    """A figure that cannot be read is no reason to train less."""
    plan = worthless()
    s3.put_object(Bucket="artifacts", Key=f"{RUNS}2018-05-09T00:00:00Z-x.json", Body=broken)
    planned = plan(**SCHEDULED)
    assert planned["outcome"] == "train"
    assert planned["worth"]["unknown"].startswith("what is kept of the past cannot be read")


@pytest.mark.parametrize("broken", [b"{", b"[]", b'{"chunk": "20180429-20180506"}'])
def test_a_damaged_week_trains_all_the_same(worthless, s3, broken):
    """The lake's reports are read as they lie there."""
    plan = worthless()
    s3.put_object(Bucket="lake", Key="reports/quality/20180429-20180506.json", Body=broken)
    assert plan(**SCHEDULED)["outcome"] == "train"


def test_a_setting_of_no_days_weighs_nothing(worthless, start, monkeypatch):
    """The role may not read the past then."""
    worthless()
    monkeypatch.setenv("SKIP_DAYS", "0")
    handler = start("plan")
    arn = "arn:aws:states:eu-north-1:123456789012:execution:fraud-detection-pipeline:monday"
    assert handler({"execution_arn": arn, "input": SCHEDULED}, None)["outcome"] == "train"
