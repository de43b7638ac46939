"""The nightly upkeep of features: its jobs, its names, its schedule."""

from __future__ import annotations

import re

import pytest

JOBS = {"Compact": "compact", "Reconcile": "reconcile", "ReconcileWhenFree": "reconcile", "WatchSkew": "monitor"}
LIKE = {
    "Compact": "BuildFeatures",
    "Reconcile": "BuildFeatures",
    "ReconcileWhenFree": "BuildFeaturesWhenFree",
    "WatchSkew": "Report",
}


ALARMS = ("Skew", "Ahead", "Damaged", "Uncompacted")


@pytest.fixture
def definition(definition_of):
    """The definition of the second state machine."""
    return definition_of("feature-upkeep")


def test_the_lake_is_compacted_then_corrects_before_skew_is_looked_for(definition):
    """A straight line."""
    line = [definition["States"][definition["StartAt"]]["Default"]]
    while step := definition["States"][line[-1]].get("Next"):
        line.append(step)
    assert line == ["NameRun", "DateRun", "Compact", "Reconcile", "TellQuota", "WatchSkew", "UpkeepDone"]
    assert definition["States"]["ReconcileWhenFree"]["Next"] == "TellQuota"


@pytest.mark.parametrize(("name", "step"), JOBS.items())
def test_each_job_is_run_and_retried_as_those_of_the_pipeline(definition, definition_of, name, step):
    """Same image, machine, spot and retries; only step, name and hyperparameters are its own."""
    state, of_pipeline = definition["States"][name], definition_of("fraud-detection-pipeline")["States"][LIKE[name]]
    assert (state["Resource"], state["Retry"]) == (of_pipeline["Resource"], of_pipeline["Retry"])
    own = {"TrainingJobName.$", "HyperParameters", "AlgorithmSpecification", "RoleArn"}
    of_pipeline["Parameters"]["Environment"].pop("MLFLOW_TRACKING_URI", None)  # neither of these tells MLflow of itself
    if step == "compact":
        own.add("StoppingCondition")
    shared = {key: value for key, value in of_pipeline["Parameters"].items() if key not in own}
    assert shared == {key: value for key, value in state["Parameters"].items() if key not in own}
    assert state["Parameters"]["AlgorithmSpecification"]["ContainerArguments"] == [step]
    wished = {"report.$": "$.wishes.report", "only_compares.$": "$.wishes.only_compares"} if step == "reconcile" else {}
    assert state["Parameters"]["HyperParameters"] == {"execution.$": "$.execution", **wished}


def test_a_person_may_wish_for_a_report_and_the_schedule_wishes_nothing(definition):
    """What the input says is laid over what the night does; a job takes any hyperparameter as text."""
    assert definition["States"]["NameRun"]["Parameters"]["wishes"] == {"report": "", "only_compares": "false"}
    assert definition["States"]["DateRun"]["Parameters"]["wishes.$"] == "States.JsonMerge($.wishes, $$.Execution.Input, false)"


def test_a_failure_is_left_to_step_functions(definition):
    """So a redrive begins with the job that failed; what is caught leads on: a second delivery, a full quota, an untaken metric."""
    states = definition["States"]
    caught = {name for name, state in states.items() if "Catch" in state}
    assert caught == {"RememberStart", "Compact", "Reconcile", "TellNoQuota", "TellQuota"}
    assert "Fail" not in {state["Type"] for state in states.values()}


def test_a_lake_that_no_machine_is_free_to_compact_waits_for_the_next_night(definition):
    """It is asked for briefly; the job that follows waits, and finds out whether the account may have a machine at all."""
    compact = definition["States"]["Compact"]
    assert compact["Catch"] == [
        {"ErrorEquals": ["SageMaker.ResourceLimitExceededException"], "ResultPath": "$.refused", "Next": "Reconcile"}
    ]
    assert compact["Parameters"]["StoppingCondition"] == {"MaxRuntimeInSeconds": 3600, "MaxWaitTimeInSeconds": 4500}


def test_job_names_are_unique_per_run_and_attempt(definition):
    """Date, attempt and twelve hexadecimal digits of the run, as everywhere."""
    assert definition["States"]["NameRun"]["Parameters"]["execution.$"] == (
        "States.ArrayGetItem(States.StringSplit(States.UUID(), '-'), 4)"
    )
    for name, step in JOBS.items():
        template, arguments = re.fullmatch(
            r"States\.Format\('(.+)', (.+)\)", definition["States"][name]["Parameters"]["TrainingJobName.$"]
        ).groups()
        assert arguments == "$.date, $$.Execution.RedriveCount, $$.State.RetryCount, $.execution"
        assert re.fullmatch(rf"gf-{step}-[a-zA-Z0-9-]{{1,50}}", template.format("20180501", "1000", "999", "0" * 12))


def test_it_runs_every_night(resources):
    """At an hour that a setting names."""
    schedule = resources("AWS::Scheduler::Schedule")["GreenFraud-Training/Upkeep/Nightly"]["Properties"]
    assert schedule["ScheduleExpression"] == "cron(0 3 * * ? *)"
    assert schedule["Target"]["Input"] == '{"scheduled_at":"<aws.scheduler.scheduled-time>"}'


def test_a_moment_that_a_schedule_names_begins_one_run(definition):
    """Remembered with the execution, which may be tried again; a start by hand names no moment."""
    states = definition["States"]
    (choice,) = states[definition["StartAt"]]["Choices"]
    assert (choice["Variable"], choice["IsPresent"], choice["Next"]) == ("$.scheduled_at", True, "RememberStart")
    remembered = states["RememberStart"]
    assert remembered["Parameters"]["Item"] == {
        "lease": {"S": "feature-upkeep"},
        "scheduled_at": {"S.$": "$.scheduled_at"},
        "holder": {"S.$": "$$.Execution.Id"},
    }
    assert remembered["Next"] == states[definition["StartAt"]]["Default"] == "NameRun"
    (caught,) = remembered["Catch"]
    assert caught == {"ErrorEquals": ["DynamoDB.ConditionalCheckFailedException"], "Next": "DeliveredTwice"}
    assert caught["ErrorEquals"][0] not in remembered["Retry"][0]["ErrorEquals"]
    assert states["DeliveredTwice"] == {"Type": "Succeed"}


def test_skew_damage_and_events_that_never_landed_wake_somebody(resources):
    """Any of them, once."""
    alarms = resources("AWS::CloudWatch::Alarm")
    watched = {alarms[f"GreenFraud-Training/Upkeep/{name}"]["Properties"]["MetricName"] for name in ALARMS}
    assert watched == {"FeatureSkewShare", "StatesAheadOfLake", "DamagedStates", "UncompactedDays"}


def test_what_a_second_of_ingestion_lag_makes_wakes_nobody(resources):
    """Two payments within that second: 0.008 % of the values (decision 8)."""
    (skew,) = (alarm for name, alarm in resources("AWS::CloudWatch::Alarm").items() if name.endswith("Upkeep/Skew"))
    assert skew["Properties"]["Threshold"] == 0.001


def test_a_start_that_cannot_be_delivered_is_kept_where_an_alarm_counts_it(resources):
    """Both schedules, after six hours of trying."""
    (queue,) = (name for name in resources("AWS::SQS::Queue") if name == "GreenFraud-Training/DeadLetters/Queue")
    schedules = resources("AWS::Scheduler::Schedule")
    assert len(schedules) == 2
    for schedule in schedules.values():
        target = schedule["Properties"]["Target"]
        assert target["RetryPolicy"] == {"MaximumEventAgeInSeconds": 6 * 3600, "MaximumRetryAttempts": 185}
        assert target["DeadLetterConfig"]["Arn"]["Fn::GetAtt"][0].startswith("DeadLettersQueue"), queue
