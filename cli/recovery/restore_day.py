"""`greenfraud restore-day`: what was deleted of a day of the lake is written again, from the versions the bucket keeps."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from cli.errors import InputError
from cli.screen import Screen
from cli.target import Target
from greenfraud.whole_days import SMALL_FILES

KINDS = tuple(SMALL_FILES)  # all that ingestion lands
# Deletions no further apart belong together. A compaction's within it are undone too: what landed while it merged may be in its
# sources or not, so all come back; readers tell records apart, and the next compaction merges them again.
BURST = timedelta(minutes=10)
COPIES_AT_ONCE = 8


@dataclass(frozen=True)
class Version:
    """One version of an object, or the mark that it was deleted (`is_deletion`)."""

    key: str
    at: datetime
    id: str
    is_deletion: bool


@dataclass(frozen=True)
class Plan:
    """Which version of each object is written again, as of when, and what stands in no need of it."""

    at: datetime
    copies: tuple[Version, ...]
    present: int


def restore_day(target: Target, screen: Screen, day: date, *, at: datetime | None, only_looks: bool) -> None:
    """Write the day again. InputError when nothing of it is to be restored, or when it has to be said as of when."""
    s3, bucket = target.client("s3"), target.outputs["LakeBucket"]
    copies: list[Version] = []
    reasons = []
    for kind in KINDS:
        try:
            plan = plan_of(_histories(s3, bucket, f"{kind}/dt={day.isoformat()}/"), at)
        except InputError as refusal:
            reasons.append(f"{kind}: {refusal}")
            continue
        copies += plan.copies
        counts = f"{len(plan.copies):,} objects as of {_written(plan.at)}; {plan.present:,} are there and stay"
        screen.line(f"{kind} of {day}: {counts}")
    if not copies:
        raise InputError("; ".join(reasons) or f"nothing of {day} is missing that stood there then")
    for reason in reasons:
        screen.line(reason)
    if only_looks:
        screen.line("nothing was written")
        return
    with screen.step("restore", f"restoring {len(copies):,} objects"), ThreadPoolExecutor(COPIES_AT_ONCE) as writers:
        for done, _ in enumerate(writers.map(lambda version: _copy(s3, bucket, version), copies), start=1):
            screen.doing(f"restoring: {done:,} of {len(copies):,} objects")
    screen.line("the states follow with the next nightly upkeep, or at once with `greenfraud rebuild`")


def plan_of(histories: list[list[Version]], at: datetime | None) -> Plan:
    """What brings objects back as they stood at a moment; each history is one object's versions, oldest first.

    InputError when the moment has to be given: objects outlived the newest deletions, as they do a compaction's.
    """
    deleted = [history for history in histories if history[-1].is_deletion]
    present = [history for history in histories if not history[-1].is_deletion]
    if not deleted:
        raise InputError("nothing is deleted, or its versions are gone: they are kept for 7 days")
    if at is not None:
        copies = [version for history in deleted if (version := _standing(history, at)) is not None]
        return Plan(at, tuple(copies), len(present))
    begin = _begin_of_newest_burst(deleted, present)
    burst = [history for history in deleted if history[-1].at >= begin]
    return Plan(begin, tuple(history[-2] for history in burst if len(history) > 1 and not history[-2].is_deletion), len(present))


def _begin_of_newest_burst(deleted: list[list[Version]], present: list[list[Version]]) -> datetime:
    times = sorted((history[-1].at for history in deleted), reverse=True)
    begin = times[0]
    for time in times[1:]:
        if begin - time > BURST:
            break
        begin = time
    survivors = [history for history in present if history[0].at < begin and not _was_deleted(history, begin)]
    if survivors:
        raise InputError(
            f"the newest deletions ({_written(begin)} to {_written(times[0])}) left {len(survivors):,} older objects: the nightly "
            "compaction deletes what it has compacted. If it was no compaction, say as of when: --at"
        )
    return begin


def _was_deleted(history: list[Version], since: datetime) -> bool:
    return any(version.is_deletion and version.at >= since for version in history)


def _standing(history: list[Version], moment: datetime) -> Version | None:
    """The version that stood at that moment; None where there was none."""
    before = [version for version in history if version.at <= moment]
    return before[-1] if before and not before[-1].is_deletion else None


def _histories(s3: Any, bucket: str, prefix: str) -> list[list[Version]]:
    found: dict[str, list[tuple[bool, Version]]] = {}
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix):
        for part, is_deletion in (("Versions", False), ("DeleteMarkers", True)):
            for entry in page.get(part, []):
                version = Version(entry["Key"], entry["LastModified"], entry["VersionId"], is_deletion)
                found.setdefault(version.key, []).append((entry["IsLatest"], version))
    return [_oldest_first(history) for history in found.values()]


def _oldest_first(history: list[tuple[bool, Version]]) -> list[Version]:
    """S3 lists the newest first and tells seconds: within one, the latest is last, and a mark follows what it deleted."""
    history.reverse()
    history.sort(key=lambda one: (one[1].at, one[0], one[1].is_deletion))
    return [version for _, version in history]


def _copy(s3: Any, bucket: str, version: Version) -> None:
    """Write a version again, unless somebody wrote the object meanwhile."""
    if _is_there(s3, bucket, version.key):
        return
    source = {"Bucket": bucket, "Key": version.key, "VersionId": version.id}
    s3.copy_object(Bucket=bucket, Key=version.key, CopySource=source)


def _is_there(s3: Any, bucket: str, key: str) -> bool:
    found = s3.list_objects_v2(Bucket=bucket, Prefix=key, MaxKeys=1).get("Contents", [])
    return bool(found) and found[0]["Key"] == key


def _written(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
