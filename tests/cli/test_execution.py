"""An execution is followed by what it leaves behind, and a failed job speaks for itself."""

from __future__ import annotations

import json

import pytest
from fake_platform import EXECUTION_ARN, FakePlatform

from cli import execution as execution_module
from cli.errors import CommandError, InputError
from cli.execution import follow_execution, start_execution
from greenfraud.naming import execution_key, execution_prefix

KEY = execution_key(EXECUTION_ARN)
PREFIX = execution_prefix(KEY)
CHUNK = {"chunk": "20260101-20260108", "chunks": ["20260101-20260108"], "job_key": "0123456789ab"}
PLAN = {"outcome": "train", "date": "20260401", "families": [{"family": "light", "chunks": [CHUNK]}], "holdout": {"chunk": "x"}}
TRAIN_JOB = "gf-light-20260401-0-0123456789ab"


class Notes:
    """A watcher that writes down what it hears."""

    def __init__(self) -> None:
        self.heard: list[tuple] = []

    def __getattr__(self, name):
        return lambda *heard: self.heard.append((name, *heard))

    def of(self, name):
        """What was heard under `name`."""
        return [heard[1:] for heard in self.heard if heard[0] == name]


@pytest.fixture
def platform(monkeypatch):
    """A platform whose execution has made a plan."""
    monkeypatch.setattr(execution_module, "POLL_SECONDS", 0)
    platform = FakePlatform()
    platform.s3.objects[f"{PREFIX}plan.json"] = PLAN
    return platform


def test_each_result_is_told_once_however_often_one_looks(platform):
    """Plan, each trained chunk, evaluation, decision."""
    results = iter([f"{PREFIX}train/light/20260101-20260108.json", f"{PREFIX}evaluation.json", f"{PREFIX}decision.json"])
    platform.stepfunctions.statuses = ["RUNNING"] * 5 + ["SUCCEEDED"]
    platform.stepfunctions.on_look = lambda: platform.s3.objects.update(
        {key: {"from": key}} if (key := next(results, None)) else {}
    )
    notes = Notes()
    execution = follow_execution(platform, EXECUTION_ARN, notes)
    assert [len(notes.of(name)) for name in ("planned", "trained", "evaluated", "decided")] == [1, 1, 1, 1]
    trained = "train/light/20260101-20260108.json"
    assert execution.results[trained] == {"from": f"{PREFIX}{trained}"}


def test_seconds_come_from_the_jobs_and_the_history(platform):
    """By step and family; only this execution's jobs count."""
    platform.sagemaker.jobs = {f"gf-features-20260401-0-{KEY}": ("Completed", None), TRAIN_JOB: ("Completed", None)}
    platform.sagemaker.jobs["gf-heavy-20260401-0-ffffffffffff"] = ("Completed", None)
    execution = follow_execution(platform, EXECUTION_ARN, Notes())
    assert [job.name for job in execution.jobs] == [f"gf-features-20260401-0-{KEY}", TRAIN_JOB]
    assert execution.seconds() == {
        "features": 3.0,
        "materialize": 0.0,
        "evaluate": 0.0,
        "report": 0.0,
        "train": {"light": 3.0},
        "promote": 2.0,
    }


def test_a_failed_job_is_told_once_and_its_own_reason_is_the_error(platform):
    """Not the state machine's wrapping of it."""
    platform.sagemaker.jobs = {TRAIN_JOB: ("Failed", "loss is not finite at epoch 3")}
    platform.stepfunctions.statuses = ["RUNNING", "RUNNING", "FAILED"]
    platform.stepfunctions.answer = {"error": "States.TaskFailed", "cause": json.dumps({"FailureReason": "other"})}
    notes = Notes()
    with pytest.raises(CommandError, match=f"job {TRAIN_JOB}: loss is not finite at epoch 3") as caught:
        follow_execution(platform, EXECUTION_ARN, notes)
    assert notes.of("job_failed") == [(TRAIN_JOB, "loss is not finite at epoch 3")]
    assert caught.value.exit_code == 1


def test_a_refused_input_is_the_persons_fault(platform):
    """An unknown family, say: the plan function names the choices."""
    platform.stepfunctions.statuses = ["FAILED"]
    cause = json.dumps({"errorType": "InvalidInput", "errorMessage": "families: 'huge' is not one of baseline, light, heavy"})
    platform.stepfunctions.answer = {"error": "InvalidInput", "cause": cause}
    with pytest.raises(InputError, match="families: 'huge' is not one of baseline, light, heavy"):
        follow_execution(platform, EXECUTION_ARN, Notes())


def test_nothing_to_train_is_a_success(platform):
    """The output says why."""
    platform.stepfunctions.answer = {"output": json.dumps({"outcome": "nothing_to_train", "reason": "all trained"})}
    assert follow_execution(platform, EXECUTION_ARN, Notes()).is_idle


def test_an_execution_starts_with_the_document_the_person_gave(platform):
    """As the console sends it."""
    assert start_execution(platform, {"families": ["light"], "force": True}) == EXECUTION_ARN
    assert platform.stepfunctions.started == [{"families": ["light"], "force": True}]


@pytest.mark.parametrize("reason", ["there is no models/light/v3/manifest.json", None])
def test_a_shadow_that_was_left_out_is_told(platform, reason):
    """The execution has succeeded without it."""
    platform.stepfunctions.answer = {"output": json.dumps({"promotion": {"revision": 3, "prefix": "x", "left_out": reason}})}
    notes = Notes()
    follow_execution(platform, EXECUTION_ARN, notes)
    assert notes.of("left_out") == ([(reason,)] if reason else [])
