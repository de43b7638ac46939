"""The benchmark of reasons compares a family with exact Shapley values, and with occlusion."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import reasons, report
from greenfraud.families import FAMILIES


def test_groups_rank_as_exact_shapley_values_do_and_add_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a small world, by `make bench-reasons`'s own command, which measures every family."""
    assert reasons.FAMILIES == FAMILIES
    monkeypatch.setattr(reasons, "FAMILIES", ("light",))
    monkeypatch.setattr(report, "FOLDER", tmp_path)
    monkeypatch.setattr(reasons, "ROUNDS", 1)
    monkeypatch.setattr(reasons, "DECISIONS", 40)
    assert reasons.main(["--scale", "0.1"]) == 0
    measures = json.loads((tmp_path / "reasons.json").read_text())["measures"]
    assert measures["light_spearman"] > 0.95
    assert measures["light_top1_share"] > 0.95
    assert measures["light_largest_missing_from_sum"] < 1e-5
    assert measures.get("light_led_by_reason_for_fraud_share", 1.0) == 1.0
    assert measures["light_cpu_ratio"] == pytest.approx(measures["light_cpu_ms"] / measures["light_occlusion_cpu_ms"])
