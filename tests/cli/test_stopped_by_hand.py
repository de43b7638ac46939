"""Ctrl-C says what goes on without the command, and what stays."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from cli.interruption import told_when_stopped
from cli.main import app


def test_what_goes_on_is_said():
    """In place of the interruption, which says nothing."""
    with pytest.raises(KeyboardInterrupt, match="the rest stays"), told_when_stopped("the rest stays"):
        raise KeyboardInterrupt


def test_what_was_said_inside_stands():
    """It knows more."""
    with pytest.raises(KeyboardInterrupt, match="the job goes on"), told_when_stopped("stopped"):
        raise KeyboardInterrupt("the job goes on")


def test_an_interrupted_command_ends_with_130_and_these_words(monkeypatch, tmp_path):
    """As a shell's own commands do."""

    def stopped(*_):
        with told_when_stopped("the rest stays"):
            raise KeyboardInterrupt

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setattr("cli.forgetting.forget.forget", stopped)
    monkeypatch.setattr("cli.id_key.read_id_key", lambda _: None)
    done = CliRunner().invoke(app, ["forget", "c1"])
    assert (done.exit_code, done.stderr) == (130, "the rest stays\n")
