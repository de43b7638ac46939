"""Documented lines, pasted: run by a shell as they stand, but for the ports, against a platform that is up."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from pages import ROOT, Page

from local import processes
from tests.e2e.deployment import wait_until
from tests.free_ports import free_port

pytestmark = pytest.mark.xdist_group("e2e")

README = Page(ROOT / "README.md")
BIN = Path(sys.executable).parent


def command_of(page: str, part: str) -> str:
    """The one command of a page that holds `part`."""
    (command,) = [command for command in Page(ROOT / page).commands if part in command]
    return command


@pytest.fixture
def paste(deployment):
    """Runs a line in a shell, its addresses replaced by those of the deployment; what it printed."""
    target = deployment.target
    served = {"http://127.0.0.1:8000": target.api, "http://127.0.0.1:4566": target.endpoint, ".venv/bin/": f"{BIN}/"}
    keys = {"AWS_ENDPOINT_URL": target.endpoint, "AWS_ACCESS_KEY_ID": "embedded", "AWS_SECRET_ACCESS_KEY": "embedded"}
    env = {**os.environ, **keys, "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}"}

    def run(line: str) -> str:
        for written, here in served.items():
            line = line.replace(written, here)
        done = subprocess.run(
            ["bash", "-c", line], cwd=deployment.folder, env=env, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    return run


def test_the_operators_commands_are_those_the_readme_lists(paste):
    """`greenfraud --help` and the README name the same commands."""
    shown = re.findall(r"^\W*([a-z][a-z-]+) {2,}\w", paste(".venv/bin/greenfraud --help"), re.MULTILINE)
    table = README.prose.split("`.venv/bin/greenfraud --help`.")[1].split("\n\n")[1]
    named = [name for row in table.splitlines() for name in re.findall(r"`([a-z-]+)`", row.split("|")[1])]
    assert sorted(named) == sorted(shown)


def test_status_speaks_of_the_platform_that_is_up(paste, deployment):
    """The address of its API, whatever it serves."""
    assert deployment.target.api in paste(".venv/bin/greenfraud status")


def test_the_doctor_looks_at_the_platform_that_is_up(paste, deployment):
    """Every part that answers; what rings here, in a deployment that other tests share, is no concern of this one."""
    line = command_of("docs/quick-start.md", "greenfraud doctor")
    said = paste(f"{line}; true")
    assert "all 4 are complete" in said
    assert f"ok at {deployment.target.api}" in said
    assert "cannot be looked at" not in said


@pytest.mark.usefixtures("first_run")
def test_retraining_again_finds_nothing_new(paste):
    """The operator's command follows the execution to its end and says how it ended."""
    assert "NothingToTrain" in paste(".venv/bin/greenfraud retrain")


def test_the_development_server_starts_with_the_printed_variables(deployment):
    """`greenfraud status --env` prints what the app needs; uvicorn then serves the same API."""
    env = {**os.environ, "AWS_ENDPOINT_URL": deployment.target.endpoint}
    printed = subprocess.run(
        [BIN / "greenfraud", "status", "--env"], cwd=deployment.folder, env=env, capture_output=True, text=True, check=True
    ).stdout
    (command,) = [command for command in README.commands if "uvicorn" in command]
    port = free_port()
    line = f"{printed}\nexec {command.replace('.venv/bin/', f'{BIN}/')} --port {port}"
    server = subprocess.Popen(
        ["bash", "-c", line], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        assert wait_until(lambda: health_of(port))["status"] == "ok"
    finally:
        processes.end_session(server.pid)
        server.wait(300)


def health_of(port: int) -> dict[str, object] | None:
    """What GET /health says; None while nobody answers."""
    try:
        answer: dict[str, object] = httpx.get(f"http://127.0.0.1:{port}/health", timeout=60).json()
    except httpx.HTTPError:
        return None
    return answer


def test_the_containers_settings_come_from_the_deployment(paste):
    """What `status --env --aws` prints can be evaluated, and names the deployed tables."""
    line = command_of("docs/containers.md", "status --env --aws")
    assert "control" in paste(f'{line} && echo "$CONTROL_TABLE"').lower()


def test_the_containers_credentials_come_from_the_persons_own(paste):
    """The AWS command line hands over what it would use itself."""
    if shutil.which("aws") is None:
        pytest.skip("the AWS command line is not installed here")
    line = command_of("docs/containers.md", "export-credentials --format env")
    assert paste(f'export AWS_ACCESS_KEY_ID=mine AWS_SECRET_ACCESS_KEY=secret; {line}; echo "$AWS_ACCESS_KEY_ID"').strip() == "mine"


def test_the_commit_hook_installs_and_finds_its_programs(tmp_path):
    """`pre-commit install` works with our configuration, whose hooks are programs of the project's own environment."""
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    configuration = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    (tmp_path / ".pre-commit-config.yaml").write_text(configuration, encoding="utf-8")
    done = subprocess.run([BIN / "pre-commit", "install"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / ".git/hooks/pre-commit").is_file()
    programs = {line.split(".venv/bin/")[1].split(",")[0].split()[0] for line in configuration.splitlines() if ".venv/bin/" in line}
    assert {program for program in programs if not (BIN / program).exists()} == set()
