"""`greenfraud mlflow-ui`, as `make mlflow-ui` starts it."""

from __future__ import annotations

import http.server
import json
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from mlflow import MlflowClient
from saved_state import save_objects
from typer.testing import CliRunner

from cli.errors import CommandError
from cli.main import app
from cli.mlflow_ui import Recorded, last_recorded
from tests.free_ports import free_port

PICTURE = b'<svg xmlns="http://www.w3.org/2000/svg"/>'


def record_run(state: Path) -> str:
    """A state with one run and its plot; returns the run's id."""
    (state / "mlflow").mkdir(parents=True)
    client = MlflowClient(f"sqlite:///{state}/mlflow/mlflow.db")
    run = client.create_run(client.create_experiment("greenfraud", artifact_location="s3://artifacts/mlflow"))
    key = run.info.artifact_uri.removeprefix("s3://artifacts/")
    save_objects(state, "artifacts", {f"{key}/holdout/calibration.svg": PICTURE})
    return str(run.info.run_id)


@dataclass(frozen=True)
class Pages:
    """MLflow's pages while they are up: their address, the recorded run, what the command has said."""

    address: str
    run_id: str
    said: str

    def get(self, path: str, body: object = None, **headers: str) -> bytes:
        """The answer to a request; HTTPError when it is refused."""
        request = urllib.request.Request(f"{self.address}{path}", json.dumps(body).encode() if body else None)
        request.add_header("Content-Type", "application/json")
        for name, value in headers.items():
            request.add_header(name, value)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return bytes(answer.read())


# What starts the tests may have told its children to ignore the signal.
HEEDS_CTRL_C = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])
"""


@contextmanager
def killed(command: subprocess.Popen[str]) -> Iterator[None]:
    """Whatever the block finds, nobody waits for the command afterwards."""
    try:
        yield
    finally:
        command.kill()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    """The command in a folder where a platform has stopped; Ctrl-C must end it, and all it started, without a fault."""
    folder, port = tmp_path_factory.mktemp("stopped"), free_port()
    run_id = record_run(folder / ".local/state/world")
    command_file = Path(sys.executable).with_name("greenfraud")
    words = [sys.executable, "-c", HEEDS_CTRL_C, str(command_file), "mlflow-ui", "--port", str(port)]
    with subprocess.Popen(words, cwd=folder, stdout=subprocess.PIPE, text=True, start_new_session=True) as command, killed(command):
        said = ""
        while "Ctrl-C" not in said:
            line = command.stdout.readline()
            assert line, said
            said += line
        yield Pages(f"http://127.0.0.1:{port}", run_id, said)
        command.send_signal(signal.SIGINT)
        assert command.wait(60) == 0
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))


def test_runs_are_shown_after_the_platform_has_stopped(pages: Pages) -> None:
    """The interface that the run's page asks, too: it needs a version of graphene that MLflow does not insist on."""
    query = {"query": f'{{mlflowGetRun(input: {{runId: "{pages.run_id}"}}) {{run {{info {{runId status}}}}}}}}'}
    found = json.loads(pages.get("/graphql", {**query, "operationName": None, "variables": {}}))
    assert found["data"]["mlflowGetRun"]["run"]["info"] == {"runId": pages.run_id, "status": "RUNNING"}


def test_plots_come_from_what_was_saved(pages: Pages) -> None:
    """Through MLflow's own artifact viewer."""
    assert pages.get(f"/get-artifact?path=holdout/calibration.svg&run_uuid={pages.run_id}") == PICTURE


def test_a_page_of_another_address_changes_nothing(pages: Pages) -> None:
    """Its request is refused before it is read."""
    with pytest.raises(urllib.error.HTTPError, match="403"):
        pages.get("/api/2.0/mlflow/experiments/create", {"name": "hostile"}, Origin="http://evil.example")
    found = json.loads(pages.get("/api/2.0/mlflow/experiments/search", {"max_results": 100}))
    assert "hostile" not in {experiment["name"] for experiment in found["experiments"]}


def test_nobody_else_is_answered(pages: Pages) -> None:
    """A page of the internet that points its name here is refused, and no other address of this machine listens."""
    with pytest.raises(urllib.error.HTTPError, match="403"):
        pages.get("/api/2.0/mlflow/experiments/search", {"max_results": 1}, Host="rebound.example.com")
    port = int(pages.address.rpartition(":")[2])
    listening = [
        line.split()[1] for line in Path("/proc/net/tcp").read_text().splitlines() if f":{port:04X} " in line and " 0A " in line
    ]
    assert listening == [f"0100007F:{port:04X}"]


def test_it_says_where_files_come_from_and_how_to_load_a_model(pages: Pages) -> None:
    """Lines to open and to paste."""
    assert f"MLflow: {pages.address}/#/experiments" in pages.said
    assert "Files of runs come from what was saved in .local/state/world" in pages.said
    assert f"export MLFLOW_TRACKING_URI={pages.address} MLFLOW_S3_ENDPOINT_URL=http://127.0.0.1:" in pages.said


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def serving(folder: Path, endpoint: str) -> None:
    """Write what `run` writes while it is up."""
    (folder / ".local").mkdir(exist_ok=True)
    (folder / ".local/serving.json").write_text(json.dumps({"endpoint": endpoint, "state": ".local/state/world"}))


def database(folder: Path, name: str) -> None:
    """A state with a database."""
    (folder / ".local/state" / name / "mlflow").mkdir(parents=True)
    (folder / ".local/state" / name / "mlflow/mlflow.db").touch()


@pytest.fixture
def platform() -> Iterator[str]:
    """The address of somebody who answers."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_platform_that_is_up_is_the_last_run(folder: Path, platform: str) -> None:
    """Its own files are shown, however new another state is."""
    database(folder, "world")
    database(folder, "newer")
    serving(folder, platform)
    assert last_recorded() == Recorded(Path(".local/state/world"), platform)


def test_a_platform_that_went_away_is_no_hindrance(folder: Path) -> None:
    """What it left behind is shown."""
    database(folder, "world")
    serving(folder, f"http://127.0.0.1:{free_port()}")
    assert last_recorded() == Recorded(Path(".local/state/world"), None)


def test_a_platform_that_trained_nothing_yet_says_so(folder: Path, platform: str) -> None:
    """The state of another run is not shown in its place."""
    database(folder, "another")
    serving(folder, platform)
    with pytest.raises(CommandError, match="nothing was trained yet"):
        last_recorded()


def test_without_any_run_it_says_to_make_one(folder: Path) -> None:
    """And starts nothing."""
    result = CliRunner().invoke(app, ["mlflow-ui"])
    assert result.exit_code == 1
    assert "there is no MLflow database in .local/state. Run `make run` first" in result.stderr


def test_a_taken_port_is_named(folder: Path) -> None:
    """With the option that chooses another."""
    database(folder, "world")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        result = CliRunner().invoke(app, ["mlflow-ui", "--port", str(taken.getsockname()[1])])
    assert result.exit_code == 2
    assert "is in use: choose another with --port" in result.stderr
