"""A rebuild says how many entities there are and how many differ, and ends as badly as they do."""

from __future__ import annotations

import io
import re

import pytest
from fake_platform import FakePlatform
from rich.console import Console

from cli.errors import CommandError
from cli.recovery import rebuild as module
from cli.recovery.rebuild import rebuild
from cli.screen import Screen

REPORT = {"schema": 1, "entities": 12_345, "differing": 0, "moving": 0, "views": {}, "tries": 1, "written": 12_000, "seconds": 4.2}


@pytest.fixture
def platform(monkeypatch):
    """A platform whose upkeep runs until a test says otherwise; nobody waits."""
    monkeypatch.setattr(module, "POLL_SECONDS", 0.0)
    made = FakePlatform()
    made.outputs["UpkeepStateMachineArn"] = "upkeep"
    made.stepfunctions.statuses = ["RUNNING"]
    return made


def leave(platform, report):
    """The job leaves its report where it was told to, at the second look."""
    looks = []

    def look():
        looks.append(None)
        if len(looks) == 2:
            platform.s3.objects[f"reports/rebuild/{platform.stepfunctions.started[0]['report']}.json"] = report

    platform.stepfunctions.on_look = look


def said(platform, *, only_compares=False):
    """What the command printed."""
    console = Console(record=True, width=200, file=io.StringIO())
    try:
        rebuild(platform, Screen(console), only_compares=only_compares)
    finally:
        platform.said = console.export_text()
    return platform.said


@pytest.mark.parametrize("only_compares", [False, True])
def test_the_upkeep_is_started_with_a_wish_and_its_report_is_printed(platform, only_compares):
    """It does not wait for the skew watch that follows."""
    leave(platform, REPORT)
    assert "12,345 entities, 0 differing, 12,000 written, 4.2 s" in said(platform, only_compares=only_compares)
    (wishes,) = platform.stepfunctions.started
    assert re.fullmatch(r"rebuild-\d{8}T\d{6}-[0-9a-f]{6}", wishes["report"])
    assert wishes["only_compares"] == ("true" if only_compares else "false")


def test_what_differs_is_told_by_view_and_ends_with_an_error(platform):
    """With what to do where the states know more."""
    views = {"customer_activity": {"same": 7, "behind": 2}, "terminal_activity": {"created": 1, "moving": 3}}
    leave(platform, {**REPORT, "differing": 3, "moving": 3, "views": views})
    with pytest.raises(CommandError, match="3 of 12,345 entities differ from the lake"):
        said(platform)
    assert "customer_activity: 2 that know more than the lake: run `greenfraud redrive --since` first" in platform.said
    assert "terminal_activity: 1 missing" in platform.said
    assert "3 were written meanwhile" in platform.said


def test_a_job_that_failed_is_told_in_its_own_words(platform):
    """There is no report then."""
    platform.stepfunctions.statuses, platform.stepfunctions.answer = ["RUNNING", "FAILED"], {"cause": "AlgorithmError: NotFound"}
    with pytest.raises(CommandError, match="the rebuild ended as FAILED: AlgorithmError: NotFound"):
        said(platform)
