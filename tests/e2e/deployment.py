"""The platform as a person has it, on ports and folders of its own: a server, the synthesised template, a small world."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from cli.api import call_api
from cli.execution import start_execution
from cli.target import Target
from functions.control.archive import Archive
from functions.control.asked import Asked
from functions.control.documents import Artifacts
from functions.control.production import Production
from functions.control.servable import Servable
from functions.control.stage import Stage
from local import processes
from local.jobs.zygote import PRELOAD_VARIABLE, PRELOADED
from tests.free_ports import free_port

ROOT = Path(__file__).resolve().parents[2]
ASSEMBLY = ROOT / "cdk.out"
STACKS = ("GreenFraud-Data", "GreenFraud-Training", "GreenFraud-Serving", "GreenFraud-Monitoring")
FEAST = ("feast", "feast.infra.offline_stores.dask", "feast.infra.online_stores.dynamodb")  # seconds in each of many jobs
PATIENT_SECONDS = 600  # a busy machine needs longer; what hangs fails the test instead of stopping it


def wait_until(condition: Callable[[], Any], seconds: float = PATIENT_SECONDS, *, pause: float = 0.1) -> Any:
    """The first true value of `condition`; AssertionError when time is up."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, f"still not true after {seconds} s: {condition}"
        time.sleep(pause)
    return value


class Deployment:
    """One embedded AWS with the four stacks on it."""

    def __init__(
        self, folder: Path, *, tree: Path = ROOT, environ: Mapping[str, str] = os.environ, options: tuple[str, ...] = ()
    ) -> None:
        """Run the tree's code, its synthesised template and its jobs; `environ` and `options` are its server's."""
        self.folder, self.state = folder, folder / "state"
        self.tree, self._environ, self._options = tree, environ, options
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
            [
                sys.executable,
                "-m",
                "local",
                "serve",
                "--port",
                port,
                "--http-port",
                http_port,
                "--state",
                str(self.state),
                *self._options,
            ],
            cwd=self.folder,
            env={"PYTHONFAULTHANDLER": "1", PRELOAD_VARIABLE: ",".join([*PRELOADED, *FEAST]), **self._environ},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self.log,
        )
        assert self.process.stdout is not None
        ready = json.loads(self.process.stdout.readline())
        self.target = Target(ready["endpoint"], api_url=ready["api"])
        # As `make run` leaves it, so that the operator's commands find the platform.
        (self.folder / ".local/serving.json").write_text(json.dumps({**ready, "region": self.target.region}))

    def deploy(self) -> None:
        """Send cdk.out by the project's own command; its templates are kept, in case it is synthesised anew meanwhile."""
        assembly = self.tree / "cdk.out"
        self.templates = {stack: (assembly / f"{stack}.template.json").read_bytes() for stack in STACKS}
        command = [sys.executable, "-m", "local", "deploy", str(assembly), "--endpoint", str(self.target.endpoint)]
        finished = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False)
        assert finished.returncode == 0, finished.stdout + finished.stderr

    def command(self, *arguments: str, given: str = "", seconds: float = PATIENT_SECONDS) -> subprocess.CompletedProcess[str]:
        """One of the operator's commands, from the folder of this platform; `given` is what is typed into it."""
        environ = {name: value for name, value in os.environ.items() if name != "AWS_ENDPOINT_URL"}
        return subprocess.run(
            [sys.executable, "-m", "cli", *arguments],
            cwd=self.folder,
            env=environ,
            input=given,
            capture_output=True,
            text=True,
            check=False,
            timeout=seconds,
        )

    def stop(self) -> int:
        """Stop the server as `make run` does on Ctrl-C; its exit code."""
        self.process.terminate()
        try:
            return self.process.wait(PATIENT_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGABRT)  # leaves the stacks of its threads in serve.log
            self.process.wait(PATIENT_SECONDS)
            raise AssertionError((self.folder / "serve.log").read_text(encoding="utf-8", errors="replace")[-20_000:]) from None
        finally:
            processes.end_session(self.process.pid)
            self.log.close()

    def synthesised(self, stack: str, kind: str) -> list[dict[str, Any]]:
        """Properties of a template's resources of one type."""
        resources = json.loads(self.templates[stack])["Resources"].values()
        return [resource["Properties"] for resource in resources if resource["Type"] == kind]

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
        """The word of GET /health, and of GET /v1/model what is in production: `rules` before the first promotion."""
        card = self.answer("GET", "/v1/model")
        model = "{family}/{version}".format(**card["production"]) if card["production"] else "rules"
        return {**self.answer("GET", "/health"), "model": model, "revision": card["revision"]}

    def promote(self, family: str, version: str, reason: str) -> None:
        """Put a model into production that no gate decided for: by the code of the function, with an administrator's rights."""
        artifacts = Artifacts(lambda: self.client("s3"), self.outputs["ArtifactsBucket"])
        archive = Archive(lambda: self.client("s3"), self.outputs["LedgerBucket"])
        stage = Stage(lambda: self.client("dynamodb"), self.outputs["ControlTable"], self.outputs["LedgerTable"], archive)
        servable = Servable(lambda: self.client("dynamodb"), self.outputs["ControlTable"])
        Production(stage, artifacts, servable).promote(family, version, Asked(actor="tests", reasons=[reason]))

    def roll_back(self, reason: str) -> dict[str, Any]:
        """What is in production after a person's signed request."""
        return call_api(self.target, "POST", "/v1/production/rollback", {"reason": reason})

    def function(self, package: str) -> str:
        """The name of the function whose handler stands in a package below `functions`."""
        handler = f"functions.{package}.handler.handler"
        (found,) = [one for one in self.client("lambda").list_functions()["Functions"] if one["Handler"] == handler]
        return str(found["FunctionName"])

    def invoke(self, package: str, payload: Any) -> tuple[str | None, Any]:
        """How a direct call of a function ended: its error's kind or None, and its answer."""
        answer = self.client("lambda").invoke(FunctionName=self.function(package), Payload=json.dumps(payload).encode())
        return answer.get("FunctionError"), json.loads(answer["Payload"].read())

    def document(self, execution: str, name: str) -> dict[str, Any]:
        """A small result of an execution, by its key of 12 digits."""
        key = f"executions/{execution}/{name}"
        found: dict[str, Any] = json.loads(self.read(self.outputs["ArtifactsBucket"], key))
        return found

    def read(self, bucket: str, key: str) -> bytes:
        """An object's content."""
        content: bytes = self.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
        return content

    def metric_total(self, metric: str, **dimensions: str) -> float | None:
        """Sum of one of our metrics over the last hours; None without a data point."""
        now = datetime.now(UTC)
        answer = self.client("cloudwatch").get_metric_statistics(
            Namespace="GreenFraud",
            MetricName=metric,
            Dimensions=[{"Name": name, "Value": value} for name, value in dimensions.items()],
            StartTime=now - timedelta(hours=3),
            EndTime=now + timedelta(minutes=1),
            Period=3600,
            Statistics=["Sum"],
        )
        return sum(point["Sum"] for point in answer["Datapoints"]) if answer["Datapoints"] else None

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

        description: dict[str, Any] = wait_until(ended, pause=0.3)
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
