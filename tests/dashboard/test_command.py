"""`greenfraud dashboard`, as `make dashboard` starts it."""

from __future__ import annotations

from pathlib import Path

import pytest
from platform_past import past
from typer.testing import CliRunner

from cli.emissions import write_csv
from cli.main import app


@pytest.fixture
def invoke(tmp_path, monkeypatch):
    """Run the command in an empty folder, with nothing up."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    return lambda *arguments: CliRunner().invoke(app, ["dashboard", *arguments])


def test_without_any_run_it_says_to_make_one(invoke):
    """And writes no page."""
    result = invoke()
    assert result.exit_code == 1
    assert "there is no logs/emissions.csv. Run `make run`" in result.stderr
    assert not Path(".local").exists()


def test_without_saved_state_the_page_says_what_it_lacks(invoke):
    """Emissions alone are worth showing."""
    write_csv(past(2).emissions)
    result = invoke()
    assert result.exit_code == 0
    assert "unavailable: the promotion ledger: there is no saved state in .local/state; `make run` makes it" in result.stdout
    assert "Emissions by stage" in Path(".local/dashboard.html").read_text(encoding="utf-8")


def test_the_page_goes_where_it_is_asked_for(invoke):
    """Into folders that are not there yet, too."""
    write_csv(past(1).emissions)
    assert invoke("--to", "pages/today.html").exit_code == 0
    assert Path("pages/today.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_a_platform_that_went_away_is_no_hindrance(invoke, monkeypatch):
    """Its saved state is read instead."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    write_csv(past(1).emissions)
    assert invoke().exit_code == 0
