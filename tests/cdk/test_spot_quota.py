"""Machines: how many are asked for, how long jobs wait for one, and what happens where the account may have none."""

from __future__ import annotations

import pytest

FULL = "SageMaker.ResourceLimitExceededException"
BRIEF = {"BuildFeatures", "Reconcile", "Compact"}
MACHINES = {"fraud-detection-pipeline": "BuildFeatures", "feature-upkeep": "Reconcile"}


def waits(state):
    """Seconds that a job state waits in all while the quota is full."""
    (retry,) = (one for one in state["Retry"] if one["ErrorEquals"] == [FULL])
    pauses = (retry["IntervalSeconds"] * retry["BackoffRate"] ** attempt for attempt in range(retry["MaxAttempts"]))
    return sum(min(pause, retry["MaxDelaySeconds"]) for pause in pauses)


def jobs(definition):
    """Job states by name, those inside branches and maps included."""
    for name, state in definition["States"].items():
        if str(state.get("Resource", "")).endswith("createTrainingJob.sync"):
            yield name, state
        for inner in [*state.get("Branches", []), *([state["ItemProcessor"]] if "ItemProcessor" in state else [])]:
            yield from jobs(inner)


def test_the_quota_asked_for_is_what_both_machines_need_at_once(definition, templates):
    """The families side by side, materialize beside them, one job of the night."""
    from cdk.components.spot_quota import SPOT_SLOTS

    materialize, families = definition["States"]["TrainAndMaterialize"]["Branches"]
    assert set(materialize["States"]) == {"Materialize"}
    assert families["States"]["Families"]["MaxConcurrency"] + 1 + 1 == SPOT_SLOTS
    assert templates["GreenFraud-Training"]["Outputs"]["SpotSlots"]["Value"] == str(SPOT_SLOTS)


@pytest.mark.parametrize("name", MACHINES)
def test_a_job_outwaits_what_the_other_machine_may_hold(definition_of, name):
    """A job holds its slot for two attempts at most; only the first attempt of a run is brief, its second state waits."""
    for id_, state in jobs(definition_of(name)):
        held = 2 * state["Parameters"]["StoppingCondition"]["MaxWaitTimeInSeconds"]
        assert waits(state) == 90 if id_ in BRIEF else waits(state) > held


def test_the_night_is_over_before_the_next_one(definition_of):
    """Even where all jobs wait and are tried again as long as they may."""
    upkeep = definition_of("feature-upkeep")
    longest = sum(
        waits(state) + 2 * state["Parameters"]["StoppingCondition"]["MaxWaitTimeInSeconds"]
        for name, state in jobs(upkeep)
        if name != "Reconcile"
    )
    assert longest <= upkeep["TimeoutSeconds"] < 24 * 3600


@pytest.mark.parametrize(("name", "first"), MACHINES.items())
def test_full_is_told_from_none(definition_of, name, first):
    """By SageMaker's own words; whatever else was refused waits in a state of its own, with job names of its own."""
    states = definition_of(name)["States"]
    caught = {"ErrorEquals": [FULL], "ResultPath": "$.refused", "Next": f"{first}Refused"}
    assert states[first]["Catch"] == [caught]
    (choice,) = states[f"{first}Refused"]["Choices"]
    assert (choice["Variable"], choice["StringMatches"]) == ("$.refused.Cause", "*is 0 Instances*")
    assert states[f"{first}Refused"]["Default"] == f"{first}WhenFree"
    brief, patient = (states[state]["Parameters"]["TrainingJobName.$"] for state in (first, f"{first}WhenFree"))
    assert brief != patient


def test_a_night_without_quota_ends_well_and_is_told_once(definition_of, resources):
    """The alarm remembers: a night of silence or of the same leaves it ringing, and a change alone sends a message."""
    states = definition_of("feature-upkeep")["States"]
    assert states["ReconcileRefused"]["Choices"][0]["Next"] == "TellNoQuota"
    assert (states["TellNoQuota"]["Next"], states["NoQuota"]["Type"]) == ("NoQuota", "Succeed")
    told = {name: states[name]["Parameters"]["MetricData"] for name in ("TellNoQuota", "TellQuota")}
    assert told == {name: [{"MetricName": "NoTrainingQuota", "Value": value}] for name, value in zip(told, (1, 0), strict=True)}
    alarm = resources("AWS::CloudWatch::Alarm")["GreenFraud-Training/Upkeep/NoQuotaAlarm"]["Properties"]
    assert (alarm["MetricName"], alarm["TreatMissingData"]) == ("NoTrainingQuota", "ignore")


def test_a_retraining_without_quota_fails_and_says_so(definition):
    """Somebody asked for it: it must not end as if it had trained."""
    states = definition["States"]
    assert states["BuildFeaturesRefused"]["Choices"][0]["Next"] == "NoQuota"
    assert states["NoQuota"] == {"Type": "Fail", "Error": "NoQuota", "CausePath": "$.refused.Cause"}
