"""`greenfraud doctor` as a command: what it ends with, what stands below a fault, and the one document of `--json`."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from cli.doctor.examination import examine_here
from cli.main import app


def test_a_platform_that_was_killed_is_wrong(tmp_path, monkeypatch):
    """Its file says that it is up, and nothing answers there."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    (tmp_path / ".local").mkdir()
    (tmp_path / ".local/serving.json").write_text('{"endpoint": "http://127.0.0.1:1"}', encoding="utf-8")
    *_, last = examine_here(tmp_path, 1, 1)
    assert (last.place, last.state, "make run" in last.mend) == ("embedded AWS", "wrong", True)


@pytest.fixture
def run(tmp_path, monkeypatch):
    """`greenfraud doctor` with these options, in an empty folder where nothing is up; its exit code and what it printed."""
    monkeypatch.chdir(tmp_path)
    for name in ("AWS_ENDPOINT_URL", "GREENFRAUD_PORT", "GREENFRAUD_HTTP_PORT"):
        monkeypatch.delenv(name, raising=False)

    def run(*options: str) -> tuple[int, str]:
        done = CliRunner().invoke(app, ["doctor", "--port", "1", "--http-port", "1", *options])
        return done.exit_code, done.output

    return run


def test_the_command_ends_with_0_when_nothing_is_wrong(run):
    """What is not up is no fault."""
    code, said = run()
    assert code == 0
    assert "· platform   embedded AWS   is not up" in said
    assert "nothing is wrong" in said


def test_the_command_ends_with_1_when_something_is_wrong(run, monkeypatch):
    """Below it stands what mends it."""
    monkeypatch.setattr("cli.doctor.machine.LEAST_DISK_GB", 1e9)
    code, said = run()
    assert code == 1
    assert "→ Make room" in said
    assert "1 of" in said


@pytest.mark.parametrize("options", [("--region", "nowhere"), ("--port", "0"), ("--bogus",)])
def test_a_bad_argument_ends_with_2(run, options):
    """Before anything was looked at."""
    code, said = run(*options)
    assert code == 2
    assert "✓" not in said


def test_json_is_one_document(run, monkeypatch):
    """With the same exit code; `mend` is null where nothing is to be mended."""
    monkeypatch.setattr("cli.doctor.machine.LEAST_DISK_GB", 1e9)
    code, said = run("--json")
    document = json.loads(said)
    assert (code, document["schema"], document["is_well"]) == (1, 1, False)
    by_place = {one["place"]: one for one in document["findings"]}
    assert (by_place["python"]["part"], by_place["python"]["state"], by_place["python"]["mend"]) == ("machine", "well", None)
    assert by_place["disk"]["mend"].startswith("Make room")
