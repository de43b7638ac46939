"""The benchmark of reasons compares every family with exact Shapley values, and with occlusion."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import reasons, report
from greenfraud.families import FAMILIES


def test_groups_rank_as_exact_shapley_values_do_and_add_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a small world, by `make bench-reasons`'s own command."""
    monkeypatch.setattr(report, "FOLDER", tmp_path)
    monkeypatch.setattr(reasons, "ROUNDS", 1)
    monkeypatch.setattr(reasons, "DECISIONS", 40)
    assert reasons.main(["--scale", "0.1"]) == 0
    measures = json.loads((tmp_path / "reasons.json").read_text())["measures"]
    for family in FAMILIES:
        assert measures[f"{family}_spearman"] > 0.95
        assert measures[f"{family}_top1_share"] > 0.95
        assert measures[f"{family}_largest_missing_from_sum"] < 1e-5
        assert measures.get(f"{family}_led_by_reason_for_fraud_share", 1.0) == 1.0
        assert measures[f"{family}_cpu_ratio"] == pytest.approx(
            measures[f"{family}_cpu_ms"] / measures[f"{family}_occlusion_cpu_ms"]
        )
