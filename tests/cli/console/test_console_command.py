"""`greenfraud console` as a process: where it listens, what it prints and logs, how it ends."""

from __future__ import annotations

import re
import signal
import socket
import stat
import subprocess
import sys
import threading
from pathlib import Path

import httpx
import pytest
from console_world import scoring_api, served
from typer.testing import CliRunner

from cli.console.server import served_beside
from cli.embedded import CONSOLE_FILE
from cli.main import app
from tests.free_ports import free_port

ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)/\?key=(\S+)")


@pytest.fixture
def port() -> int:
    """A port that is free."""
    return free_port()


def test_the_console_serves_until_ctrl_c_and_logs_neither_addresses_nor_what_was_typed(port, monkeypatch):
    """Ids and the key stay out of what a terminal keeps."""
    with scoring_api() as api:
        variables = {"GREENFRAUD_API_URL": api.address, "AWS_ENDPOINT_URL": "http://127.0.0.1:9"}
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        words = [sys.executable, "-m", "cli", "console", "--port", str(port)]
        process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, bufsize=1)
        watchdog = threading.Timer(300, process.kill)
        watchdog.start()
        told = ""
        while "Ctrl-C" not in told:
            line = process.stdout.readline()
            assert line, process.stderr.read()
            told += line
        (found,) = ADDRESS.findall(told)
        assert found[0] == str(port)
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", follow_redirects=True, timeout=300) as browser:
            assert browser.get("/links", params={"key": found[1]}).status_code == 200
            assert "no decision for secret" in browser.get("/payment", params={"id": "secret"}).text
            assert "server" not in browser.get("/links").headers
        process.send_signal(signal.SIGINT)
        more, errors = process.communicate(timeout=300)
        watchdog.cancel()
    assert process.returncode == 0, errors
    assert more + errors == ""


def test_a_port_that_is_in_use_is_named_with_the_way_out(port, monkeypatch):
    """Before anything is served."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with scoring_api() as api, socket.socket() as taken:
        monkeypatch.setenv("GREENFRAUD_API_URL", api.address)
        taken.bind(("127.0.0.1", port))
        taken.listen()
        said = CliRunner().invoke(app, ["console", "--port", str(port)])
    assert said.exit_code == 2
    assert f"port {port} is in use: choose another with --port" in said.output


def test_where_nothing_is_up_there_is_no_console(tmp_path, monkeypatch):
    """It says what to run first."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    said = CliRunner().invoke(app, ["console"])
    assert said.exit_code == 1
    assert "Run `make run` first" in said.output


@pytest.mark.parametrize(
    ("status", "body"),
    [(200, b"<!doctype html>"), (200, b"[]"), (404, b""), (404, b'{"detail":"Not Found"}')],
    ids=["a page", "a list", "nothing of this address", "another API"],
)
def test_where_something_else_answers_there_is_no_console(port, monkeypatch, status, body):
    """It would be served over another program, and wait for Ctrl-C."""

    async def stranger(scope, receive, send):
        await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", b"text/html")]})
        await send({"type": "http.response.body", "body": body})

    with served(stranger) as address, monkeypatch.context() as waiting:
        waiting.setenv("AWS_ENDPOINT_URL", address)
        waiting.setenv("GREENFRAUD_API_URL", address)
        waiting.setattr(threading.Thread, "join", stopped)
        said = CliRunner().invoke(app, ["console", "--port", str(port)])
    assert said.exit_code == 1
    assert f"is {address} the scoring API?" in said.output


def test_in_aws_the_browser_is_opened_by_a_file_that_nobody_else_may_read(monkeypatch, port):
    """The list of processes shows no key; the file leads to the address that is printed, and is gone at the end."""
    opened: list[tuple[Path, int, str]] = []

    def browse(address: str) -> None:
        file = Path(address.removeprefix("file://"))
        opened.append((file, stat.S_IMODE(file.stat().st_mode), file.read_text(encoding="utf-8")))

    monkeypatch.setattr("webbrowser.open", browse)
    with scoring_api() as api, monkeypatch.context() as waiting:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            waiting.setenv(name, "testing")
        waiting.setenv("GREENFRAUD_API_URL", api.address)
        waiting.setattr(threading.Thread, "join", stopped)
        said = CliRunner().invoke(app, ["console", "--aws", "--open", "--port", str(port)])
    assert said.exit_code == 0, said.output
    assert f"platform   {api.address}" in said.output
    ((file, mode, page),) = opened
    assert mode == 0o600
    assert f'content="0; url=http://127.0.0.1:{port}/?key={ADDRESS.findall(said.output)[0][1]}"' in page
    assert not file.exists()


def stopped(thread: threading.Thread, timeout: float | None = None) -> None:
    """Ctrl-C, the first time somebody waits without an end."""
    if timeout is None:
        raise KeyboardInterrupt


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    """Files of a run are written below the working folder."""
    monkeypatch.chdir(tmp_path)


def test_the_console_listens_on_the_loopback_alone(platform):
    """Other machines cannot reach it, whatever the machine's own address."""
    said: list[str] = []
    with served_beside(platform.target, said.append):
        (found,) = ADDRESS.findall(said[0])
        listening = [line.split() for line in open("/proc/net/tcp", encoding="ascii")][1:]  # noqa: SIM115, PTH123
        ours = [one[1].split(":")[0] for one in listening if one[3] == "0A" and int(one[1].split(":")[1], 16) == int(found[0])]
        assert ours == ["0100007F"]


def test_beside_a_run_its_address_lies_where_only_its_owner_reads_it(platform):
    """The API's first page leads there; afterwards nothing is left."""
    said: list[str] = []
    with served_beside(platform.target, said.append):
        assert said[0] == f"Console: {CONSOLE_FILE.read_text(encoding='utf-8')}"
        assert CONSOLE_FILE.stat().st_mode & 0o777 == 0o600
    assert not CONSOLE_FILE.exists()


def test_beside_a_run_the_console_takes_another_port_where_the_usual_one_is_in_use(platform):
    """Two platforms on one machine have a console each, and the second says why it is not where it is looked for."""
    first: list[str] = []
    second: list[str] = []
    with served_beside(platform.target, first.append), served_beside(platform.target, second.append):
        ports = [ADDRESS.findall(said[0])[0][0] for said in (first, second)]
    assert len(set(ports)) == 2
    assert second[1:] == [f"Port 8090 is in use by another program, so the console has port {ports[1]}."]
