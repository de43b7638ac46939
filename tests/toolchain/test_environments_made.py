"""Environments are made once, and whoever waits for them knows for how long."""

from __future__ import annotations

import pytest

from toolchain import environments


@pytest.fixture
def nothing_made(tmp_path, monkeypatch):
    """A folder without environments, where making one leaves an empty folder."""
    monkeypatch.setattr(environments, "ROOT", tmp_path)
    for name in ("HOST", "CDK"):
        folder = tmp_path / name.lower()
        monkeypatch.setattr(environments, name, folder)
        monkeypatch.setattr(environments, f"make_{name.lower()}", folder.mkdir)
        monkeypatch.setattr(environments, f"{name.lower()}_key", lambda: "key")


@pytest.mark.usefixtures("nothing_made")
def test_the_wait_for_an_environment_is_told_before_it_begins(capsys):
    """How long about, and how much; the second time there is nothing to wait for, and nothing is said."""
    assert environments.main() == 0
    host, cdk, ready = capsys.readouterr().out.splitlines()
    assert "making host" in host
    assert "some minutes, about 2 GB" in host
    assert "making cdk" in cdk
    assert "a minute or two, about 0.6 GB" in cdk
    assert ready.startswith("  environments ready in")
    assert environments.main() == 0
    assert capsys.readouterr().out == ""
