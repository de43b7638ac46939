"""A job that cannot begin leaves its reason where SageMaker looks for it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from workplace import EXECUTION

from training.__main__ import main
from training.job.contract import JobPaths


def test_a_failure_leaves_its_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SageMaker shows the file as FailureReason."""
    config = tmp_path / "input" / "config"
    config.mkdir(parents=True)
    (config / "hyperparameters.json").write_text(json.dumps({"execution": EXECUTION, "as_off": "2018-06-01T00:00:00Z"}))
    monkeypatch.setenv("GREENFRAUD_ML_ROOT", str(tmp_path))
    assert main(["features"]) == 1
    assert "as_off" in (tmp_path / "output" / "failure").read_text()


def test_an_unknown_step_names_the_choices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong argument is a failure like any other."""
    monkeypatch.setenv("GREENFRAUD_ML_ROOT", str(tmp_path))
    assert main(["tarin"]) == 2
    assert "features, train, evaluate" in (JobPaths(tmp_path).root / "output" / "failure").read_text()
