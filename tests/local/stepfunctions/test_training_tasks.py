"""Training jobs as a state machine's tasks: their order, retries, reasons and ends."""

from __future__ import annotations

import textwrap

import pytest

from tests.local.workbench import chain

IMAGE = "123456789012.dkr.ecr.eu-north-1.amazonaws.com/training:1"


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
            "StoppingCondition": {"MaxRuntimeInSeconds": 600},
        }
        resource = "arn:aws:states:::sagemaker:createTrainingJob.sync"
        return {"Type": "Task", "Resource": resource, "Parameters": parameters, **changes}

    return task


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
    machine = embedded.machine(chain(Train=job("time.sleep(600)", f"States.Format('{name}')")))
    arn = client.start_execution(stateMachineArn=machine)["executionArn"]

    def status():
        known = embedded.client("sagemaker").list_training_jobs(NameContains=name)["TrainingJobSummaries"]
        return known[0]["TrainingJobStatus"] if known else None

    assert embedded.wait_until(status) == "InProgress"
    client.stop_execution(executionArn=arn, error="Enough", cause="too slow")
    assert embedded.wait_until(lambda: status() == "Stopped")
    described = client.describe_execution(executionArn=arn)
    assert (described["status"], described["error"], described["cause"]) == ("ABORTED", "Enough", "too slow")
