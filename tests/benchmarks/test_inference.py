"""The benchmark of inference trains, times and compares every family."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import inference, report
from greenfraud.families import FAMILIES
from training.model.onnx_graph import PARITY_TOLERANCE


def test_every_family_is_timed_beside_torch_and_gives_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a small world, by `make bench-inference`'s own command."""
    monkeypatch.setattr(report, "FOLDER", tmp_path)
    monkeypatch.setattr(inference, "ROUNDS", 1)
    assert inference.main(["--scale", "0.1"]) == 0
    measures = json.loads((tmp_path / "inference.json").read_text())["measures"]
    for family in FAMILIES:
        assert 0 < measures[f"{family}_largest_difference"] <= PARITY_TOLERANCE
        assert measures[f"{family}_speedup"] == pytest.approx(measures[f"{family}_torch_us"] / measures[f"{family}_onnx_us"])
