"""Asking for a training: what cannot be met starts nothing, and whoever stops looking is told what goes on."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from fake_platform import EXECUTION_ARN, FakePlatform
from rich.console import Console
from typer.testing import CliRunner

from cli import execution as execution_module
from cli import retraining
from cli.main import app
from cli.operations import running_lease
from cli.screen import Screen
from greenfraud.chunks import chunks_between
from greenfraud.errors import InvalidInput
from greenfraud.instants import start_of_day_us
from greenfraud.items import lease as lease_items
from greenfraud.items.lease import LASTS, Lease
from greenfraud.naming import WEEKS_KEY
from greenfraud.quarantine import Quarantined, put_quarantined
from greenfraud.weekly_frauds import WeekCount, weeks_document

FIRST_DAY = date(2026, 1, 1)
LEARNED, HOLDOUT = "20260101-20260108", "20260122-20260129"
DATASET = {
    "first_day": "2026-01-01",
    "newest_occurred_at": "2026-02-05T00:00:00Z",
    "chunk_days": 7,
    "maturity_days": 7,
}


@pytest.fixture
def platform(monkeypatch, s3):
    """A platform with five weeks of data, whose execution ends at once."""
    monkeypatch.setattr(execution_module, "POLL_SECONDS", 0)
    s3.put_object(Bucket="lake", Key="dataset.json", Body=json.dumps(DATASET))
    for day in range(35):
        s3.put_object(Bucket="lake", Key=f"transactions/dt={FIRST_DAY + timedelta(days=day)}/part-0.parquet", Body=b"")
    s3.create_bucket(Bucket="artifacts")
    platform = FakePlatform()
    platform.s3 = s3
    platform.outputs["StateMachineArn"] = EXECUTION_ARN.replace(":execution:", ":stateMachine:").rpartition(":")[0]
    return platform


@pytest.fixture
def screen():
    """What is said, as text."""
    return Screen(Console(record=True, width=200))


@pytest.fixture
def command(monkeypatch, platform):
    """Run `greenfraud retrain` against the platform."""
    monkeypatch.setattr("cli.target.find_target", lambda **_: platform)
    return lambda *options: CliRunner().invoke(app, ["retrain", *options])


@pytest.mark.parametrize(
    ("wish", "complaint"),
    [
        ({"families": ["quantum"]}, "families: 'quantum' is unknown; choose from baseline, light, heavy"),
        ({"families": []}, "families: must be a list of at least one string"),
        ({"chunks": ["January"]}, "chunks: 'January' is not of the form YYYYMMDD-YYYYMMDD"),
        (
            {"chunks": ["20990101-20990108"]},
            f"chunks: '20990101-20990108' cannot be used; choose from {LEARNED}, 20260108-20260115",
        ),
        ({"chunks": [HOLDOUT]}, f"chunks: '{HOLDOUT}' cannot be used"),
        ({"holdout": "20990101-20990108"}, f"holdout: '20990101-20990108' cannot be used; choose from {LEARNED}"),
        ({"chunks": [LEARNED], "full": True}, "full: learns every trainable chunk from nothing; leave out chunks"),
    ],
)
def test_a_wish_that_cannot_be_met_starts_nothing(platform, screen, wish, complaint):
    """An execution that fails would wake somebody; the field and the choices are named instead."""
    with pytest.raises(InvalidInput) as refused:
        retraining.retrain(platform, screen, wish)
    assert str(refused.value).startswith(complaint)
    assert platform.stepfunctions.started == []


@pytest.mark.parametrize("wish", [{}, {"families": ["light"], "force": True}, {"chunks": [LEARNED]}, {"holdout": HOLDOUT}])
def test_a_wish_that_can_be_met_starts_an_execution_as_it_is(platform, screen, wish):
    """Nothing is added to what the person asked for."""
    retraining.retrain(platform, screen, wish)
    assert platform.stepfunctions.started == [wish]


def test_what_is_not_enough_starts_nothing_and_says_from_when_on_it_is(command, platform):
    """Code 2, before an execution or a machine; the plan would say the same."""
    weeks = chunks_between(FIRST_DAY, start_of_day_us(FIRST_DAY + timedelta(days=35)))
    counted = {week.id: WeekCount(90, {week.end_day + timedelta(days=7): 4}) for week in weeks}
    platform.s3.put_object(Bucket="lake", Key=WEEKS_KEY, Body=weeks_document(counted))
    refused = command()
    assert (refused.exit_code, platform.stepfunctions.started) == (2, [])
    told = " ".join(refused.stderr.split())
    assert "error: nothing was started: not enough for a model: the last 2 weeks together have 8 frauds" in told
    assert "from about 2026-0" in told


def test_who_lets_a_chunk_through_is_named_with_the_reason(command, platform):
    """As the caller of AWS, whom the record names; before an execution starts, what is not held is refused."""
    caller = {"Arn": "arn:aws:iam::123456789012:user/ann"}
    platform.sts = SimpleNamespace(get_caller_identity=lambda: caller)
    wish = ["--accept-chunk", LEARNED, "--why", "the shops were closed"]
    refused = command(*wish)
    assert (refused.exit_code, platform.stepfunctions.started) == (2, [])
    assert f"accept: '{LEARNED}' is not in quarantine; nothing is" in refused.stderr
    put_quarantined(platform.s3, "lake", Quarantined(chunk=LEARNED, faults=("traffic is missing",), found_at="2026-02-05"))
    assert command(*wish).exit_code == 0
    told = {"accept": [LEARNED], "why": "the shops were closed", "by": caller["Arn"]}
    assert platform.stepfunctions.started == [told]


def test_a_reason_is_asked_for_before_a_chunk_is_let_through(command, platform):
    """Nobody can ask later."""
    refused = command("--accept-chunk", LEARNED)
    assert (refused.exit_code, platform.stepfunctions.started) == (2, [])
    assert "why: must say why the accepted chunks are let through" in refused.stderr


def test_before_the_first_import_the_plan_says_that_there_is_nothing_to_train(platform, screen):
    """No chunk can be looked up then."""
    platform.s3.delete_object(Bucket="lake", Key="dataset.json")
    retraining.retrain(platform, screen, {"chunks": [LEARNED]})
    assert platform.stepfunctions.started == [{"chunks": [LEARNED]}]


def test_a_wish_is_refused_with_code_2_by_the_command(command, platform):
    """As every input that cannot be used."""
    result = command("--chunks", "20990101-20990108")
    assert result.exit_code == 2
    assert "error: chunks: '20990101-20990108' cannot be used; choose from" in result.stderr
    assert platform.stepfunctions.started == []


def test_an_execution_beside_another_one_is_told_who_trains(command, platform):
    """What was asked for has not been done, so the command fails; the execution has not."""
    told = {"outcome": "already_running", "holder": "monday", "reason": "monday trains since 2026-11-30 01:00:00 UTC"}
    platform.stepfunctions.answer = {"output": json.dumps(told)}
    result = command("--force")
    assert result.exit_code == 1
    assert "AlreadyRunning: monday trains since 2026-11-30 01:00:00 UTC; this execution trained nothing" in result.stderr


@pytest.mark.parametrize(("endpoint", "there"), [("http://127.0.0.1:1", ""), (None, " --aws --region eu-north-1")])
def test_ctrl_c_says_what_goes_on_and_how_to_end_it(command, platform, endpoint, there):
    """The execution is the platform's and not the command's."""

    def interrupt():
        raise KeyboardInterrupt

    platform.endpoint, platform.stepfunctions.on_look = endpoint, interrupt
    result = command()
    assert result.exit_code == 130
    assert "no longer followed, but the execution goes on" in result.stderr
    assert f"`greenfraud status{there}` shows it, `greenfraud retrain --stop one{there}` ends it" in result.stderr
    assert platform.stepfunctions.stopped == []


@pytest.mark.parametrize("name", ["one", EXECUTION_ARN])
def test_an_execution_is_stopped_by_its_name(command, platform, name):
    """Or by its ARN, as the command prints it."""
    platform.stepfunctions.statuses = ["RUNNING"]
    result = command("--stop", name)
    assert result.exit_code == 0, result.output
    assert "stopped one: what it recorded stays" in result.stdout
    assert platform.stepfunctions.stopped == [EXECUTION_ARN]
    assert platform.stepfunctions.started == []


def test_what_does_not_run_cannot_be_stopped(command, platform):
    """It has ended, or never was."""
    assert "execution one does not run: it has ended as SUCCEEDED" in command("--stop", "one").stderr
    platform.stepfunctions.statuses = [None]
    result = command("--stop", "two")
    assert (result.exit_code, "there is no execution two" in result.stderr) == (1, True)
    assert platform.stepfunctions.stopped == []


def test_stopping_takes_no_wishes(command, platform):
    """They would be ignored."""
    result = command("--stop", "one", "--force", "--families", "light")
    assert result.exit_code == 2
    assert "--stop starts nothing: leave out --families, --force" in result.stderr
    assert platform.stepfunctions.stopped == []


@pytest.mark.parametrize(("running", "shown"), [([EXECUTION_ARN], "one"), ([], None), ([f"{EXECUTION_ARN}-other"], None)])
def test_status_knows_who_trains_as_long_as_it_runs(platform, running, shown):
    """What the lease says of an execution that has ended counts no more."""
    taken_at = datetime(2026, 11, 30, 1, tzinfo=UTC)
    item = lease_items.encode(Lease(holder=EXECUTION_ARN, taken_at=taken_at, ends_at=taken_at + LASTS))
    platform.outputs["LeasesTable"] = "leases"
    platform.dynamodb = SimpleNamespace(get_item=lambda **_: {"Item": item})
    platform.stepfunctions.list_executions = lambda **_: {"executions": [{"executionArn": arn} for arn in running]}
    lease = running_lease(platform)
    assert (lease and lease.name) == shown
