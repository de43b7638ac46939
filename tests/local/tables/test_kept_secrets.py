"""A secret is the same after a restart: another key would make everybody a stranger."""

from __future__ import annotations

from local.context import ACCOUNT, REGION
from local.tables import state
from local.tables.state import SavedState, kept_secret


def test_the_first_value_stays_and_nobody_else_reads_it(tmp_path, monkeypatch):
    """It lies with the saved state, apart from other secrets."""
    monkeypatch.setattr(state, "_saved", SavedState(tmp_path, ACCOUNT, REGION))
    assert [kept_secret("key", lambda: "first"), kept_secret("key", lambda: "second")] == ["first", "first"]
    monkeypatch.setattr(state, "_saved", SavedState(tmp_path, ACCOUNT, REGION))
    assert kept_secret("key", lambda: "after a restart") == "first"
    assert kept_secret("other", lambda: "another") == "another"
    assert (tmp_path / "secrets/key").stat().st_mode & 0o777 == 0o600
