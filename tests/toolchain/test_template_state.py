"""What is made ready and what is stale, told without making anything."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from toolchain import state, synthesis

ROOT = Path(__file__).resolve().parents[2]


def test_an_environment_is_missing_stale_or_current(tmp_path):
    """Stale, while it was made for other requirements or was not completed."""
    folder = tmp_path / ".venv"
    assert state.environment(folder, "k") == "missing"
    (folder / "bin").mkdir(parents=True)
    (folder / "bin/python").touch()
    assert state.environment(folder, "k") == "stale"
    (folder / "greenfraud.key").write_text("k", encoding="ascii")
    assert state.environment(folder, "k") == "current"


def test_a_template_is_stale_once_something_it_is_made_of_changed(tmp_path, monkeypatch):
    """By content; and missing where there is none."""
    for module in (state, synthesis):
        monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(synthesis, "RECORD", tmp_path / "synth.json")
    assert state.template() == "missing"
    for folder in ("cdk.out", "cdk"):
        (tmp_path / folder).mkdir()
    (tmp_path / "cdk.out/manifest.json").write_text("{}", encoding="utf-8")
    key = synthesis.content_key(tmp_path, synthesis.SOURCES)
    synthesis.RECORD.write_text(json.dumps({"key": key, "output": synthesis.output_key()}), encoding="utf-8")
    assert state.template() == "current"
    (tmp_path / "cdk/app.py").write_text("changed", encoding="utf-8")
    assert state.template() == "stale"


def test_it_prints_one_json_object():
    """As the doctor reads it."""
    done = subprocess.run([sys.executable, "-m", "toolchain.state"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert [*json.loads(done.stdout)] == [".venv", ".venv-cdk", "node", "cdk.out"]
