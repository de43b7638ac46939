"""The worlds of `make bench-learning` tell what a real one would tell, and nothing more."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks import report
from benchmarks.features.lake_folder import LakeFolder
from benchmarks.learning import __main__ as command
from benchmarks.learning import feedback, late_reports
from benchmarks.learning.loop_world import ALLOWED, BLOCKED, REVIEWED, LoopWorld
from benchmarks.progress import Progress
from cli.data.world import WorldSpecification, make_world
from greenfraud.chunks import Chunk
from training.features.history import read_history

FATES = (ALLOWED, REVIEWED, BLOCKED)


@pytest.mark.parametrize("tells_all", [False, True])
def test_of_what_is_blocked_nobody_tells_but_to_the_control(tmp_path: Path, *, tells_all: bool):
    """What is allowed is reported, what is reviewed is found out or released."""
    dataset = make_world(WorldSpecification(customers=100, days=35))
    world = LoopWorld(LakeFolder(tmp_path), dataset.table, tells_all)
    week = Chunk(dataset.first_day, dataset.first_day.replace(month=2, day=5))
    world.live(week, lambda columns: np.arange(len(columns["amount"])) % 3)
    history = read_history(world.lake)
    outcome = world.outcome
    judged, fraud = history.is_judged(2**62), history.is_fraud_as_known(2**62)
    assert [bool(judged[outcome == fate].all()) for fate in FATES] == [True, True, tells_all]
    told = world.is_fraud & (tells_all | (outcome != BLOCKED))
    assert fraud.tolist() == told.tolist()


def test_a_small_loop_is_measured_and_published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """By `make bench-learning`'s own command: the names that others read."""
    monkeypatch.setattr(report, "FOLDER", tmp_path)
    monkeypatch.setattr(feedback, "KNOWN_WEEKS", 3)
    monkeypatch.setattr(feedback, "LOOP_WEEKS", 2)
    monkeypatch.setattr(feedback, "REGIMES", {name: feedback.REGIMES[name] for name in ("control", "ours")})
    assert command.main(["--scale", "0.2", "--only", "feedback"]) == 0
    measures = json.loads((tmp_path / "learning.json").read_text())["measures"]
    assert measures["caught_share_control_absolute"] > 0
    assert measures["caught_share_of_control"] > 0


def test_late_reports_are_learned_where_frozen_labels_learn_none(monkeypatch: pytest.MonkeyPatch):
    """A few weeks of a tiny world: every report that could be known is learned, and before none was."""
    monkeypatch.setattr(late_reports, "WEEKS", 6)
    monkeypatch.setattr(late_reports, "FIRST_WEEKS", 3)
    found = late_reports.run(Progress("learning", 99), 0.3).measures
    assert found["late_reports"] > 0
    assert (found["late_reports_learned_share"], found["late_reports_learned_share_before"]) == (1.0, 0.0)
