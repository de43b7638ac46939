"""Promoting, going back, shadow and canary from the command line: seen, asked about, and sent again without a second step."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from cli.main import app

MODEL = {"family": "light", "version": "v2", "prefix": "models/light/v2/", "sha256": "0" * 64}
NOW = {"revision": 4, "production": {**MODEL, "version": "v1"}}
THEN = {"revision": 5, "production": MODEL}
ASKED = {"title": "Precondition Required", "detail": "the gate said reject; nothing is changed: ask again with `confirmed`"}


@pytest.fixture
def command(api, monkeypatch):
    """How a command ends, against an API that answers the changes as told, one after the other."""
    monkeypatch.setattr("cli.models.commands.find_target", lambda **_: api.target)

    def run(*words, answers=((200, THEN),), typed=None):
        left = list(answers)
        api.answer = lambda _path, _headers, body: left.pop(0) if body else (200, NOW)
        if typed is not None:
            monkeypatch.setattr("cli.models.asking.sys.stdin.isatty", lambda: True, raising=False)
        return CliRunner().invoke(app, list(words), input=typed)

    return run


def sent(api):
    """The changes that were asked for, as path and body."""
    return [(path, body) for path, _, body in api.requests if body]


def test_a_promotion_is_bound_to_what_the_person_saw(command, api):
    """The revision that serves when the command looks, or one that was noted before."""
    shown = command("promote", "light/v2", "--reason", "better").output
    assert "serving    light/v1, revision 4" in shown
    assert "now serving light/v2, revision 5" in shown
    ((path, body),) = sent(api)
    assert (path, body["model"], body["revision"], body["reason"]) == ("/v1/production/promote", "light/v2", 4, "better")
    command("promote", "light/v2", "--reason", "better", "--seen", "3")
    assert sent(api)[-1][1]["revision"] == 3


def test_who_may_change_and_not_look_is_not_kept_from_it(command, api):
    """A permission to roll back is one of its own."""
    command("rollback", "--reason", "alarm")
    changes = iter([(200, THEN)])
    api.answer = lambda _path, _headers, body: next(changes) if body else (403, {"message": "Forbidden"})
    assert CliRunner().invoke(app, ["rollback", "--reason", "alarm"]).exit_code == 0
    assert "revision" not in sent(api)[-1][1]


def test_what_the_gate_refused_is_asked_about_and_not_done_where_nobody_can_answer(command, api):
    """A script has to say --yes."""
    ended = command("promote", "light/v2", "--reason", "better", answers=[(428, ASKED)])
    assert ended.exit_code == 1
    assert "the gate said reject. Nothing is changed: give --yes if `promote` is meant" in ended.stderr
    assert "confirmed" not in sent(api)[0][1]
    command("promote", "light/v2", "--reason", "better", "--yes")
    assert sent(api)[-1][1]["confirmed"] is True


def test_an_answer_that_is_lost_is_asked_for_again_by_the_same_name(command, api):
    """So that a rollback is one step."""
    assert command("rollback", "--reason", "alarm", answers=[(503, {}), (200, THEN)]).exit_code == 0
    first, second = (body for _, body in sent(api))
    assert first == second
    assert len(first["request_id"]) == 36


def test_a_rollback_may_name_a_model(command, api):
    """One that stood before, or the rules."""
    command("rollback", "light/v1", "--reason", "alarm", "--emergency")
    ((path, body),) = sent(api)
    assert (path, body["model"]) == ("/v1/emergency/production/rollback", "light/v1")


def test_a_shadow_and_a_canary_are_set_and_told(command, api):
    """Who scores beside, and whom the canary answers."""
    beside = {**NOW, "canary": MODEL, "canary_percent": 5, "shadow": MODEL}
    shown = command("canary", "5", "--reason", "try", answers=[(200, beside)]).output
    assert "canary light/v2 answers 5 % of the customers" in shown
    assert "shadow light/v2 scores beside, and answers nobody" in shown
    command("canary", "off", "--reason", "enough")
    command("shadow", "light/v2", "--reason", "look")
    assert [(path, body.get("percent"), body.get("model")) for path, body in sent(api)] == [
        ("/v1/production/canary", 5, None),
        ("/v1/production/canary", 0, None),
        ("/v1/production/shadow", None, "light/v2"),
    ]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["canary", "5"], "--reason is missing"),
        (["shadow", "light/v2"], "--reason is missing"),
        (["canary", "half", "--reason", "x"], "'half' is no share: give a whole number of percent, 1 to 99, or off"),
    ],
)
def test_what_cannot_be_asked_changes_nothing(command, api, words, complaint):
    """And says what is missing."""
    ended = command(*words)
    assert (ended.exit_code, complaint in ended.stderr) == (2, True)
    assert not api.requests
