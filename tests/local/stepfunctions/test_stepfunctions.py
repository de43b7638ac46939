"""State machines behave as in AWS: paths, errors, times, ends."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta, timezone
from types import SimpleNamespace

import pytest

from local.stepfunctions.executions import wait_for_begin
from tests.local.workbench import chain


def passing(parameters):
    """A machine that answers its parameters."""
    return chain(P={"Type": "Pass", "Parameters": parameters})


@pytest.mark.parametrize(
    ("path", "value"),
    [("$.l[0].x", 1), ("$.l[*].x", [1, 2]), ("$.l[?(@.x==2)].x", [2]), ("$.n", None), ("$['a-b'].c", 3)],
)
def test_a_definite_path_is_a_value_and_any_other_a_list(embedded, path, value):
    """Also in Choice, where a list of one would never match."""
    given = {"l": [{"x": 1}, {"x": 2}], "n": None, "a-b": {"c": 3}}
    assert {"r": value} == embedded.execute(passing({"r.$": path}), given)["output"]


def test_a_choice_matches_a_field_of_a_list_item(embedded):
    """The gate's outcome is read this way."""
    machine = {
        "StartAt": "C",
        "States": {
            "C": {
                "Type": "Choice",
                "Choices": [{"Variable": "$[0].outcome", "StringEquals": "promote", "Next": "Yes"}],
                "Default": "No",
            },
            "Yes": {"Type": "Pass", "Result": "yes", "End": True},
            "No": {"Type": "Pass", "Result": "no", "End": True},
        },
    }
    assert embedded.execute(machine, [{"outcome": "promote"}])["output"] == "yes"


def test_an_unnamed_execution_has_a_name(embedded):
    """And its start is a string, its redrive count a number."""
    names = {"name.$": "$$.Execution.Name", "at.$": "$$.Execution.StartTime", "redriven.$": "$$.Execution.RedriveCount"}
    output = embedded.execute(passing(names))["output"]
    assert len(output["name"]) == 36
    assert output["at"].endswith("Z")
    assert output["redriven"] == 0


def test_an_inner_error_keeps_its_name_across_map_and_parallel(embedded):
    """States.TaskFailed of a branch can be caught outside."""
    failing = {"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "States.TaskFailed", "Cause": "why"}}}
    mapping = {"Type": "Map", "ItemsPath": "$.x", "ItemProcessor": failing, "End": True}
    machine = {
        "StartAt": "P",
        "States": {
            "P": {
                "Type": "Parallel",
                "Branches": [{"StartAt": "M", "States": {"M": mapping}}],
                "Catch": [{"ErrorEquals": ["States.TaskFailed"], "Next": "K"}],
                "End": True,
            },
            "K": {"Type": "Pass", "End": True},
        },
    }
    assert embedded.execute(machine, {"x": [1]})["output"] == {"Error": "States.TaskFailed", "Cause": "why"}


def test_all_errors_do_not_include_a_runtime_error(embedded):
    """A path that leads nowhere ends the execution, as in AWS."""
    inner = {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}
    mapping = {"Type": "Map", "ItemsPath": "$.nowhere", "ItemProcessor": inner, "End": True}
    mapping["Catch"] = [{"ErrorEquals": ["States.ALL"], "Next": "K"}]
    machine = {"StartAt": "M", "States": {"M": mapping, "K": {"Type": "Pass", "End": True}}}
    assert embedded.execute(machine)["status"] == "FAILED"


def test_a_wait_ends_at_its_time(embedded):
    """Not a fraction of a second before, and in its own time zone: two hours more, and it would still run."""
    until = datetime.now(UTC) + timedelta(seconds=1.2)
    text = until.astimezone(timezone(timedelta(hours=2))).isoformat()
    assert embedded.execute(chain(W={"Type": "Wait", "TimestampPath": "$.t"}), {"t": text})["status"] == "SUCCEEDED"
    assert datetime.now(UTC) >= until


@pytest.mark.parametrize(
    ("body", "seconds", "error"),
    [
        ("raise ValueError('x')", 300, "ValueError"),
        ("import os; os._exit(1)", 300, "Runtime.ExitError"),
        ("import time; time.sleep(600)", 1, "Sandbox.Timedout"),
    ],
)
def test_a_function_s_error_is_caught_by_its_name(embedded, body, seconds, error):
    """Exceptions, crashes and time-outs."""
    name = embedded.function(f"def handler(event, context):\n    {body}", Timeout=seconds)
    parameters = {"FunctionName": name, "Payload": {}}
    task = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": parameters, "End": True}
    task["Catch"] = [{"ErrorEquals": [error], "ResultPath": "$.e", "Next": "K"}]
    machine = {"StartAt": "T", "States": {"T": task, "K": {"Type": "Pass", "OutputPath": "$.e.Error", "End": True}}}
    assert error == embedded.execute(machine)["output"]


def test_stopping_waits_until_there_is_something_to_stop():
    """An execution just started has no environment yet; moto would fail to stop it."""
    worker = SimpleNamespace(env=None)
    threading.Timer(0.2, setattr, (worker, "env", "made")).start()
    wait_for_begin(SimpleNamespace(exec_worker=worker))
    assert worker.env == "made"


def test_every_end_is_a_data_point(embedded):
    """What an alarm on failed executions watches."""
    machine = embedded.machine(chain(F={"Type": "Fail", "Error": "E", "Cause": "c"}))
    embedded.client("stepfunctions").start_execution(stateMachineArn=machine)

    def failed():
        now = time.time()
        return embedded.client("cloudwatch").get_metric_statistics(
            Namespace="AWS/States",
            MetricName="ExecutionsFailed",
            Dimensions=[{"Name": "StateMachineArn", "Value": machine}],
            StartTime=now - 60,
            EndTime=now + 60,
            Period=60,
            Statistics=["Sum"],
        )["Datapoints"]

    assert [point["Sum"] for point in embedded.wait_until(failed)] == [1.0]
