"""The benchmark of training compares with a DataLoader loop and with full refits."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import report, training


def test_a_small_world_is_measured_and_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """By `make bench-training`'s own command, which prints how far it is to the last part."""
    monkeypatch.setattr(report, "FOLDER", tmp_path)
    monkeypatch.setattr(training, "SEEDS", 1)
    assert training.main(["--scale", "0.1"]) == 0
    document = json.loads((tmp_path / "training.json").read_text())
    measures = document["measures"]
    assert {"incremental_ap_loss", "incremental_cpu_share"} <= set(measures)
    assert measures["light_speedup"] == measures["light_rows_per_second"] / measures["dataloader_rows_per_second"]
    assert set(document["peers"]) == {"dataloader", "full refit"}
    assert "training: 7 of 7 done (full refit, seed 0) in" in capsys.readouterr().err
