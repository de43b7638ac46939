"""Buckets and the person: every version of every object is read; those that name the person are written anew or deleted."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from botocore.exceptions import ClientError

from cli.data.upload import HELD_BACK_KEY
from cli.errors import CommandError
from cli.forgetting.json_documents import changed_json, without_rows
from cli.forgetting.parquet_files import changed_parquet, texts_in
from cli.forgetting.person import Person
from cli.forgetting.policies import is_policy, lists_naming
from cli.forgetting.tally import Tally

AT_ONCE = 4  # objects in memory: a week of features at 10 payments a second is about a gigabyte
ATTEMPTS = 3
PARQUET, ZIP = b"PAR1", b"PK\x03\x04"
GONE = {"NoSuchKey", "NoSuchVersion", "404"}
TAKEN = {"PreconditionFailed", "ConditionalRequestConflict"}


@dataclass(frozen=True)
class Version:
    """One version of an object; in a bucket that keeps none, all are called `null`."""

    key: str
    number: str
    is_latest: bool


@dataclass(frozen=True)
class Bucket:
    """A bucket and its client."""

    s3: Any
    name: str

    def objects(self) -> Iterator[list[Version]]:
        """Yield all versions of each object, the latest first; marks of deletions hold nothing."""
        pages = self.s3.get_paginator("list_object_versions").paginate(Bucket=self.name)
        found = (Version(one["Key"], one["VersionId"], one["IsLatest"]) for page in pages for one in page.get("Versions", []))
        for _, versions in groupby(found, key=lambda version: version.key):
            yield list(versions)

    def read(self, version: Version) -> dict[str, Any] | None:
        """Return S3's answer with the content as `Body`; None for what is gone meanwhile."""
        given = {} if version.is_latest else {"VersionId": version.number}
        try:
            answer: dict[str, Any] = self.s3.get_object(Bucket=self.name, Key=version.key, **given)
        except ClientError as error:
            if error.response["Error"]["Code"] in GONE:
                return None
            raise
        return {**answer, "Body": answer["Body"].read()}

    def replace(self, version: Version, before: dict[str, Any], body: bytes) -> bool:
        """Write new content over the one that was read; tells whether nobody else was faster."""
        kept = {name: before[name] for name in ("ContentType", "Metadata") if before.get(name)}
        try:
            self.s3.put_object(Bucket=self.name, Key=version.key, Body=body, IfMatch=before["ETag"], **kept)
        except ClientError as error:
            if error.response["Error"]["Code"] in TAKEN | GONE:
                return False
            raise
        return True

    def delete(self, version: Version) -> None:
        """Delete one version for good."""
        self.s3.delete_object(Bucket=self.name, Key=version.key, VersionId=version.number)


def cut_bucket(bucket: Bucket, person: Person) -> Tally:
    """Cut the person's rows out of every object, and delete the older versions that still have them."""
    return _each(bucket, lambda versions: _cut(bucket, versions, person))


def search_bucket(bucket: Bucket, person: Person) -> Tally:
    """Count what still names the person, in any version."""
    return _each(bucket, lambda versions: sum((_search(bucket, version, person) for version in versions), Tally(bucket.name)))


def _each(bucket: Bucket, do: Callable[[list[Version]], Tally]) -> Tally:
    tally = Tally(bucket.name)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for part in pool.map(do, bucket.objects()):
            tally += part
    return tally


def _cut(bucket: Bucket, versions: list[Version], person: Person) -> Tally:
    tally = Tally(bucket.name)
    for version in versions:
        tally += _cut_latest(bucket, version, person) if version.is_latest else _cut_older(bucket, version, person)
    # What was written over stays as an older version wherever the bucket keeps them: it is deleted like the others.
    if tally.changed and versions[0].number != "null":
        tally += _cut_older(bucket, Version(versions[0].key, versions[0].number, is_latest=False), person)
    return tally


def _cut_latest(bucket: Bucket, version: Version, person: Person) -> Tally:
    for _ in range(ATTEMPTS):
        before = bucket.read(version)
        if before is None:
            return Tally(bucket.name)
        if is_policy(version.key):  # named by its digest: it cannot be written anew
            return _cut_older(bucket, version, person)
        body, rows = changed(version.key, before["Body"], person)
        if not rows or bucket.replace(version, before, body):
            return Tally(bucket.name, searched=1, changed=rows)
    raise CommandError(f"s3://{bucket.name}/{version.key} changes faster than it can be written. Run the command again")


def _cut_older(bucket: Bucket, version: Version, person: Person) -> Tally:
    before = bucket.read(version)
    rows = 0 if before is None else hits_in(version.key, before["Body"], person)
    if rows:
        bucket.delete(version)
    return Tally(bucket.name, searched=1, changed=rows)


def _search(bucket: Bucket, version: Version, person: Person) -> Tally:
    found = bucket.read(version)
    hits = 0 if found is None else hits_in(version.key, found["Body"], person)
    return Tally(bucket.name, searched=1, hits=hits, places=[version.key] if hits else [])


def changed(key: str, body: bytes, person: Person) -> tuple[bytes, int]:
    """Return the content of an object without the person, and how many rows were the person's."""
    if body.startswith(PARQUET):
        return changed_parquet(body, person)
    if key == HELD_BACK_KEY:
        return without_rows(body, person)
    return changed_json(body, person) if body.lstrip()[:1] in (b"{", b"[") else (body, 0)


def hits_in(key: str, body: bytes, person: Person) -> int:
    """Return how many rows or words of an object name the person; inside of archives too, whatever is in them."""
    if body.startswith(PARQUET):
        return changed_parquet(body, person)[1] + texts_in(body, person)
    if is_policy(key):
        return len(lists_naming(body, person))
    if rows := changed(key, body, person)[1]:
        return rows
    if person.since and person.may_be_in(body):  # what it paid since stands in the same kind of rows
        return 0
    return sum(word in content for content in _contents(body) for word in person.words)


def _contents(body: bytes) -> Iterator[bytes]:
    yield body
    if body.startswith(ZIP) and zipfile.is_zipfile(io.BytesIO(body)):
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            yield from (archive.read(name) for name in archive.namelist())
