"""What commands print for a program: one JSON document, the same facts as in words, and nothing beside it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from fake_platform import FakePlatform
from rich.console import Console
from typer.testing import CliRunner

from cli.emissions import write_csv
from cli.errors import CommandError, InputError
from cli.main import app
from cli.operations import show_status, status_document
from cli.screen import Screen
from cli.watching import watch_status
from greenfraud.carbon import EmissionsRecord
from greenfraud.ledger_chain import Stored
from greenfraud.naming import execution_key, plan_key

TOLD = {"at": "2026-11-30T12:00:00+00:00", "actor": "ada", "reasons": ["so"]}
ENTRIES = [
    {"revision": 1, "verb": "promote", **TOLD},
    {"revision": 2, "verb": "policy", **TOLD},
    {"revision": 3, "verb": "rollback", **TOLD},
    {"revision": 4, "verb": "policy-undo", **TOLD},
]
ARN = "arn:aws:states:eu-north-1:123456789012:execution:fraud-detection-pipeline:monday"
SCORED = EmissionsRecord(
    stage="serve",
    family="light",
    duration_seconds=50.0,
    energy_kwh=2.4e-5,
    emissions_g=0.001,
    functional_unit="score",
    functional_units=500,
    intensity_g_per_kwh=34.91,
    intensity_source="Ember",
    pue=1.135,
    region="eu-north-1",
    method="reserved",
)


@pytest.fixture
def printed(api, monkeypatch, tmp_path):
    """The document that a command prints against an API and a ledger that are known."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    entries = [Stored(entry["revision"], json.dumps(entry)) for entry in ENTRIES]
    monkeypatch.setattr("cli.audit.entries.stored_entries", lambda _: entries)
    for module in ("cli.changes", "cli.models.commands", "cli.target"):
        monkeypatch.setattr(f"{module}.find_target", lambda **_: api.target)

    def run(*words):
        done = CliRunner().invoke(app, [*words, "--json"])
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    return run


def test_the_history_is_the_ledgers_entries_the_newest_first(printed):
    """As many as were asked for, each as it is stored."""
    assert printed("history", "--limit", "2") == {"schema": 1, "entries": [ENTRIES[3], ENTRIES[2]]}


def test_the_history_of_policies_is_those_entries_alone(printed):
    """Models are no policies."""
    assert [entry["revision"] for entry in printed("policy", "history")["entries"]] == [4, 2]


def test_proposals_are_the_apis_answer(api, printed):
    """With whether a second person is needed."""
    api.answer = (200, {"proposals": [], "four_eyes": True})
    assert printed("proposals") == {"proposals": [], "four_eyes": True}


@pytest.mark.parametrize(
    "words",
    [
        ("promote", "light/v1", "--reason", "x"),
        ("rollback", "--reason", "x"),
        ("approve", "1", "--reason", "x"),
        ("withdraw", "1", "--reason", "x"),
        ("policy", "undo", "--why", "x"),
    ],
    ids=" ".join,
)
def test_a_change_is_printed_as_the_api_answers_it(api, printed, words):
    """Whatever a person would be told goes to standard error."""
    policy = {"version": "default-7", "thresholds": {}}
    api.target.outputs = {"Currency": "EUR"}
    api.answer = (200, {"revision": 3, "production": None, "policy": policy, "proposal": {"number": 4}})
    assert printed(*words) == api.answer[1]


def test_a_review_is_printed_as_the_api_answers_it(api, printed):
    """With who has it."""
    api.answer = (200, {"transaction_id": "1", "claim": {"by": "ana", "until": "2026-11-24T20:00:00Z"}})
    assert printed("reviews", "claim", "1") == api.answer[1]


def test_the_policy_is_as_the_api_describes_it(api, printed):
    """Of lists, their lengths; nobody who stands on them."""
    policy = {"version": "ours-2", "lists": {"stolen": {"kind": "customer", "entries": 3}}}
    api.answer = (200, {"revision": 7, "policy": policy, "production": None})
    assert printed("policy", "show") == {"schema": 1, "policy": policy, "revision": 7, "policy_object": None}


def test_emissions_are_sums_and_what_is_unknown_is_null(printed, monkeypatch):
    """A record of an earlier release does not know the making."""
    monkeypatch.setattr("cli.dashboard.inputs.target_that_answers", lambda: None)
    write_csv([SCORED])
    document = printed("emissions")
    (stage,) = document["by_stage"]
    assert (stage["stage"], stage["records"], stage["emissions_g"], stage["total_g"]) == ("serve", 1, 0.001, None)
    assert document["by_family_and_chunk"] == []
    found = document["per_1000_scores"]
    assert (found["scores"], found["answering_g"], found["sci_g"], found["everything_g"]) == (500, 0.002, None, None)
    assert document["intensities"] == ["34.91 g/kWh, Ember"]


def test_emissions_before_the_first_score_are_null(printed, monkeypatch):
    """Not 0."""
    monkeypatch.setattr("cli.dashboard.inputs.target_that_answers", lambda: None)
    write_csv([replace(SCORED, stage="train", chunk="20260101-20260108", functional_unit="job", functional_units=1)])
    document = printed("emissions")
    assert document["per_1000_scores"] is None
    assert [(one["family"], one["chunk"]) for one in document["by_family_and_chunk"]] == [("light", "20260101-20260108")]


@pytest.fixture
def platform(monkeypatch) -> FakePlatform:
    """One that has trained by a schedule, in vain, and serves a canary."""
    made = FakePlatform()
    answers = {
        "/health": {"status": "ok"},
        "/v1/production": {
            "revision": 3,
            "production": {"family": "light", "version": "v1"},
            "canary": {"family": "heavy", "version": "v2"},
            "canary_percent": 5,
        },
    }
    monkeypatch.setattr("cli.operations.call_api", lambda _, __, path: answers[path])
    monkeypatch.setattr("cli.operations.running_lease", lambda _: None)
    monkeypatch.setattr("cli.operations.read_quarantine", lambda *_: {})
    monkeypatch.setattr("cli.operations.read_emissions", lambda _: [SCORED])
    began = datetime(2026, 11, 30, 1, 0, 7, tzinfo=UTC)
    ended = began + timedelta(minutes=2)
    listed = [{"name": "monday", "status": "SUCCEEDED", "executionArn": ARN, "startDate": began, "stopDate": ended}]
    made.stepfunctions.list_executions = lambda **_: {"executions": listed}
    plan = {"started_by": {"trigger": "schedule"}, "outcome": "skipped", "reason": "not worth a run", "families": []}
    made.s3.objects[plan_key(execution_key(ARN))] = plan
    made.api = "http://127.0.0.1:8000"
    return made


def test_the_status_is_one_document(platform):
    """Moments in UTC; of a plan, what it says of the start."""
    document = json.loads(json.dumps(status_document(platform)))
    assert document["executions"] == [
        {
            "name": "monday",
            "status": "SUCCEEDED",
            "arn": ARN,
            "started_at": "2026-11-30T01:00:07+00:00",
            "ended_at": "2026-11-30T01:02:07+00:00",
            "plan": {"started_by": {"trigger": "schedule"}, "outcome": "skipped", "reason": "not worth a run"},
            "steps": [
                {
                    "name": "Promote",
                    "state": "done",
                    "began_at": "2026-04-01T00:00:00+00:00",
                    "seconds": 2.0,
                    **dict.fromkeys(("family", "chunk", "number", "chunks", "reason")),
                    "tries": 0,
                }
            ],
            "steps_unavailable": None,
            "cause": None,
        }
    ]
    assert (document["revision"], document["health"], document["training"], document["shadow"]) == (3, "ok", None, None)
    assert document["emissions_g"] == {"serve": 0.001}


def test_the_status_in_words_says_the_same(platform, screen):
    """Line by line."""
    show_status(platform, screen)
    text = screen.console.export_text()
    assert "model      light/v1, revision 3" in text
    assert "canary     heavy/v2, 5 % of the customers" in text
    assert "execution  2026-11-30 01:00:07 UTC  SUCCEEDED  monday  (started by schedule; not worth a run)" in text


def test_an_execution_that_runs_shows_its_steps(platform, screen):
    """Indented below it."""
    (one,) = platform.stepfunctions.list_executions()["executions"]
    platform.stepfunctions.list_executions = lambda **_: {"executions": [one | {"status": "RUNNING"}]}
    show_status(platform, screen)
    assert re.search(r"RUNNING    monday.*\n +✓ promote +2 s\n", screen.console.export_text())


def test_a_status_is_kept_up_to_date_until_ctrl_c(platform, monkeypatch):
    """Ctrl-C says that nothing was stopped; a platform that goes away is told of."""
    looks = []

    def pass_time(_):
        looks.append(True)
        if len(looks) > 1:
            raise KeyboardInterrupt
        monkeypatch.setattr("cli.watching.status_document", gone)

    def gone(_):
        raise CommandError("nobody answers")

    monkeypatch.setattr("cli.watching.time.sleep", pass_time)
    console = Console(record=True, width=200, force_terminal=True)
    with pytest.raises(KeyboardInterrupt, match="what runs goes on"):
        watch_status(platform, Screen(console))
    assert "unavailable: nobody answers" in console.export_text()


def test_a_status_is_watched_on_a_terminal_alone(platform, screen):
    """A script reads the document."""
    with pytest.raises(InputError, match="a script reads --json"):
        watch_status(platform, screen)


@pytest.mark.parametrize(
    "words", [("status", "--env"), ("emissions", "--sci"), ("policy", "show", "--default")], ids=lambda words: words[-1]
)
def test_what_is_no_json_is_refused_with_it(words, monkeypatch, tmp_path):
    """No option is ignored in silence; nothing is asked before that."""
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, [*words, "--json"])
    assert done.exit_code == 2
    assert "--json" in done.stderr
