"""The command line: exit codes and messages a person can act on."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from card_rows import ROWS
from typer.testing import CliRunner

from cli.data.sources import WorldSource
from cli.data.world import WorldSpecification
from cli.main import app


@pytest.fixture
def invoke(tmp_path, monkeypatch):
    """Run `greenfraud` in an empty folder, with nothing up."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    return lambda *arguments, **kwargs: CliRunner().invoke(app, list(arguments), **kwargs)


def test_checking_a_good_file_says_what_is_in_it(invoke, write_csv):
    """Without a platform."""
    result = invoke("import", str(write_csv(*ROWS)), "--check")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["rows"] == 3


@pytest.mark.parametrize(("told", "kept"), [([], 90), (["--label-horizon-days", "60"], 60), (["--label-horizon-days", "3"], 7)])
def test_import_says_until_when_labels_may_change(invoke, write_csv, told, kept):
    """A chunk's labels cannot be final before it is mature."""
    result = invoke("import", str(write_csv(*ROWS)), "--check", *told)
    assert json.loads(result.stdout.splitlines()[-1])["label_horizon_days"] == kept


def test_a_bad_file_ends_with_code_2_one_message_and_no_traceback(invoke, write_csv):
    """Before anything is started."""
    result = invoke("import", str(write_csv(ROWS[0].replace("12.50", "abc"))), "--check")
    assert result.exit_code == 2
    assert "column `amount`, row 1 (line 2): `abc` is not a number" in result.stderr
    assert "Traceback" not in result.output


def test_what_a_file_says_is_never_obeyed_by_the_terminal(invoke, write_csv):
    """Its columns are named in messages, and who wrote it may be a stranger."""
    header = "transaction_id,occurred_at,customer_id,terminal_id,amount,is_fraud,\x1b]0;owned\x07"
    told = invoke("import", str(write_csv(*(f"{row},x" for row in ROWS), header=header)), "--check")
    refused = invoke("import", str(write_csv(ROWS[0], header=header)), "--check", "--map", "amount=none")
    for result in (told, refused):
        assert "owned" in result.output + result.stderr
        assert "\x1b" not in result.output + result.stderr


def test_a_world_is_made_as_the_options_of_run_say(invoke, monkeypatch):
    """Seed, size, and the day on which its frauds change."""
    asked = []
    monkeypatch.setattr("cli.run.run", lambda options, _: asked.append(options.source))
    options = {"--seed": "7", "--customers": "200", "--days": "60", "--fraud-changes-on": "2026-02-20"}
    result = invoke("run", *(word for pair in options.items() for word in pair))
    assert result.exit_code == 0, result.output
    world = WorldSpecification(seed=7, customers=200, days=60, fraud_changes_on=date(2026, 2, 20))
    assert asked == [WorldSource(world)]


@pytest.mark.parametrize(("told", "asked"), [([], None), (["--label-horizon-days", "60"], 60)])
def test_run_takes_until_when_labels_may_change(invoke, monkeypatch, told, asked):
    """Unasked, it leaves what the lake says."""
    found = []
    monkeypatch.setattr("cli.run.run", lambda options, _: found.append(options.label_horizon_days))
    result = invoke("run", *told)
    assert result.exit_code == 0, result.output
    assert found == [asked]
    assert "--label-horizon-days" in invoke("run", "--help", env={"COLUMNS": "200"}).output


@pytest.mark.parametrize("command", [["status"], ["retrain"], ["rollback", "--reason", "x"], ["import", "absent.csv"]])
def test_commands_say_what_to_do_when_nothing_is_up(invoke, command):
    """`make run` first, or --aws."""
    result = invoke(*command)
    assert result.exit_code == 1
    assert "nothing is up here. Run `make run` first" in result.stderr


def test_a_platform_that_went_away_is_named(invoke, monkeypatch):
    """An endpoint nobody listens on."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    result = invoke("status")
    assert result.exit_code == 1
    assert "Is the platform up at http://127.0.0.1:9?" in result.stderr


def test_an_unusable_transaction_is_refused_before_it_is_sent(invoke):
    """By the same reader as the API's."""
    given = {"transaction_id": "a", "occurred_at": "2026-01-01T10:00:00", "customer_id": "c", "amount": "1"}
    result = invoke("score", "-", input=json.dumps(given))
    assert result.exit_code == 2
    assert "occurred_at: must be an RFC 3339 time with an offset" in result.stderr


def test_running_without_a_synthesised_template_is_refused(invoke):
    """With the target that makes it."""
    result = invoke("run", "--exit")
    assert result.exit_code == 2
    assert "Run `make synth` first" in result.stderr


def test_running_on_too_short_a_file_is_refused_before_anything_starts(invoke, write_csv):
    """Three days cannot be trained and judged on."""
    Path("cdk.out").mkdir()
    Path("cdk.out/manifest.json").write_text("{}")
    result = invoke("run", "--exit", "--data", str(write_csv(*ROWS)))
    assert result.exit_code == 2
    assert "not enough for a first model, so nothing was started: too short with 1 day:" in result.stderr
    assert not Path(".local").exists()


def test_a_payment_months_after_all_others_makes_no_history_long_enough(invoke, write_csv):
    """The pipeline learns nothing from the weeks in between, so the run refuses what would end with nothing to train."""
    Path("cdk.out").mkdir()
    Path("cdk.out/manifest.json").write_text("{}")
    stray = "a4,2026-06-01T00:00:00Z,c1,t2,10.00,0"
    result = invoke("run", "--exit", "--data", str(write_csv(*ROWS, stray)))
    assert (result.exit_code, Path(".local").exists()) == (2, False)
    assert "A week counts with payments on most of its days" in result.stderr


def test_a_full_disk_is_said_in_words(invoke, monkeypatch, write_csv):
    """With what can be done."""

    def full(*_, **__):
        raise OSError(28, "No space left on device", "somewhere")

    monkeypatch.setattr("cli.data.importing.load_file", full)
    result = invoke("import", str(write_csv(*ROWS)), "--check")
    assert result.exit_code == 1
    assert "the disk is full (somewhere). Make room" in result.stderr
