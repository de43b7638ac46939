"""A data set into the lake of a platform, with what a person is told of it."""

from __future__ import annotations

from typing import Any

from cli.data.appending import Appended, append
from cli.data.dataset import Dataset
from cli.data.upload import change_label_horizon, imported_document, upload
from cli.errors import InputError
from cli.screen import Screen
from cli.target import Target


def described_lake(target: Target) -> dict[str, Any]:
    """What the lake says of its data set. InputError where it has none."""
    there = imported_document(*_lake(target))
    if there is None:
        raise InputError("the lake has no data set yet: import the file without --append")
    return there


def fill_lake(target: Target, dataset: Dataset, screen: Screen) -> dict[str, Any]:
    """Put a data set into an empty lake; returns its description."""
    upload(*_lake(target), dataset, done=lambda now, of: screen.doing(f"importing: file {now:,} of {of:,}"))
    return dataset.document()


def add_to_lake(target: Target, dataset: Dataset, label_horizon_days: int | None, screen: Screen) -> dict[str, Any]:
    """Add a data set to the lake's, and say anew how long labels may come where that was asked; returns the description."""
    s3, bucket = _lake(target)
    added = append(s3, bucket, dataset, done=lambda now, of: screen.doing(f"importing: file {now:,} of {of:,}"))
    for line in _told(added):
        screen.line(line)
    if label_horizon_days is None:
        return added.document
    change_label_horizon(s3, bucket, label_horizon_days)
    return imported_document(s3, bucket) or added.document


def _told(added: Appended) -> list[str]:
    live = f", {added.live:,} of them live" if added.live else ""
    said = [f"{added.new:,} payments are new, {added.known:,} were there{live}; {added.late_reports:,} frauds reported late"]
    if added.looked_at:
        said.append(
            f"{added.looked_at:,} payments that nobody had investigated are by now: they stay neither learned nor judged until "
            "somebody says what they are, with `greenfraud label`"
        )
    if added.contradicting:
        said.append(
            f"{added.contradicting:,} payments are frauds in the lake and none in the file: they stay frauds. Where a report was "
            "withdrawn, say so with `greenfraud label`"
        )
    if added.new:
        said.append("the states follow with the next nightly upkeep, or at once with `greenfraud rebuild`")
    return said


def _lake(target: Target) -> tuple[Any, str]:
    return target.client("s3"), target.outputs["LakeBucket"]
