"""A deleted day of the lake is written again from its versions, and nothing that is there is touched."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from rich.console import Console

from cli.errors import InputError
from cli.recovery.restore_day import Version, plan_of, restore_day
from cli.screen import Screen

DAY = date(2026, 4, 1)
NOON = datetime(2026, 4, 2, 12, tzinfo=UTC)
PLACES = [f"{kind}/dt=2026-04-01/{{}}.jsonl" for kind in ("transactions", "labels", "decisions", "releases")]
OTHER_DAY = "transactions/dt=2026-04-02/a.jsonl"


@pytest.fixture
def lake(s3):
    """A versioned lake with a day of four kinds, and another day."""
    s3.put_bucket_versioning(Bucket="lake", VersioningConfiguration={"Status": "Enabled"})
    for name in ("a", "b"):
        for place in PLACES:
            s3.put_object(Bucket="lake", Key=place.format(name), Body=f"first {name}".encode())
            s3.put_object(Bucket="lake", Key=place.format(name), Body=f"{name}".encode())
    s3.put_object(Bucket="lake", Key=OTHER_DAY, Body=b"other")
    return s3


def contents(s3):
    """What is there."""
    keys = [entry["Key"] for entry in s3.list_objects_v2(Bucket="lake").get("Contents", [])]
    return {key: s3.get_object(Bucket="lake", Key=key)["Body"].read() for key in keys}


def delete_day(s3):
    """Somebody's mistake."""
    for key in contents(s3):
        if "dt=2026-04-01" in key:
            s3.delete_object(Bucket="lake", Key=key)


def restored(s3, **options):
    """What the command said."""
    target = SimpleNamespace(client=lambda _: s3, outputs={"LakeBucket": "lake"})
    console = Console(record=True, width=200, file=io.StringIO())
    restore_day(target, Screen(console), DAY, **{"at": None, "only_looks": False} | options)
    return console.export_text()


def test_a_deleted_day_is_back_with_every_object_as_it_was(lake):
    """The newest version of each; other days are left alone."""
    before = contents(lake)
    delete_day(lake)
    said = restored(lake)
    assert contents(lake) == before
    assert said.count("2 objects as of") == 4
    assert "restoring 8 objects" in said


def test_what_came_after_the_deletion_is_not_overwritten(lake):
    """A late payment has landed under a key of its own, and one object was written anew."""
    before = contents(lake)
    delete_day(lake)
    late, again = "transactions/dt=2026-04-01/late.jsonl", PLACES[0].format("a")
    lake.put_object(Bucket="lake", Key=late, Body=b"late")
    lake.put_object(Bucket="lake", Key=again, Body=b"newer")
    restored(lake)
    assert contents(lake) == {**before, late: b"late", again: b"newer"}


def test_a_kind_that_nobody_deleted_keeps_no_other_from_coming_back(lake):
    """Its objects outlived the deletion of the others, and a compaction may have deleted its sources."""
    before = contents(lake)
    kept, source = PLACES[2].format("a"), PLACES[2].format("b")
    lake.delete_object(Bucket="lake", Key=source)
    for key in before:
        if "dt=2026-04-01" in key and not key.startswith("decisions/"):
            lake.delete_object(Bucket="lake", Key=key)
    restored(lake)
    after = contents(lake)
    assert after.pop(kept) == before.pop(kept)
    assert {key: body for key, body in after.items() if key != source} == {
        key: body for key, body in before.items() if key != source
    }


def test_a_dry_run_writes_nothing(lake):
    """It says as much as the real one."""
    delete_day(lake)
    before = contents(lake)
    assert "nothing was written" in restored(lake, only_looks=True)
    assert contents(lake) == before


def test_a_day_that_nobody_deleted_is_refused(lake):
    """As is one whose versions are gone."""
    with pytest.raises(InputError, match="transactions: nothing is deleted"):
        restored(lake)


def history(*versions):
    """One object's versions: minutes after noon, deletions negative."""
    marks = [(abs(minute), minute < 0) for minute in versions]
    return [Version("k", NOON + timedelta(minutes=at), f"v{at}", is_deletion) for at, is_deletion in marks]


def test_the_sources_of_a_compaction_stay_away_when_the_compacted_file_is_restored():
    """They were deleted long before: only the newest burst of deletions is undone."""
    sources, compacted = [history(1, -60), history(2, -61)], history(59, -600)
    plan = plan_of([*sources, compacted], None)
    assert [version.id for version in plan.copies] == ["v59"]


def test_the_sources_of_a_compaction_just_before_the_mistake_come_back_with_the_compacted_file():
    """What landed while it merged is in neither set alone; records that stand twice are told apart by whoever reads."""
    sources, compacted = [history(1, -60), history(2, -60)], history(59, -65)
    plan = plan_of([*sources, compacted], None)
    assert sorted(version.id for version in plan.copies) == ["v1", "v2", "v59"]


def test_deletions_that_left_older_objects_are_a_compactions_unless_a_moment_is_given():
    """Restoring its sources would do no harm, and no good."""
    histories = [history(1, -60), history(2, -60), history(59)]
    with pytest.raises(InputError, match="left 1 older objects"):
        plan_of(histories, None)
    assert [version.id for version in plan_of(histories, NOON + timedelta(minutes=30)).copies] == ["v1", "v2"]


def test_what_did_not_stand_at_the_moment_is_not_written():
    """It came later, or had been deleted before."""
    histories = [history(1, -5), history(10, -20), history(2, -30)]
    plan = plan_of(histories, NOON + timedelta(minutes=8))
    assert [version.id for version in plan.copies] == ["v2"]
