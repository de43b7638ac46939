"""The platform as a person has it, on ports and folders of its own: a server, the synthesised template, a small world."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from cli.dataset import HeldBack, hold_back
from cli.execution import Execution, follow_execution, start_execution
from cli.operations import call_control
from cli.target import Target
from cli.upload import upload
from cli.world import WorldSpecification, make_world
from local import processes

ROOT = Path(__file__).resolve().parents[2]
ASSEMBLY = ROOT / "cdk.out"
STACKS = ("GreenFraud-Data", "GreenFraud-Training", "GreenFraud-Serving", "GreenFraud-Monitoring")
# Three weeks to learn, one to wait for labels, one to be judged on with more than 30 frauds, one for its labels.
WORLD = WorldSpecification(seed=3, customers=400, days=43)
EXECUTION_SECONDS = 180  # a busy machine needs longer; a hanging execution fails the test instead of stopping it


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(condition: Callable[[], Any], seconds: float, *, pause: float = 0.1) -> Any:
    """The first true value of `condition`; AssertionError when time is up."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, f"still not true after {seconds} s: {condition}"
        time.sleep(pause)
    return value


class Deployment:
    """One embedded AWS with the four stacks on it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.state = folder, folder / "state"
        self._ports = (free_port(), free_port())
        (folder / ".local/cache").mkdir(parents=True)
        # The build of the runtime layer is shared; everything else starts as on a fresh machine.
        layers = ROOT / ".local/cache/layers"
        layers.mkdir(parents=True, exist_ok=True)
        (folder / ".local/cache/layers").symlink_to(layers)

    def start(self) -> None:
        """Start the server; the same ports and the same state as before."""
        port, http_port = map(str, self._ports)
        self.log = (self.folder / "serve.log").open("ab")
        self.process = processes.start(
            [sys.executable, "-m", "local", "serve", "--port", port, "--http-port", http_port, "--state", str(self.state)],
            cwd=self.folder,
            env=os.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self.log,
        )
        assert self.process.stdout is not None
        ready = json.loads(self.process.stdout.readline())
        self.target = Target(ready["endpoint"], api_url=ready["api"])

    def deploy(self) -> None:
        """Send cdk.out by the project's own command."""
        command = [sys.executable, "-m", "local", "deploy", str(ASSEMBLY), "--endpoint", str(self.target.endpoint)]
        finished = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False)
        assert finished.returncode == 0, finished.stdout + finished.stderr

    def stop(self) -> int:
        """Stop the server as `make run` does on Ctrl-C; its exit code."""
        self.process.terminate()
        try:
            return self.process.wait(60)
        finally:
            processes.end_session(self.process.pid)
            self.log.close()

    def client(self, service: str) -> Any:
        """A client of this AWS."""
        return self.target.client(service)

    @property
    def outputs(self) -> Mapping[str, str]:
        """The stacks' outputs."""
        return self.target.outputs

    def call(self, method: str, path: str, body: Any = None) -> httpx.Response:
        """A request to the HTTP API."""
        return httpx.request(method, f"{self.target.api}{path}", json=body, timeout=60)

    def answer(self, method: str, path: str, body: Any = None) -> Any:
        """The JSON of a request that must succeed."""
        response = self.call(method, path, body)
        assert response.is_success, f"{response.status_code} {response.text}"
        return response.json()

    def health(self) -> dict[str, Any]:
        """What GET /health says."""
        health: dict[str, Any] = self.answer("GET", "/health")
        return health

    def control(self, verb: str, **payload: Any) -> dict[str, Any]:
        """The answer of the control function."""
        return call_control(self.target, {"verb": verb, **payload})

    def document(self, execution: str, name: str) -> dict[str, Any]:
        """A small result of an execution, by its key of 12 digits."""
        key = f"executions/{execution}/{name}"
        found: dict[str, Any] = json.loads(self.read(self.outputs["ArtifactsBucket"], key))
        return found

    def read(self, bucket: str, key: str) -> bytes:
        """An object's content."""
        content: bytes = self.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
        return content

    @contextmanager
    def replaced(self, bucket: str, key: str, content: bytes) -> Iterator[None]:
        """An object with other content, for as long as the block runs."""
        before = self.read(bucket, key)
        self.client("s3").put_object(Bucket=bucket, Key=key, Body=content)
        try:
            yield
        finally:
            self.client("s3").put_object(Bucket=bucket, Key=key, Body=before)

    def start_execution(self, document: Mapping[str, Any]) -> str:
        """Start the pipeline; the execution's ARN."""
        return start_execution(self.target, document)

    def end_of(self, arn: str) -> dict[str, Any]:
        """The description of an execution once it has ended; AssertionError when it hangs."""
        client = self.client("stepfunctions")

        def ended() -> Any:
            described = client.describe_execution(executionArn=arn)
            return None if described["status"] == "RUNNING" else described

        description: dict[str, Any] = wait_until(ended, EXECUTION_SECONDS, pause=0.3)
        return {**description, "output": json.loads(description.get("output") or "null")}

    def execute(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """Start the pipeline and wait for its end."""
        return self.end_of(self.start_execution(document))

    def jobs(self, *fragments: str) -> list[dict[str, Any]]:
        """Descriptions of the training jobs whose names hold every fragment, oldest first."""
        client = self.client("sagemaker")
        pages = client.get_paginator("list_training_jobs").paginate(NameContains=fragments[0])
        names = [job["TrainingJobName"] for page in pages for job in page["TrainingJobSummaries"]]
        ours = [client.describe_training_job(TrainingJobName=name) for name in names if all(one in name for one in fragments)]
        return sorted(ours, key=lambda job: job["CreationTime"])


@dataclass
class JobProcess:
    """What a running training job looked like from outside."""

    pid: int
    command: list[str]
    files: set[str]


def process_of(deployment: Deployment, job: str) -> JobProcess | None:
    """The process that writes the job's log, and what lies below its /opt/ml; None while there is none."""
    log = deployment.folder / ".local/logs/jobs" / f"{job}.log"
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if os.readlink(entry / "fd/1") != str(log):
                continue
            command = (entry / "cmdline").read_bytes().decode().rstrip("\0").split("\0")
        except OSError:  # not ours to look at, or gone meanwhile
            continue
        root = deployment.state / "jobs" / job / "opt/ml"
        return JobProcess(int(entry.name), command, {str(file.relative_to(root)) for file in root.rglob("*") if file.is_file()})
    return None


def kill(process: JobProcess) -> None:
    """End a job's process as the kernel does when memory runs out."""
    os.kill(process.pid, signal.SIGKILL)


@dataclass
class Onlooker:
    """Looks at every training job while it runs."""

    deployment: Deployment
    seen: dict[str, JobProcess] = field(default_factory=dict)

    def working(self, jobs: Iterable[str]) -> None:
        """Keep what each job looks like."""
        for job in jobs:
            found = process_of(self.deployment, job)
            if found is not None:
                self.seen[job] = found

    def ignore(self, _: Any, __: Any = None) -> None:
        """Results are read when all is over."""

    planned = trained = evaluated = decided = job_failed = ignore


@dataclass(frozen=True)
class FirstRun:
    """The first execution, started with `{}` on an untouched platform, and what was kept back to be scored."""

    execution: Execution
    seen: Mapping[str, JobProcess]
    held_back: list[HeldBack]

    @property
    def promoted(self) -> str:
        """The model it promoted, family/version."""
        decision = self.execution.results["decision.json"]
        return f"{decision['family']}/{decision['version']}"


def run_first(deployment: Deployment) -> FirstRun:
    """Import the small world and run the state machine with `{}`."""
    dataset, held_back = hold_back(make_world(WORLD))
    upload(deployment.client("s3"), deployment.outputs["LakeBucket"], dataset, held_back)
    onlooker = Onlooker(deployment)
    execution = follow_execution(deployment.target, deployment.start_execution({}), onlooker)
    return FirstRun(execution, onlooker.seen, held_back)
