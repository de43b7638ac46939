"""The doctor's look at a machine and at the project's folder: what is wrong is named, with what mends it."""

from __future__ import annotations

import json
import os
import shutil
import socket
import tomllib
from pathlib import Path
from types import SimpleNamespace

import pytest

from cli.doctor import machine, project
from cli.doctor.finding import Finding, look

ROOT = Path(__file__).resolve().parents[2]


def test_the_pythons_are_those_of_the_project():
    """As `requires-python` has them."""
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["requires-python"]
    (first, *_, last) = machine.SUPPORTED
    assert asked == f">={first[0]}.{first[1]},<{last[0]}.{last[1] + 1}"


@pytest.mark.parametrize(("version", "state"), [((3, 10), "wrong"), ((3, 12), "well"), ((3, 14), "wrong")])
def test_another_python_is_wrong(version, state):
    """With the command that takes a right one."""
    (found,) = machine.python(version)
    assert (found.state, "make PYTHON=" in found.mend) == (state, state == "wrong")


@pytest.mark.parametrize(("free", "state"), [(2_000_000_000, "well"), (1_990_000_000, "wrong")])
def test_a_full_disk_is_wrong(monkeypatch, free, state):
    """It says how much is free, in GB."""
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free))
    (found,) = machine.disk(Path())
    assert (found.state, found.found[:3]) == (state, "2.0")


@pytest.mark.parametrize(("kilobytes", "state"), [(1_000_000, "well"), (900_000, "wrong")])
def test_little_memory_is_wrong(tmp_path, kilobytes, state):
    """By what is available, not by what is unused."""
    (tmp_path / "meminfo").write_text(f"MemFree: 1 kB\nMemAvailable:   {kilobytes} kB\n", encoding="ascii")
    assert [one.state for one in machine.memory(tmp_path / "meminfo")] == [state]


def test_memory_that_nobody_tells_of_is_unavailable(tmp_path):
    """Not 0, and not wrong."""
    (found,) = machine.memory(tmp_path / "meminfo")
    assert (found.state, found.found.partition(":")[0]) == ("note", "unavailable")


def test_a_clock_behind_the_files_is_wrong(tmp_path):
    """What was written an hour from now cannot be."""
    file = tmp_path / "pyproject.toml"
    file.touch()
    assert [one.state for one in machine.clock(tmp_path)] == ["well"]
    os.utime(file, (file.stat().st_mtime + 3_600,) * 2)
    assert [(one.state, one.found[:19]) for one in machine.clock(tmp_path)] == [("wrong", "is 60 minutes behin")]


def test_a_port_that_somebody_listens_on_is_wrong():
    """With the option that takes another one."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        number = other.getsockname()[1]
        (taken,) = machine.port(number, "HTTP_PORT")
    (free,) = machine.port(number, "HTTP_PORT")
    assert (taken.state, free.state) == ("wrong", "well")
    assert f"make run HTTP_PORT={number + 1}" in taken.mend


def test_what_is_stale_or_missing_is_wrong_and_named_with_its_command(tmp_path):
    """As the project's own tool tells it."""
    told = {".venv": "current", ".venv-cdk": "stale", "node": "missing", "cdk.out": "stale"}
    (tmp_path / "toolchain").mkdir()
    (tmp_path / "toolchain/__init__.py").touch()
    (tmp_path / "toolchain/state.py").write_text(f"print({json.dumps(json.dumps(told))})", encoding="utf-8")
    found = [(one.place, one.state, one.mend) for one in project.ready(tmp_path)]
    assert found == [
        (".venv", "well", ""),
        (".venv-cdk", "wrong", "make install"),
        ("node", "wrong", "make install"),
        ("cdk.out", "wrong", "make synth"),
    ]


def test_another_folder_is_no_fault(tmp_path):
    """The commands are used from anywhere."""
    assert [one.state for one in project.ready(tmp_path)] == ["note"]


def test_kept_states_are_named_with_their_size(tmp_path):
    """Nothing is said where there are none."""
    assert list(project.states(tmp_path)) == []
    (tmp_path / ".local/state/world").mkdir(parents=True)
    (tmp_path / ".local/state/world/lake").write_bytes(b"0" * 20_000_000)
    assert [one.found for one in project.states(tmp_path)] == ["1 kept in .local/state, 0.02 GB: world"]


def test_a_place_that_cannot_be_looked_at_is_wrong_in_the_faults_own_words():
    """No traceback, whatever went wrong."""

    def question():
        raise KeyError("gone\nfor good")

    assert look("a", "b", question, "do c") == [Finding("a", "b", "wrong", "cannot be looked at: 'gone\\nfor good'", "do c")]
