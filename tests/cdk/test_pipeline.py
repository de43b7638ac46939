"""The state machine: order, data flow, retries and the parameters of its jobs."""

from __future__ import annotations

import importlib
import json
import re
from pathlib import Path

import pytest

FULL = "SageMaker.ResourceLimitExceededException"
JOBS = {
    "BuildFeatures": "features",
    "BuildFeaturesWhenFree": "features",
    "Materialize": "materialize",
    "Train": "train",
    "Evaluate": "evaluate",
    "Report": "report",
}
CORE = Path(__file__).resolve().parents[2] / "layers/greenfraud/python"
CONTROL = ("RecordLineage", "Gate", "Promote")
CLEAN_POWER = ("ChooseStart", "AccountForWaiting")


@pytest.fixture
def lease(monkeypatch):
    """The lease as those who take it and ask for it know it; this part of the core is standard library alone."""
    monkeypatch.syspath_prepend(str(CORE))
    return importlib.import_module("greenfraud.items.lease")


def tasks(states):
    """Task states by name."""
    return {name: state for name, state in states.items() if state["Type"] == "Task"}


def following(definition, first):
    """The straight line from a state through `Next` and `Default`."""
    line = [first]
    while step := definition["States"][line[-1]].get("Next") or definition["States"][line[-1]].get("Default"):
        line.append(step)
    return line


def test_a_run_goes_from_plan_to_report(definition):
    """What is not promoted goes from the gate to the report."""
    assert following(definition, definition["StartAt"]) == [
        "MayWait",
        "Plan",
        "IsAnythingNew",
        "BuildFeatures",
        "TrainAndMaterialize",
        "Evaluate",
        "Gate",
        "IsPromoted",
        "Report",
        "MightWait",
        "Succeeded",
    ]


@pytest.mark.parametrize(
    ("outcome", "end"), [("nothing_to_train", "NothingToTrain"), ("skipped", "Skipped"), ("already_running", "AlreadyRunning")]
)
def test_nothing_new_and_another_execution_end_the_run_at_once(definition, outcome, end):
    """It succeeds, so nobody is woken, with the plan as its output."""
    (choice,) = [one for one in definition["States"]["IsAnythingNew"]["Choices"] if one["Next"] == end]
    assert choice == {"Variable": "$.outcome", "StringEquals": outcome, "Next": end}
    assert definition["States"][end] == {"Type": "Succeed"}


def test_a_lease_outlasts_every_execution(definition, lease):
    """Who is over its time is dead, also where Step Functions cannot tell."""
    assert definition["TimeoutSeconds"] + 3_600 == lease.LASTS.total_seconds()


def test_only_the_gate_leads_to_promotion(definition):
    """And to a shadow; either is followed by the report like every other outcome."""
    (choice,) = definition["States"]["IsPromoted"]["Choices"]
    outcomes = [{"Variable": "$.gate.decision.outcome", "StringEquals": outcome} for outcome in ("promote", "shadow")]
    assert choice == {"Or": outcomes, "Next": "Promote"}
    assert definition["States"]["Promote"]["Next"] == "Report"


def test_families_train_side_by_side_and_chunks_in_order(definition):
    """A chunk starts from the checkpoint of the one before."""
    materialize, families = definition["States"]["TrainAndMaterialize"]["Branches"]
    chunks = families["States"]["Families"]["ItemProcessor"]["States"]["Chunks"]
    assert list(materialize["States"]) == ["Materialize"]
    assert families["States"]["Families"]["MaxConcurrency"] == 3
    assert chunks["MaxConcurrency"] == 1
    assert chunks["ItemProcessor"]["States"]["Train"]["Next"] == "RecordLineage"


def test_every_task_is_retried(states):
    """What passes by itself ends no run."""
    assert set(tasks(states)) == {"Plan", *CLEAN_POWER, *JOBS, *CONTROL}
    for name, state in tasks(states).items():
        assert state["Retry"], name


def test_a_failure_is_left_to_step_functions(states):
    """A Catch that leads to a Fail state would be where a redrive begins, and fails again; others decide something."""
    caught = {name: [catch["ErrorEquals"] for catch in state["Catch"]] for name, state in states.items() if "Catch" in state}
    clean_power = {name: [["States.ALL"]] for name in CLEAN_POWER}  # a figure that nobody can tell holds no run up
    assert caught == {"BuildFeatures": [[FULL]], **clean_power}
    assert [name for name, state in states.items() if state["Type"] == "Fail"] == ["NoQuota"]  # before anything was made


def test_every_job_runs_its_step_of_the_one_image(states):
    """Entry point and argument follow the container's contract."""
    for name, step in JOBS.items():
        algorithm = states[name]["Parameters"]["AlgorithmSpecification"]
        assert states[name]["Resource"] == "arn:aws:states:::sagemaker:createTrainingJob.sync"
        assert algorithm["ContainerEntrypoint"] == ["python", "-m", "training"]
        assert algorithm["ContainerArguments"] == [step]
        assert algorithm["TrainingInputMode"] == "File"


def test_every_job_runs_on_spare_capacity_and_passes_its_input_on(states):
    """Managed spot needs a waiting time of at least the running time."""
    for name in JOBS:
        parameters = states[name]["Parameters"]
        assert parameters["EnableManagedSpotTraining"] is True
        assert parameters["StoppingCondition"] == {"MaxRuntimeInSeconds": 3600, "MaxWaitTimeInSeconds": 7200}
        assert parameters["OutputDataConfig"] == {"S3OutputPath": "s3://<reference>/jobs/"}
        assert states[name]["ResultPath"] is None


@pytest.mark.parametrize(
    ("name", "hyperparameters"),
    [
        ("BuildFeatures", ["execution"]),
        ("BuildFeaturesWhenFree", ["execution"]),
        ("Materialize", ["execution"]),
        ("Report", ["execution"]),
        ("Train", ["execution", "family", "chunk", "version", "is_last"]),
    ],
)
def test_hyperparameters_come_from_the_plan(states, name, hyperparameters):
    """Each is read from the state's input under its own name."""
    expected = {f"{key}.$": f"$.{key}" for key in hyperparameters}
    assert states[name]["Parameters"]["HyperParameters"] == expected


def test_evaluation_reads_the_holdout(states):
    """One channel, and the chunk by name."""
    parameters = states["Evaluate"]["Parameters"]
    assert parameters["HyperParameters"] == {"execution.$": "$.execution", "holdout_chunk.$": "$.holdout.chunk"}
    assert channels(parameters) == {"holdout": "$.holdout.features_uri"}


def test_training_reads_features_and_parent_and_can_resume(states):
    """Resume points are kept by job key, so a second attempt finds them."""
    parameters = states["Train"]["Parameters"]
    assert channels(parameters) == {"features": "$.features_uri", "parent": "$.parent_uri"}
    sources = [channel["DataSource"]["S3DataSource"] for channel in parameters["InputDataConfig"]]
    kinds = [{name: kind for name, kind in source.items() if name.startswith("S3DataType")} for source in sources]
    assert kinds == [{"S3DataType.$": "$.features_type"}, {"S3DataType": "S3Prefix"}]  # a full refit's features are listed
    assert parameters["CheckpointConfig"] == {
        "S3Uri.$": "States.Format('s3://<reference>/spot/{}/', $.job_key)",
        "LocalPath": "/opt/ml/checkpoints",
    }


def channels(parameters):
    """S3 prefix by channel name."""
    configured = parameters["InputDataConfig"]
    return {channel["ChannelName"]: channel["DataSource"]["S3DataSource"]["S3Uri.$"] for channel in configured}


LONGEST = {
    "$.family": "baseline",
    "$.date": "20180501",
    "$$.Execution.RedriveCount": "1000",  # Step Functions allows no more
    "$$.State.RetryCount": "999",
    "$.execution": "0" * 12,
    "$.job_key": "0" * 12,
}


@pytest.mark.parametrize("name", JOBS)
def test_job_names_are_unique_per_attempt_and_short_enough(states, name):
    """SageMaker takes 63 of letters, digits and hyphens, each name once; a redrive starts the retries at 0 again."""
    expression = states[name]["Parameters"]["TrainingJobName.$"]
    template, arguments = re.fullmatch(r"States\.Format\('(.+)', (.+)\)", expression).groups()
    paths = arguments.split(", ")
    assert paths[-3:-1] == ["$$.Execution.RedriveCount", "$$.State.RetryCount"]
    assert re.fullmatch(r"gf-[a-zA-Z0-9-]{1,60}", template.format(*(LONGEST[path] for path in paths)))


def test_record_and_gate_get_what_they_need_from_the_plan(states):
    """Each value under its own name."""
    assert states["RecordLineage"]["Parameters"]["Payload"] == {
        f"{name}.$": f"$.{name}" for name in ("execution", "family", "chunk", "version")
    }
    assert states["Gate"]["Parameters"]["Payload"] == {"execution.$": "$.execution"}


def test_a_promotion_is_told_nothing_but_its_execution(states):
    """The model, the reasons and the actor are read where no payload reaches: in the gate's decision and at Step Functions."""
    assert states["Promote"]["Parameters"]["Payload"] == {"execution_arn.$": "$$.Execution.Id"}


def test_the_plan_gets_the_input_and_becomes_the_state(states):
    """Everything after it reads the plan."""
    plan = states["Plan"]
    assert plan["Parameters"]["Payload"] == {"execution_arn.$": "$$.Execution.Id", "input.$": "$$.Execution.Input"}
    assert plan["OutputPath"] == "$.Payload"


def test_a_run_with_a_deadline_waits_for_its_cleanest_window_and_no_other_does(definition):
    """Before anything is planned; where nobody can say when, it starts at once."""
    states = definition["States"]
    assert states["MayWait"]["Choices"] == [{"Variable": "$.deadline", "IsPresent": True, "Next": "ChooseStart"}]
    assert (states["MayWait"]["Default"], states["ChooseStart"]["Catch"][0]["Next"]) == ("Plan", "Plan")
    assert following(definition, "ChooseStart")[:3] == ["ChooseStart", "IsCleanerLater", "Plan"]
    assert states["IsCleanerLater"]["Choices"] == [{"Variable": "$.waits", "BooleanEquals": True, "Next": "WaitForCleanPower"}]
    assert states["WaitForCleanPower"] == {"Type": "Wait", "TimestampPath": "$.start_at", "Next": "Plan"}
    assert states["MightWait"]["Choices"] == [{"Variable": "$.may_wait", "IsPresent": True, "Next": "AccountForWaiting"}]
    assert states["AccountForWaiting"]["Catch"][0]["Next"] == states["AccountForWaiting"]["Next"] == "Succeeded"


def test_only_the_schedule_sets_a_deadline_and_says_when_it_was_due(resources):
    """A person's start waits for clean power only where asked to; two deliveries of one event say the same moment."""
    schedule = resources("AWS::Scheduler::Schedule")["GreenFraud-Training/Retrain"]
    given = json.loads(schedule["Properties"]["Target"]["Input"])
    assert given == {"trigger": "schedule", "deadline": 12, "scheduled_at": "<aws.scheduler.scheduled-time>"}
