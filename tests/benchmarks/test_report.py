"""A benchmark's result can be read by a person and by a program."""

from __future__ import annotations

import doctest
import json
import math
import platform
from pathlib import Path

import pytest

from benchmarks import report
from benchmarks.options import parser


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in place of .local/bench."""
    monkeypatch.setattr(report, "FOLDER", tmp_path / "bench")
    return tmp_path / "bench"


def test_measures_and_peers_are_written_as_they_were_given(folder: Path):
    """Flat names and numbers, and how each peer was built."""
    path = report.publish("speed", {"ours_seconds": 1.25, "rows": 1_000_000}, {"plain": "as its manual says"})
    assert path == folder / "speed.json"
    document = json.loads(path.read_text())
    assert {**document, "machine": None} == {
        "name": "speed",
        "machine": None,
        "measures": {"ours_seconds": 1.25, "rows": 1_000_000},
        "peers": {"plain": "as its manual says"},
    }


def test_the_machine_is_described_and_not_named(folder: Path):
    """Processor, cores, Python and system; nothing says whose machine it was."""
    document = json.loads(report.publish("speed", {}, {}).read_text())
    assert set(document["machine"]) == {"cpu", "cores", "python", "system"}
    assert document["machine"]["python"] == platform.python_version()
    assert document["machine"]["cores"] >= 1
    assert platform.node() not in document["machine"].values()


def test_a_person_reads_a_table(folder: Path, capsys: pytest.CaptureFixture[str]):
    """One line per measure, then the peers in words."""
    report.publish("speed", {"rows": 1_748_622, "ours_seconds": 1.256}, {"plain": "with [square] brackets"})
    shown = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert shown[:3] == [["speed"], ["rows", "1,748,622"], ["ours_seconds", "1.26"]]
    assert shown[3] == ["plain:", "with", "[square]", "brackets"]


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_measure_that_is_no_number_is_refused_by_name(folder: Path, value: float):
    """Nothing is written; a missing measurement is left out by who measures."""
    with pytest.raises(ValueError, match="recall"):
        report.publish("quality", {"recall": value}, {})
    assert not folder.exists()


def test_make_says_data_and_scale():
    """Defaults make the usual run."""
    assert vars(parser("speed").parse_args([])) == {"data": None, "scale": 1.0}
    assert parser("speed").parse_args(["--data", "x.parquet", "--scale", "0.1"]).data == Path("x.parquet")


def test_the_examples_are_true():
    """Those of the docstrings."""
    assert doctest.testmod(report).failed == 0
