"""The embedded AWS is started as a process, and nothing of it is left on any way out."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cli.embedded import deploy, embedded_aws
from cli.errors import CommandError, InputError

STAND_IN = """
import json, os, pathlib, signal, subprocess, sys, time
command = sys.argv[1]
if command == "deploy":
    print("GreenFraud-Data: failed: Bucket: the reason")
    sys.exit(1)
if "--port" in sys.argv and sys.argv[sys.argv.index("--port") + 1] == "1":
    print("port 1 is in use: choose another with --port", file=sys.stderr)
    sys.exit(2)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
pathlib.Path("child.pid").write_text(str(child.pid))
def stop(*_):
    pathlib.Path("saved").write_text("state")
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
print("a line that is no JSON")
print(json.dumps({"ready": True, "endpoint": "http://127.0.0.1:4566", "api": "http://127.0.0.1:8000", "seconds": 0.1}), flush=True)
time.sleep(600)
"""


# What starts the tests may have told its children to ignore the signal.
SERVE_AND_WAIT = """
import signal, time
signal.signal(signal.SIGINT, signal.default_int_handler)
from pathlib import Path
from cli.embedded import embedded_aws
with embedded_aws(port=4566, http_port=8000, state=Path("state"), note=print):
    print("up", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def stand_in(tmp_path, monkeypatch):
    """A folder in which `python -m local` is a stand-in with a child process of its own."""
    (tmp_path / "local").mkdir()
    (tmp_path / "local/__init__.py").touch()
    (tmp_path / "local/__main__.py").write_text(STAND_IN, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def is_running(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    except (FileNotFoundError, ProcessLookupError):  # the second where it ends while it is read
        return False


def wait_until_gone(pid: int) -> bool:
    """Whether the process ends."""
    deadline = time.monotonic() + 300
    while is_running(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not is_running(pid)


def serve(port=4566):
    """The embedded AWS as `run` starts it."""
    return embedded_aws(port=port, http_port=8000, state=Path("state"), note=print)


def test_the_server_saves_its_state_and_its_children_are_gone_afterwards(stand_in):
    """It is asked to end; the rest of its group is killed."""
    with serve() as ready:
        assert (ready.endpoint, ready.api) == ("http://127.0.0.1:4566", "http://127.0.0.1:8000")
        child = int((stand_in / "child.pid").read_text())
        assert is_running(child)
    assert (stand_in / "saved").exists()
    assert wait_until_gone(child)


def test_nothing_is_left_when_a_step_fails(stand_in):
    """Every way out stops it."""
    with pytest.raises(ZeroDivisionError), serve():
        raise ZeroDivisionError
    assert wait_until_gone(int((stand_in / "child.pid").read_text()))


def test_ctrl_c_stops_every_process_it_started(stand_in):
    """The signal reaches the command alone; the command stops the others."""
    path = os.pathsep.join([str(Path(__file__).parents[2]), str(Path(__file__).parents[2] / "layers/greenfraud/python")])
    command = subprocess.Popen(
        [sys.executable, "-c", SERVE_AND_WAIT],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": path},
    )
    assert command.stdout.readline() == b"up\n"
    command.send_signal(signal.SIGINT)
    command.communicate(timeout=300)
    assert (stand_in / "saved").exists()
    assert wait_until_gone(int((stand_in / "child.pid").read_text()))


@pytest.mark.usefixtures("stand_in")
def test_a_port_in_use_is_the_servers_own_message_and_code_2():
    """It names the option that changes the port."""
    with pytest.raises(InputError, match="port 1 is in use: choose another with --port"), serve(port=1):
        pass


@pytest.mark.usefixtures("stand_in")
def test_a_failed_deployment_shows_the_resource_and_its_reason():
    """As the deployer printed it."""
    lines = []
    with pytest.raises(CommandError, match="Bucket: the reason"):
        deploy(Path("cdk.out"), "http://127.0.0.1:4566", lines.append)
    assert lines == ["GreenFraud-Data: failed: Bucket: the reason"]
