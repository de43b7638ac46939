"""`greenfraud mlflow-ui`: MLflow's own pages over what the last run recorded, on this machine's loopback address only.

Runs and registry are in a database file. Their files (models, plots) are in S3: while the platform is up, its own; once it has
stopped, what it saved, served by itself for as long as the pages are up.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from cli.errors import CommandError, InputError
from cli.record import read_json_file
from cli.screen import Screen
from cli.target import DEFAULT_REGION, LOCAL_KEY, SERVING_FILE

STATE = Path(".local/state")
DATABASE = Path("mlflow/mlflow.db")
LOGS = Path(".local/logs")
HOST = "127.0.0.1"  # never another: MLflow asks nobody who they are
PREFIX = "mlflow/"  # where runs keep their files in the artifacts bucket
START_SECONDS, STOP_SECONDS = 90, 10
PAGE = "/#/experiments?workflowType=machine_learning"


@dataclass(frozen=True)
class Recorded:
    """The state of a run; `endpoint` is its platform's, None once that has stopped."""

    state: Path
    endpoint: str | None

    @property
    def database(self) -> Path:
        """MLflow's database."""
        return (self.state / DATABASE).absolute()


def show_mlflow(screen: Screen, port: int) -> None:
    """Serve until Ctrl-C. InputError when the port is taken; CommandError when there is nothing to show."""
    recorded = last_recorded()
    _require_free(port)
    with ExitStack() as running:
        with screen.step("mlflow", f"starting MLflow over {recorded.state}"):
            endpoint = recorded.endpoint or running.enter_context(_saved_files(recorded.state))
            server = running.enter_context(_server(recorded.database, endpoint, port))
        screen.line(f"MLflow: http://{HOST}:{port}{PAGE}", style="bold")
        files = f"the platform at {endpoint}" if recorded.endpoint else f"what was saved in {recorded.state}"
        screen.line(f"Files of runs come from {files}. To load a model in Python, first:")
        shown = {"MLFLOW_TRACKING_URI": f"http://{HOST}:{port}", **_credentials(endpoint)}
        screen.line("  export " + " ".join(f"{name}={value}" for name, value in shown.items()))
        screen.line("Ctrl-C stops it.")
        with suppress(KeyboardInterrupt):
            code = server.wait()
            raise CommandError(f"MLflow ended by itself with {code}; its log: {LOGS / 'mlflow.log'}")


def last_recorded() -> Recorded:
    """The platform that is up, else the newest state with a database of MLflow. CommandError when there is none."""
    serving = read_json_file(SERVING_FILE)
    if serving.get("endpoint") and _answers(serving["endpoint"]):
        found = Recorded(Path(serving["state"]), serving["endpoint"])
        if not found.database.exists():
            raise CommandError("the platform is up, but nothing was trained yet. Wait for its first features job")
        return found
    databases = sorted(STATE.glob(f"*/{DATABASE}"), key=lambda file: file.stat().st_mtime)
    if not databases:
        raise CommandError(f"there is no MLflow database in {STATE}. Run `make run` first")
    return Recorded(databases[-1].parents[1], None)


@contextmanager
def _saved_files(state: Path) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    words = ["-m", "local", "objects", "--port", str(port), "--state", str(state), "--prefix", PREFIX]
    with _process(words, "objects", f"http://{HOST}:{port}", {}):
        yield f"http://{HOST}:{port}"


@contextmanager
def _server(database: Path, endpoint: str, port: int) -> Iterator[subprocess.Popen[bytes]]:
    words = ["-m", "mlflow", "server", "--host", HOST, "--port", str(port), "--workers", "1", "--no-serve-artifacts"]
    words += ["--allowed-hosts", f"{HOST}:{port},localhost:{port}", "--backend-store-uri", f"sqlite:///{database}?timeout=60"]
    settings = {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", **_credentials(endpoint)}
    with _process(words, "mlflow", f"http://{HOST}:{port}/health", settings) as process:
        yield process


def _credentials(endpoint: str) -> dict[str, str]:
    key = {"AWS_ACCESS_KEY_ID": LOCAL_KEY, "AWS_SECRET_ACCESS_KEY": LOCAL_KEY, "AWS_DEFAULT_REGION": DEFAULT_REGION}
    return {"MLFLOW_S3_ENDPOINT_URL": endpoint, **key}


@contextmanager
def _process(words: list[str], name: str, address: str, settings: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """`python WORDS` while the block runs, once it answers at its address; on every way out its whole group ends."""
    LOGS.mkdir(parents=True, exist_ok=True)
    path = LOGS / f"{name}.log"
    with path.open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            [sys.executable, *words],
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            env={**{name: value for name, value in os.environ.items() if name != "AWS_PROFILE"}, **settings},
        )
        try:
            _wait_until_answering(process, address, path)
            yield process
        finally:
            _end(process)


def _wait_until_answering(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not _answers(address):
        if process.poll() is not None or time.monotonic() > deadline:
            tail = "\n".join(log.read_text(encoding="utf-8").strip().splitlines()[-5:])
            raise CommandError(f"nothing answers at {address}: {tail}\nIts log: {log}")
        time.sleep(0.1)


def _answers(address: str) -> bool:
    try:
        urllib.request.urlopen(address, timeout=5).close()  # noqa: S310 - an address of this machine
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def _end(process: subprocess.Popen[bytes]) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)


def _require_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            raise InputError(f"port {port} is in use: choose another with --port (with make: PORT=5001)") from None
