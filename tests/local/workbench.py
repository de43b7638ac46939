"""Starts an embedded AWS in a process of its own, and makes tiny resources on it."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import textwrap
import time
import uuid
import zipfile
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from local.cloudformation.assets import IMAGE_MANIFEST
from local.context import connect
from local.jobs.entry_point import TEST_ONLY_VARIABLE
from tests.free_ports import free_port

ROOT = Path(__file__).resolve().parents[2]
LASTING: list[Embedded] = []
PATIENT_SECONDS = 300.0  # a busy machine is no fault: only what never comes fails, and it may take this long
ROLE = "arn:aws:iam::123456789012:role/tests"
SERVICES = [f"{name}.amazonaws.com" for name in ("lambda", "states", "sagemaker", "scheduler")]


def archive(files: dict[str, str]) -> bytes:
    """A zip of text files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as target:
        for name, text in files.items():
            target.writestr(zipfile.ZipInfo(name), textwrap.dedent(text))
    return buffer.getvalue()


def wait_until(condition: Callable[[], Any], seconds: float = PATIENT_SECONDS) -> Any:
    """The first true value of `condition`, or its last one when time is up."""
    deadline = time.monotonic() + seconds
    while not (value := condition()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return value


def chain(**states: dict[str, Any]) -> dict[str, Any]:
    """States one after the other."""
    names = list(states)
    linked = {
        name: state if "Next" in state or state["Type"] in ("Choice", "Fail") else {**state, **follow(names, index)}
        for index, (name, state) in enumerate(states.items())
    }
    return {"StartAt": names[0], "States": linked}


def follow(names: list[str], index: int) -> dict[str, Any]:
    """Where the state at `index` leads."""
    return {"Next": names[index + 1]} if index + 1 < len(names) else {"End": True}


class Embedded:
    """A running embedded AWS."""

    archive = staticmethod(archive)
    wait_until = staticmethod(wait_until)
    role = ROLE

    def __init__(self, process: subprocess.Popen[str], endpoint: str, api: str, state: Path) -> None:
        self.process, self.endpoint, self.api, self.state = process, endpoint, api, state
        self._clients: dict[str, Any] = {}

    def stop(self) -> int:
        """Stop the server; its exit code."""
        self.process.terminate()
        return self.process.wait(PATIENT_SECONDS)

    def client(self, service: str) -> Any:
        """A client of this server."""
        return self._clients.setdefault(service, connect(service, endpoint=self.endpoint))

    def name(self, prefix: str) -> str:
        """A name no other test uses."""
        return f"{prefix}-{uuid.uuid4().hex[:8]}"

    def function(self, source: str, **configuration: Any) -> str:
        """Create a function whose module is `source` and whose handler is `handler`; its name."""
        name = self.name("function")
        self.client("lambda").create_function(
            FunctionName=name,
            Runtime="python3.13",
            Handler="code.handler",
            Code={"ZipFile": archive({"code.py": source})},
            **{"Timeout": 300, "Role": ROLE, **configuration},
        )
        return name

    def let_call(self, function: str, api: str) -> None:
        """Let an API call a function on all of its routes."""
        source = f"arn:aws:execute-api:eu-north-1:123456789012:{api}/*/*/*"
        gateway = {"Principal": "apigateway.amazonaws.com", "SourceArn": source, "StatementId": self.name("gateway")}
        self.client("lambda").add_permission(FunctionName=function, Action="lambda:InvokeFunction", **gateway)

    def invoke(self, name: str, event: Any = None, **options: Any) -> tuple[Any, str | None]:
        """The function's answer and its FunctionError."""
        payload = json.dumps(event).encode()
        answer = self.client("lambda").invoke(FunctionName=name, Payload=payload, **options)
        return json.loads(answer["Payload"].read() or b"null"), answer.get("FunctionError")

    def table(self, **options: Any) -> dict[str, Any]:
        """Create a table with the key `id`; its description."""
        description: dict[str, Any] = self.client("dynamodb").create_table(
            TableName=self.name("table"),
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
            **options,
        )["TableDescription"]
        return description

    def queue(self, **attributes: str) -> tuple[str, str]:
        """Create a queue; its URL and ARN."""
        client = self.client("sqs")
        url = client.create_queue(QueueName=self.name("queue"), Attributes=attributes)["QueueUrl"]
        arn = client.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        return url, arn

    def messages(self, url: str) -> list[Any]:
        """Take the messages that are on a queue now."""
        client = self.client("sqs")
        taken = client.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        for message in taken:
            client.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return [json.loads(message["Body"]) for message in taken]

    def bucket(self) -> str:
        """Create a bucket; its name."""
        name = self.name("bucket")
        self.client("s3").create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-north-1"})
        return name

    def image(self) -> str:
        """Record an image, as a deployment does; its address."""
        client, repository = self.client("ecr"), "cdk-hnb659fds-container-assets-123456789012-eu-north-1"
        manifest = {"schemaVersion": 2, "mediaType": IMAGE_MANIFEST, "config": {"digest": "tests"}, "layers": []}
        with suppress(client.exceptions.ImageAlreadyExistsException):
            client.put_image(repositoryName=repository, imageTag="tests", imageManifest=json.dumps(manifest))
        return f"123456789012.dkr.ecr.eu-north-1.amazonaws.com/{repository}:tests"

    def training_job(self, name: str, **changes: Any) -> dict[str, Any]:
        """The request of a job that runs the training entry point."""
        return {
            "TrainingJobName": name,
            "AlgorithmSpecification": {
                "TrainingImage": self.image(),
                "TrainingInputMode": "File",
                "ContainerEntrypoint": ["python", "-m", "training"],
                "ContainerArguments": ["features"],
            },
            "RoleArn": ROLE,
            "OutputDataConfig": {"S3OutputPath": "s3://nowhere/jobs/"},
            "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 30},
            "StoppingCondition": {"MaxRuntimeInSeconds": 600},
            **changes,
        }

    def machine(self, definition: dict[str, Any]) -> str:
        """Create a state machine; its ARN."""
        arn: str = self.client("stepfunctions").create_state_machine(
            name=self.name("machine"), definition=json.dumps(definition), roleArn=ROLE
        )["stateMachineArn"]
        return arn

    def execute(self, definition: dict[str, Any], given: Any = None, seconds: float = PATIENT_SECONDS) -> dict[str, Any]:
        """Run a state machine to its end; the description of the execution, its output parsed."""
        client = self.client("stepfunctions")
        arn = client.start_execution(stateMachineArn=self.machine(definition), input=json.dumps(given or {}))
        description: dict[str, Any] = {}

        def is_over() -> bool:
            description.update(client.describe_execution(executionArn=arn["executionArn"]))
            return bool(description["status"] != "RUNNING")

        wait_until(is_over, seconds)
        if "output" in description:
            description["output"] = json.loads(description["output"])
        return description


def start(state: Path, *options: str, **environ: str) -> Embedded:
    """Start a server, whose jobs run any command, and wait until it says it is ready."""
    command = [sys.executable, "-m", "local", "serve", "--port", str(free_port()), "--http-port", str(free_port())]
    process = subprocess.Popen(
        [*command, "--state", str(state), *options],
        cwd=ROOT,
        env={**os.environ, "GREENFRAUD_JOB_PRELOAD": "json", TEST_ONLY_VARIABLE: "yes", **environ},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    ready = json.loads(process.stdout.readline())
    return Embedded(process, ready["endpoint"], ready["api"], state)


def make_role(running: Embedded) -> None:
    """The role of whatever the tests make: every service may take it on, and it may do everything."""
    trust = {"Effect": "Allow", "Principal": {"Service": SERVICES}, "Action": "sts:AssumeRole"}
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    client = running.client("iam")
    client.create_role(RoleName="tests", AssumeRolePolicyDocument=json.dumps({"Statement": [trust]}))
    client.put_role_policy(
        RoleName="tests", PolicyName="everything", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [everything]})
    )


@cache
def strict() -> Embedded:
    """A server as `make run` starts it, whose jobs run nothing but training; it stops with the test run."""
    return lasting("--allow-host", "platform", **{TEST_ONLY_VARIABLE: ""})


@cache
def shared() -> Embedded:
    """The server all test modules share; it checks signatures, and stops with the test run."""
    return lasting("--auth", "on")


def lasting(*options: str, **environ: str) -> Embedded:
    """A server that lasts as long as the test run."""
    running = start(Path(tempfile.mkdtemp(prefix="embedded-")), *options, **environ)
    LASTING.append(running)
    make_role(running)
    return running


def stop_lasting() -> None:
    """End what lasted, and forget its state."""
    while LASTING:
        running = LASTING.pop()
        running.stop()
        shutil.rmtree(running.state, ignore_errors=True)
