"""Training jobs run as processes in SageMaker's own layout, and always come to an end."""

from __future__ import annotations

import io
import json
import os
import signal
import tarfile
import textwrap
from pathlib import Path

import pytest

IMAGE = "123456789012.dkr.ecr.eu-north-1.amazonaws.com/training:1"
ENDED = ("Completed", "Failed", "Stopped")
PRELUDE = """
    import json, os, pathlib, signal, sys, time
    root = pathlib.Path(os.environ["GREENFRAUD_ML_ROOT"])
"""


class Jobs:
    """Starts jobs whose code is given as text."""

    def __init__(self, server, folder):
        self.server, self.folder = server, folder
        self.bucket, self.client = server.bucket(), server.client("sagemaker")

    def start(self, source, *, name=None, seconds=600, **changes):
        """Start a job; its name."""
        name = name or self.server.name("job")
        script = self.folder / f"{name}.py"
        script.write_text(textwrap.dedent(PRELUDE) + textwrap.dedent(source))
        algorithm = {
            "TrainingImage": IMAGE,
            "TrainingInputMode": "File",
            "ContainerEntrypoint": ["python", str(script)],
        }
        self.client.create_training_job(
            TrainingJobName=name,
            AlgorithmSpecification=algorithm,
            RoleArn=self.server.role,
            OutputDataConfig={"S3OutputPath": f"s3://{self.bucket}/jobs/"},
            ResourceConfig={"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 30},
            StoppingCondition={"MaxRuntimeInSeconds": seconds},
            **changes,
        )
        return name

    def describe(self, name):
        """The job's description."""
        return self.client.describe_training_job(TrainingJobName=name)

    def end(self, name):
        """The job's description once it has ended."""
        self.server.wait_until(lambda: self.describe(name)["TrainingJobStatus"] in ENDED)
        return self.describe(name)

    def run(self, source, **changes):
        """Start and wait."""
        return self.end(self.start(source, **changes))

    def channel(self, name, prefix):
        """An input channel of the bucket."""
        source = {"S3DataType": "S3Prefix", "S3Uri": f"s3://{self.bucket}/{prefix}"}
        return {"ChannelName": name, "DataSource": {"S3DataSource": source}}

    def text(self, key):
        """An object as text, None while it is missing."""
        client = self.server.client("s3")
        try:
            return client.get_object(Bucket=self.bucket, Key=key)["Body"].read().decode()
        except client.exceptions.NoSuchKey:
            return None


@pytest.fixture
def jobs(embedded, tmp_path):
    """Jobs with a bucket of their own."""
    return Jobs(embedded, tmp_path)


def test_a_job_finds_its_input_and_leaves_its_model(jobs):
    """Hyperparameters, channels, environment, log and model archive."""
    jobs.server.client("s3").put_object(Bucket=jobs.bucket, Key="in/part/a.txt", Body=b"rows")
    ended = jobs.run(
        """
        given = json.loads((root / "input/config/hyperparameters.json").read_text())
        rows = (root / "input/data/features/part/a.txt").read_text()
        (root / "model/model.txt").write_text(f"{given['family']} {rows} {os.environ['COUNTRY']}")
        print("trained", os.environ["TRAINING_JOB_NAME"])
        """,
        HyperParameters={"family": "light"},
        InputDataConfig=[jobs.channel("features", "in/")],
        Environment={"COUNTRY": "SWE"},
    )
    assert ended["TrainingJobStatus"] == "Completed"
    name, uri = ended["TrainingJobName"], ended["ModelArtifacts"]["S3ModelArtifacts"]
    assert f"s3://{jobs.bucket}/jobs/{name}/output/model.tar.gz" == uri
    key = uri.removeprefix(f"s3://{jobs.bucket}/")
    content = jobs.server.client("s3").get_object(Bucket=jobs.bucket, Key=key)["Body"].read()
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        assert archive.extractfile("model.txt").read() == b"light rows SWE"
    assert f"trained {name}\n" == Path(f".local/logs/jobs/{name}.log").read_text()
    events = jobs.server.client("logs").filter_log_events(logGroupName="/aws/sagemaker/TrainingJobs")["events"]
    assert f"trained {name}" in {event["message"] for event in events}


def test_a_channel_may_be_a_list_of_files(jobs):
    """SageMaker's manifest file: what all have in common, then each one's rest; nothing else comes along."""
    s3 = jobs.server.client("s3")
    for name in ("chunk=1/a.txt", "chunk=2/a.txt", "chunk=3/a.txt"):
        s3.put_object(Bucket=jobs.bucket, Key=f"in/{name}", Body=name.encode())
    listed = [{"prefix": f"s3://{jobs.bucket}/in/"}, "chunk=1/a.txt", "chunk=3/a.txt"]
    s3.put_object(Bucket=jobs.bucket, Key="two.manifest", Body=json.dumps(listed).encode())
    channel = jobs.channel("features", "two.manifest")
    channel["DataSource"]["S3DataSource"]["S3DataType"] = "ManifestFile"
    ended = jobs.run(
        """
        files = [file for file in sorted((root / "input/data/features").rglob("*")) if file.is_file()]
        print(*(file.read_text() for file in files))
        """,
        InputDataConfig=[channel],
    )
    assert Path(f".local/logs/jobs/{ended['TrainingJobName']}.log").read_text() == "chunk=1/a.txt chunk=3/a.txt\n"


def test_a_failing_job_says_why(jobs):
    """The failure file is the reason, as SageMaker words it."""
    ended = jobs.run('(root / "output/failure").write_text("loss is not a number"); sys.exit(1)')
    assert ended["TrainingJobStatus"] == "Failed"
    assert ended["FailureReason"] == "AlgorithmError: loss is not a number, exit code: 1"


def test_a_job_that_raises_shows_the_end_of_its_log(jobs):
    """Without a failure file the log has to do."""
    assert "KeyError: 'lost'" in jobs.run("{}['lost']")["FailureReason"]


def test_a_killed_job_fails_at_once(jobs):
    """Out of memory looks like this; nothing may wait for it for ever."""
    ended = jobs.run("os.kill(os.getpid(), signal.SIGKILL)")
    assert ended["FailureReason"] == "AlgorithmError: killed by signal 9, exit code: 137"


def test_a_job_without_its_input_fails(jobs):
    """As SageMaker fails before the container starts."""
    ended = jobs.run("", InputDataConfig=[jobs.channel("features", "nothing/")])
    assert ended["FailureReason"].startswith("ClientError: Data download failed: No S3 objects")


def test_a_name_is_used_once(jobs):
    """SageMaker keeps names for ever."""
    name = jobs.start("")
    with pytest.raises(jobs.client.exceptions.ResourceInUse):
        jobs.start("", name=name)


def test_a_job_that_runs_too_long_is_stopped(jobs):
    """And keeps what it had saved as a model."""
    ended = jobs.run("time.sleep(600)", seconds=1)
    assert (ended["TrainingJobStatus"], ended["SecondaryStatus"]) == ("Stopped", "MaxRuntimeExceeded")


def test_a_stopped_job_may_save_its_checkpoint(jobs):
    """StopTrainingJob sends SIGTERM first; what is written then still reaches S3."""
    name = jobs.start(
        """
        def save(*_):
            (root / "checkpoints/last").write_text("epoch 3")
            sys.exit(0)
        signal.signal(signal.SIGTERM, save)
        (root / "checkpoints/started").write_text("")
        time.sleep(600)
        """,
        CheckpointConfig={"S3Uri": f"s3://{jobs.bucket}/spot/a/"},
    )
    assert jobs.server.wait_until(lambda: jobs.text("spot/a/started") is not None)
    jobs.client.stop_training_job(TrainingJobName=name)
    assert jobs.end(name)["TrainingJobStatus"] == "Stopped"
    assert jobs.text("spot/a/last") == "epoch 3"


def test_checkpoints_are_saved_while_the_job_runs_and_restored(jobs):
    """The next attempt goes on where the killed one was."""
    config = {"S3Uri": f"s3://{jobs.bucket}/spot/b/", "LocalPath": "/opt/ml/checkpoints"}
    source = """
        state = root / "checkpoints/epoch"
        epoch = int(state.read_text()) if state.exists() else 0
        state.write_text(str(epoch + 1))
        (root / "checkpoints/pid").write_text(str(os.getpid()))
        time.sleep(0 if epoch else 600)
    """
    name = jobs.start(source, CheckpointConfig=config)
    pid = jobs.server.wait_until(lambda: jobs.text("spot/b/pid"))
    os.kill(int(pid), signal.SIGKILL)
    assert jobs.end(name)["TrainingJobStatus"] == "Failed"
    assert jobs.run(source, CheckpointConfig=config)["TrainingJobStatus"] == "Completed"
    assert jobs.text("spot/b/epoch") == "2"


def test_two_jobs_compute_at_once_and_a_third_waits(jobs, tmp_path):
    """A laptop has no machine per job."""
    seen = tmp_path / "seen"
    names = [jobs.start(f"while not os.path.exists({str(seen)!r}): time.sleep(0.05)") for _ in range(3)]
    secondary = jobs.server.wait_until(
        lambda: (states := sorted(jobs.describe(name)["SecondaryStatus"] for name in names)).count("Training") == 2 and states
    )
    seen.touch()
    assert secondary == ["Starting", "Training", "Training"]
    assert {"Completed"} == {jobs.end(name)["TrainingJobStatus"] for name in names}


def test_a_job_imports_the_code_as_it_is_now(jobs, tmp_path):
    """The warm parent never keeps a module of a job."""
    for word in ("old", "newer"):  # of another size: Python tells versions of one second apart by nothing else
        (tmp_path / "recipe.py").write_text(f"word = {word!r}")
        source = f"sys.path.insert(0, {str(tmp_path)!r}); import recipe; sys.exit(recipe.word != {word!r})"
        assert jobs.run(source)["TrainingJobStatus"] == "Completed"


def test_a_job_reaches_mlflow_in_a_file(jobs):
    """An MLflow app's ARN is swapped for a database beside the state."""
    arn = "arn:aws:sagemaker:eu-north-1:123456789012:mlflow-app/app-1"
    ended = jobs.run(
        'sys.exit(0 if os.environ["MLFLOW_TRACKING_URI"].startswith("sqlite:////") else 1)',
        Environment={"MLFLOW_TRACKING_URI": arn},
    )
    assert ended["TrainingJobStatus"] == "Completed"
