"""The platform of the story: `greenfraud run` in a folder of its own, and the commands that a person gives it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from benchmarks.ports import free_port
from cli.api import call_api
from cli.target import Target

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

ROOT = Path(__file__).resolve().parents[2]
# A grid with a day of its own, so that waiting for clean power means something: Germany's, by the sun (Ember, 2024).
GRID = {
    "intensity_zone": "eu-central-1",
    "grid_intensity_g_per_kwh": "336.38",
    "grid_intensity_source": "Ember by Our World in Data, Germany 2024, life cycle, location-based",
    "country_iso3": "DEU",
}
NIGHT = "02:00"  # UTC, whatever the hour is here: at noon there would be nothing cleaner to wait for
START_SECONDS, COMMAND_SECONDS, STOP_SECONDS, POLL_SECONDS = 900, 1_800, 120, 0.5
UP = "Up. Ctrl-C"


class StepMissingError(Exception):
    """Something that the story tells of did not happen; the message says what, and what was seen instead."""


@dataclass
class StoryPlatform:
    """One platform that runs; `folder` is where a person stands who gives it commands."""

    folder: Path

    def command(self, *words: str) -> str:
        """What one command printed. StepMissingError when it fails."""
        done = subprocess.run(
            [sys.executable, "-m", "cli", *words],
            cwd=self.folder,
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=COMMAND_SECONDS,
        )
        if done.returncode:
            raise StepMissingError(f"greenfraud {' '.join(words)}: {done.stderr.strip() or done.stdout.strip()[-500:]}")
        return done.stdout

    @cached_property
    def target(self) -> Target:
        """Where its AWS and its API answer."""
        serving = json.loads((self.folder / ".local/serving.json").read_text(encoding="utf-8"))
        return Target(serving["endpoint"], serving["region"], serving["api"])

    def production(self) -> dict[str, Any]:
        """What is in production, in shadow and a canary."""
        found: dict[str, Any] = call_api(self.target, "GET", "/v1/production")
        return found

    def post(self, path: str, body: Any) -> dict[str, Any]:
        """The answer of the scoring API."""
        response = httpx.post(f"{self.target.api}{path}", json=body, timeout=60)
        if not response.is_success:
            raise StepMissingError(f"{path} answered {response.status_code}: {response.text[:300]}")
        found: dict[str, Any] = response.json()
        return found

    def document(self, bucket: str, key: str) -> dict[str, Any]:
        """An object of one of its buckets, by the bucket's output."""
        body = self.target.client("s3").get_object(Bucket=self.target.outputs[bucket], Key=key)["Body"].read()
        found: dict[str, Any] = json.loads(body)
        return found

    def executions(self, machine: str) -> list[dict[str, Any]]:
        """Descriptions of the executions of a state machine, named by its output, the newest first."""
        client = self.target.client("stepfunctions")
        listed = client.list_executions(stateMachineArn=self.target.outputs[machine])["executions"]
        described = [client.describe_execution(executionArn=one["executionArn"]) for one in listed]
        return [{**one, "input": json.loads(one["input"])} for one in described]


def environment(**given: str) -> dict[str, str]:
    """The variables of a process of the story: another platform's address must not lead it astray."""
    kept = {name: value for name, value in os.environ.items() if name not in {"AWS_ENDPOINT_URL", "GREENFRAUD_API_URL"}}
    return {**kept, **given}


def wait_for(what: str, found: Callable[[], Any], *, seconds: float) -> Any:
    """The first true value of `found`. StepMissingError when time is up."""
    end = time.monotonic() + seconds
    while not (value := found()):
        if time.monotonic() > end:
            raise StepMissingError(f"{what}: not seen within {seconds:.0f} s")
        time.sleep(POLL_SECONDS)
    return value


@contextmanager
def running(folder: Path, data: Path) -> Iterator[StoryPlatform]:
    """Synthesise for the story's grid, run, train on `data`; up while the block runs, from the night on, without waits."""
    synthesise(folder / "cdk.out", GRID)
    share_layers(folder)
    ports = [str(free_port()) for _ in range(2)]
    log = folder / "run.log"
    with log.open("w", encoding="utf-8") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "cli", "run", "--data", str(data), "--port", ports[0], "--http-port", ports[1]],
            cwd=folder,
            env=environment(GREENFRAUD_SKIP_WAITS="1", GREENFRAUD_CLOCK=NIGHT, PYTHONUNBUFFERED="1"),
            stdout=out,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    try:
        wait_for("the platform", lambda: _is_up(process, log), seconds=START_SECONDS)
        yield StoryPlatform(folder)
    finally:
        _stop(process)


def _is_up(process: subprocess.Popen[bytes], log: Path) -> bool:
    told = log.read_text(encoding="utf-8")
    if process.poll() is not None:
        raise StepMissingError(f"greenfraud run ended with {process.returncode}: {told[-1_500:]}")
    return UP in told


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()  # as Ctrl-C does, which whoever started us in the background has switched off
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)


def synthesise(folder: Path, settings: Mapping[str, str]) -> None:
    """The project's own template with other settings. StepMissingError where that fails."""
    tools = ROOT / ".venv-cdk/bin"
    path = f"{tools}{os.pathsep}{ROOT / '.venv/bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    command = [tools / "node", ROOT / "node_modules/aws-cdk/bin/cdk", "synth", "--quiet", "--no-notices", "--output", folder]
    given = [word for name, value in settings.items() for word in ("--context", f"{name}={value}")]
    done = subprocess.run(
        [*map(str, command), *given], cwd=ROOT, env=environment(PATH=path), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise StepMissingError(f"cdk synth: {done.stderr[-1_500:]}")


def share_layers(folder: Path) -> None:
    """The build of the runtime layer is shared; everything else starts as on a fresh machine."""
    layers = ROOT / ".local/cache/layers"
    layers.mkdir(parents=True, exist_ok=True)
    (folder / ".local/cache").mkdir(parents=True)
    (folder / ".local/cache/layers").symlink_to(layers)
