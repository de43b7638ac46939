"""Where no model serves, every command that says so says how one serves again."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from cli.errors import CommandError
from cli.main import app
from cli.models import without_model
from cli.models.without_model import LOOK, TRAIN, tell_without_model, way_to_a_model
from cli.target import Target
from greenfraud.items.ledger import PROMOTE, ROLL_BACK

MODEL = {"family": "light", "version": "v1", "prefix": "models/light/v1/", "sha256": "0" * 64}
PROMOTED = {"verb": PROMOTE, "production": MODEL, "previous": None}
ROLLED_BACK = {"verb": ROLL_BACK, "production": None, "previous": MODEL}
POLICY = {"verb": "policy", "production": None, "previous": None}
BACK = "`greenfraud promote light/v1 --reason ...` makes what served before serve again"


@pytest.fixture
def ledger(monkeypatch):
    """The entries that are read; a test fills it."""
    entries: list[dict] = []
    monkeypatch.setattr(without_model, "read_entries", lambda _: entries)
    return entries


@pytest.mark.parametrize(
    ("entries", "way"),
    [([], TRAIN), ([POLICY], TRAIN), ([PROMOTED, ROLLED_BACK], BACK), ([ROLLED_BACK, POLICY], BACK)],
)
def test_the_way_is_the_model_that_served_before_or_a_training(ledger, entries, way):
    """A changed policy is neither."""
    ledger += entries
    assert way_to_a_model(Target(None)) == way


def test_who_may_not_read_the_ledger_is_told_where_it_stands(monkeypatch):
    """A permission to roll back is one of its own."""

    def refuse(_):
        raise CommandError("the ledger cannot be read: denied")

    monkeypatch.setattr(without_model, "read_entries", refuse)
    assert way_to_a_model(Target(None)) == LOOK


@pytest.mark.usefixtures("ledger")
def test_nothing_is_said_where_a_model_serves(api, screen):
    """And one sentence where none does."""
    api.answer = (200, {"production": MODEL})
    tell_without_model(api.target, screen)
    assert screen.console.export_text() == ""
    api.answer = (200, {"production": None})
    tell_without_model(api.target, screen)
    assert screen.console.export_text() == f"no model serves: the rules answer. {TRAIN}\n"


@pytest.mark.parametrize(
    ("after", "is_told"),
    [
        ({"revision": 3, "production": None}, True),
        ({"revision": 3, "production": MODEL}, False),
        ({"revision": 2, "proposal": {"number": 1}}, False),
    ],
)
def test_a_rollback_to_the_rules_names_the_way_back(ledger, api, monkeypatch, after, is_told):
    """One to a model, or one that waits for somebody else, needs none."""
    ledger += [PROMOTED, ROLLED_BACK]
    monkeypatch.setattr("cli.models.commands.find_target", lambda **_: api.target)
    api.answer = lambda _path, _headers, body: (200, after if body else {"revision": 2, "production": MODEL})
    ended = CliRunner().invoke(app, ["rollback", "--yes", "--reason", "trying it"])
    assert (ended.exit_code, f"the way back: {BACK}" in ended.stdout) == (0, is_told)
