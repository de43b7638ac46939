"""A long benchmark says how far it is, also where its output goes to a file."""

from __future__ import annotations

import doctest
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import progress
from benchmarks.progress import Progress

ENDLESS = """
import sys
from benchmarks.progress import Progress
Progress("quality", 2).finish("features")
sys.stdin.read()
"""


def test_each_finished_part_is_a_line_with_elapsed_and_remaining_time(capsys: pytest.CaptureFixture[str]) -> None:
    """Parts that remain are expected to take as long as the others did; nothing remains after the last."""
    times = iter([100.0, 130.0, 220.0, 280.0])
    shown = Progress("quality", 4, clock=lambda: next(times))
    shown.finish("features")
    shown.finish("light, seed 0", parts=2)
    shown.finish("heavy, seed 0")
    assert capsys.readouterr().err.splitlines() == [
        "quality: 1 of 4 done (features) in 30 s, about 1 min 30 s left",
        "quality: 3 of 4 done (light, seed 0) in 2 min 00 s, about 40 s left",
        "quality: 4 of 4 done (heavy, seed 0) in 3 min 00 s",
    ]


def test_many_small_parts_print_few_lines(capsys: pytest.CaptureFixture[str]) -> None:
    """One in so many seconds, and the last one."""
    times = iter([0.0, 4.0, 11.0, 12.0, 13.0])
    shown = Progress("replay", 400, every_seconds=10.0, clock=lambda: next(times))
    for _ in range(4):
        shown.finish("transactions", parts=100)
    assert [line.partition(" done")[0] for line in capsys.readouterr().err.splitlines()] == [
        "replay: 200 of 400",
        "replay: 400 of 400",
    ]


def test_a_line_is_in_the_file_before_the_benchmark_ends(tmp_path: Path) -> None:
    """Nothing waits in a buffer."""
    log = tmp_path / "log"
    with log.open("w") as file, subprocess.Popen([sys.executable, "-c", ENDLESS], stderr=file, stdin=subprocess.PIPE) as process:
        while not log.stat().st_size:
            assert process.poll() is None
        assert log.read_text().startswith("quality: 1 of 2 done (features) in 0 s")


def test_the_example_of_durations_holds() -> None:
    """Seconds, minutes, hours."""
    assert doctest.testmod(progress).failed == 0
