"""The page about a platform that really trained, promoted and answered."""

from __future__ import annotations

import re
import urllib.request
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.emissions import wait_for_inference
from cli.main import app
from cli.record import write_json
from cli.target import SERVING_FILE

pytestmark = pytest.mark.xdist_group("e2e")


@pytest.fixture(scope="module")
def text(deployment, first_run, tmp_path_factory) -> str:
    """The page, made while the platform is up."""
    for held in first_run.held_back:
        deployment.answer("POST", "/v1/score", held.transaction.to_json())
    wait_for_inference(deployment.target, len(first_run.held_back))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("dashboard"))
        patch.delenv("AWS_ENDPOINT_URL", raising=False)
        target = deployment.target
        write_json(SERVING_FILE, {"endpoint": target.endpoint, "api": target.api, "state": str(deployment.state)})
        result = CliRunner().invoke(app, ["dashboard"], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        assert "unavailable" not in result.stdout
        return Path(".local/dashboard.html").read_text(encoding="utf-8")


def test_nothing_is_unavailable_after_one_run(text):
    """All eleven plots and all four figures; embodied emissions, which nobody knows, are said to be unknown."""
    assert text.count("application/json") == 11
    assert all(figure != "unavailable" for figure in re.findall(r"<dd>(.*?)</dd>", text))
    assert "no record says" not in text


def test_the_promoted_model_is_what_serves(text, first_run):
    """With the reasons of the gate."""
    assert f"{first_run.promoted}" in text
    assert "against the rules" in text


def test_every_family_and_chunk_is_plotted(text, first_run):
    """From the jobs' own records and from MLflow's own database."""
    for result in first_run.train_results:
        assert f"{result['family']}, chunk {result['chunk']}" in text
    assert re.search(r'"shown":"0\.\d{3}","name":"light, chunk \d+-\d+"', text)


def test_the_execution_has_left_its_report_which_a_command_and_a_browser_open(deployment, first_run, text, tmp_path, monkeypatch):
    """Made by its last job, with pictures of all that was measured; nothing of it is missing."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("cli.report_command.find_target", lambda **_: deployment.target)
    said = CliRunner().invoke(app, ["report"], catch_exceptions=False)
    assert "report.html is ready" in said.output
    folder = next(Path(".local/reports").iterdir())
    report = (folder / "report.html").read_text(encoding="utf-8")
    assert first_run.promoted in report
    assert report.count('role="img"') >= 9
    assert "could not be made" not in report
    assert 'class="missing"' not in report
    assert {file.stem for file in folder.iterdir()} >= {"heavy-card", "light-validation"}
    with urllib.request.urlopen(f"{deployment.target.api}/report") as shown:
        assert shown.url.endswith(f"/report/{folder.name}/report.html")
        assert shown.read().decode() == report
