"""State machines behave as in AWS: paths, errors, times, training jobs and their retries."""

from __future__ import annotations

import textwrap
import threading
import time
from datetime import UTC, datetime, timedelta, timezone
from types import SimpleNamespace

import pytest

from local.stepfunctions.executions import wait_for_begin

IMAGE = "123456789012.dkr.ecr.eu-north-1.amazonaws.com/training:1"


def chain(**states):
    """States one after the other."""
    names = list(states)
    linked = {
        name: state if "Next" in state or state["Type"] in ("Choice", "Fail") else {**state, **follow(names, index)}
        for index, (name, state) in enumerate(states.items())
    }
    return {"StartAt": names[0], "States": linked}


def follow(names, index):
    """Where the state at `index` leads."""
    return {"Next": names[index + 1]} if index + 1 < len(names) else {"End": True}


def passing(parameters):
    """A machine that answers its parameters."""
    return chain(P={"Type": "Pass", "Parameters": parameters})


@pytest.fixture
def job(embedded, tmp_path):
    """Makes a task that runs `source` as a training job; paths with .$ may be given for the name."""
    bucket = embedded.bucket()

    def task(source, name_path, **changes):
        script = tmp_path / f"{embedded.name('job')}.py"
        script.write_text("import os, pathlib, sys, time\n" + textwrap.dedent(source))
        parameters = {
            "TrainingJobName.$": name_path,
            "AlgorithmSpecification": {
                "TrainingImage": IMAGE,
                "TrainingInputMode": "File",
                "ContainerEntrypoint": ["python", str(script)],
            },
            "RoleArn": embedded.role,
            "OutputDataConfig": {"S3OutputPath": f"s3://{bucket}/jobs/"},
            "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 30},
            "StoppingCondition": {"MaxRuntimeInSeconds": 60},
        }
        resource = "arn:aws:states:::sagemaker:createTrainingJob.sync"
        return {"Type": "Task", "Resource": resource, "Parameters": parameters, **changes}

    return task


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
    ("body", "error"),
    [
        ("raise ValueError('x')", "ValueError"),
        ("import os; os._exit(1)", "Runtime.ExitError"),
        ("import time; time.sleep(9)", "Sandbox.Timedout"),
    ],
)
def test_a_function_s_error_is_caught_by_its_name(embedded, body, error):
    """Exceptions, crashes and time-outs."""
    name = embedded.function(f"def handler(event, context):\n    {body}", Timeout=1)
    parameters = {"FunctionName": name, "Payload": {}}
    task = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": parameters, "End": True}
    task["Catch"] = [{"ErrorEquals": [error], "ResultPath": "$.e", "Next": "K"}]
    machine = {"StartAt": "T", "States": {"T": task, "K": {"Type": "Pass", "OutputPath": "$.e.Error", "End": True}}}
    assert error == embedded.execute(machine)["output"]


def test_jobs_run_in_a_map_inside_a_map(embedded, job):
    """Families side by side, each family's chunks in order; the result is SageMaker's description."""
    key = embedded.name("map")
    train = job("time.sleep(0.1)", f"States.Format('{key}-{{}}', $.key)", ResultSelector={"s.$": "$.TrainingJobStatus"})
    chunks = {
        "Type": "Map",
        "MaxConcurrency": 1,
        "ItemsPath": "$.chunks",
        "ItemProcessor": chain(Train=train),
        "End": True,
    }
    families = {
        "Type": "Map",
        "MaxConcurrency": 3,
        "ItemsPath": "$.families",
        "ItemProcessor": {"StartAt": "Chunks", "States": {"Chunks": chunks}},
    }
    given = {"families": [{"chunks": [{"key": f"{family}{chunk}"} for chunk in range(2)]} for family in "ab"]}
    output = embedded.execute(chain(Families=families), given)["output"]
    assert output == [[{"s": "Completed"}] * 2] * 2
    client = embedded.client("sagemaker")
    times = [client.describe_training_job(TrainingJobName=f"{key}-a{chunk}") for chunk in range(2)]
    assert times[0]["TrainingEndTime"] <= times[1]["TrainingStartTime"]


def test_a_retry_gives_the_job_another_name(embedded, job, tmp_path):
    """The attempt is part of the name by $$.State.RetryCount, since SageMaker never takes a name twice."""
    key = embedded.name("retried")
    mark = tmp_path / "first"
    source = f"mark = pathlib.Path({str(mark)!r}); seen = mark.exists(); mark.touch(); sys.exit(0 if seen else 1)"
    train = job(
        source,
        f"States.Format('{key}-{{}}', $$.State.RetryCount)",
        Retry=[{"ErrorEquals": ["States.TaskFailed"], "IntervalSeconds": 1, "MaxAttempts": 1, "BackoffRate": 1.0}],
        ResultSelector={"name.$": "$.TrainingJobName"},
    )
    assert {"name": f"{key}-1"} == embedded.execute(chain(Train=train))["output"]
    first = embedded.client("sagemaker").describe_training_job(TrainingJobName=f"{key}-0")
    assert first["TrainingJobStatus"] == "Failed"


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (
            "(pathlib.Path(os.environ['GREENFRAUD_ML_ROOT']) / 'output/failure').write_text('no frauds'); sys.exit(1)",
            "AlgorithmError: no frauds, exit code: 1",
        ),
        ("os.kill(os.getpid(), 9)", "AlgorithmError: killed by signal 9, exit code: 137"),
    ],
)
def test_a_failed_job_s_reason_reaches_the_catch(embedded, job, source, reason):
    """The cause is the job's description; a killed job does not hang."""
    train = job(source, f"States.Format('{embedded.name('failing')}')", Next="K")
    train["Catch"] = [{"ErrorEquals": ["States.TaskFailed"], "ResultPath": "$.e", "Next": "K"}]
    cause = {"Type": "Pass", "Parameters": {"cause.$": "States.StringToJson($.e.Cause)"}}
    output = embedded.execute(chain(Train=train, K=cause))["output"]
    assert reason == output["cause"]["FailureReason"]


def test_a_name_used_twice_is_an_error_of_its_own(embedded, job):
    """SageMaker's ResourceInUse under Step Functions' name for it."""
    name = f"States.Format('{embedded.name('twice')}')"
    again = job("", name, Next="K", Catch=[{"ErrorEquals": ["SageMaker.ResourceInUseException"], "Next": "K"}])
    machine = chain(First=job("", name), Again=again, K={"Type": "Pass", "OutputPath": "$.Error"})
    assert embedded.execute(machine)["output"] == "SageMaker.ResourceInUseException"


def test_a_stopped_execution_stops_its_job_and_keeps_the_reason(embedded, job):
    """Nothing goes on computing."""
    name = embedded.name("stopped")
    client = embedded.client("stepfunctions")
    machine = embedded.machine(chain(Train=job("time.sleep(30)", f"States.Format('{name}')")))
    arn = client.start_execution(stateMachineArn=machine)["executionArn"]

    def status():
        known = embedded.client("sagemaker").list_training_jobs(NameContains=name)["TrainingJobSummaries"]
        return known[0]["TrainingJobStatus"] if known else None

    assert embedded.wait_until(status) == "InProgress"
    client.stop_execution(executionArn=arn, error="Enough", cause="too slow")
    assert embedded.wait_until(lambda: status() == "Stopped")
    described = client.describe_execution(executionArn=arn)
    assert (described["status"], described["error"], described["cause"]) == ("ABORTED", "Enough", "too slow")


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
