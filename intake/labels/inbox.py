"""Files of labels that somebody dropped into their bucket, whoever may do nothing else: told one by one, and then taken away.

A file that cannot be used stays, and its receipt says why; one that was told is deleted after its receipt is written. One that
meets a fault of ours stays without a receipt, stops none after it, and is tried again by the next run. A receipt is named after
the file, its content and when it came: told again after an interruption, delivered twice or taken by two at once, a file has
one receipt, which says the same.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from greenfraud.canonical import sha256_hex
from greenfraud.faults import told
from greenfraud.instants import SECOND_US
from intake.errors import CommandError, InputError
from intake.labels.places import Places, Show
from intake.labels.reading import FIELDS, Asked, read_labels
from intake.labels.receipt import write_refusal
from intake.labels.settling import settle
from intake.labels.sizes import refuse_unpacked
from intake.layout import parse_map

INBOX, RECEIPTS = "labels/", "receipts/labels/"
MOST_BYTES = 512 * 2**20  # what is read of it must fit into the memory of a job
OUTCOME, TOLD, REFUSED = "outcome", "told", "refused"
GONE = frozenset({"404", "NoSuchKey", "PreconditionFailed"})
LONGEST_NAME = 180  # bytes: with what a receipt's name adds, fewer than the 255 of a file and the 1,024 of a key


@dataclass(frozen=True)
class Drop:
    """A file as it came; its metadata (`map`, `timezone`, `time-format`, `source`, `all-fraud`) may say how it is to be read."""

    key: str
    etag: str
    tag: str
    size: int
    told: dict[str, str]
    came_us: int  # by S3's clock, to the second

    @property
    def name(self) -> str:
        """What it is called here."""
        return name_of(self.key)

    @property
    def receipt(self) -> str:
        """The name of its receipt."""
        return f"{self.name}.{self.tag[:8]}.receipt.csv"

    def asked(self, otherwise: Asked) -> Asked:
        """Return how it is to be read. InputError for a map that cannot be understood."""
        return replace(
            otherwise,
            mapping=parse_map(self.told["map"], FIELDS) if "map" in self.told else otherwise.mapping,
            timezone=self.told.get("timezone", otherwise.timezone),
            all_fraud=self.told.get("all-fraud", "").lower() == "true" or otherwise.all_fraud,
            source=self.told.get("source", otherwise.source),
            now_us=self.came_us,
            time_format=self.told.get("time-format", otherwise.time_format),
        )


@dataclass
class Taken:
    """How many files were told, what came of their rows, and why others stay, by their names."""

    files: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    left: dict[str, str] = field(default_factory=dict)
    refused: int = 0  # now, and not before
    failed: dict[str, str] = field(default_factory=dict)  # by a fault of ours or of AWS, in words that quote no row

    def add(self, counts: dict[str, int]) -> None:
        """Count a file that was told."""
        self.files += 1
        self.counts = {outcome: self.counts.get(outcome, 0) + count for outcome, count in counts.items()}

    def refuse_failed(self) -> None:
        """CommandError where a file failed, without any name: to be raised when everything else is done."""
        if self.failed:
            raise CommandError(f"{len(self.failed)} dropped files were not told to their end, and stay")


def take_dropped(places: Places, asked: Asked, receipts: Path, show: Show, *, tries_again: bool) -> Taken:
    """Tell every file; receipts are also written into a folder. One that was refused before is looked at where `tries_again`."""
    taken = Taken()
    receipts.mkdir(parents=True, exist_ok=True)
    for key in keys(places):
        try:
            drop = look(places, key)
            if drop is None:
                continue
            before = _receipt_of(places, drop)
            if before == TOLD:  # a run ended between the receipt and this
                _take_away(places, drop, taken)
            elif before != REFUSED or tries_again:
                show(f"dropped: file {drop.tag[:8]}")
                _take(places, drop, taken, asked=asked, receipt=receipts / drop.receipt, show=show)
        except Exception as error:  # one file must not keep the others waiting
            taken.failed[name_of(key)] = str(error) if isinstance(error, CommandError) else told(error)
    return taken


def _take(places: Places, drop: Drop, taken: Taken, *, asked: Asked, receipt: Path, show: Show) -> None:  # noqa: PLR0913
    try:
        counts = _told(places, drop, asked, receipt, show)
    except InputError as error:
        write_refusal(receipt, str(error))
        _keep(places, drop, receipt, REFUSED)
        taken.left[drop.name] = str(error)
        taken.refused += 1
        return
    if counts is None:
        return
    _keep(places, drop, receipt, TOLD)
    taken.add(counts)
    _take_away(places, drop, taken)


def keys(places: Places) -> Iterator[str]:
    """Every file that lies there; no folders, as the console makes them."""
    for page in places.s3.get_paginator("list_objects_v2").paginate(Bucket=places.inbox, Prefix=INBOX):
        yield from (entry["Key"] for entry in page.get("Contents", []) if not entry["Key"].endswith("/"))


def look(places: Places, key: str) -> Drop | None:
    """Return a file as it lies there now; None where another run took it away meanwhile."""
    head = _head(places, key)
    if head is None:
        return None
    came = head["LastModified"]
    tag = sha256_hex(f"{key} {head['ETag']} {came.isoformat()}")[:16]
    return Drop(key, head["ETag"], tag, head["ContentLength"], head.get("Metadata", {}), int(came.timestamp()) * SECOND_US)


def name_of(key: str) -> str:
    """Return what a file is called here: in one folder, not too long for it, and nothing in it that a terminal obeys.

    >>> name_of("labels/bank/may.csv")
    'bank-may.csv'
    """
    name = key.removeprefix(INBOX).replace("/", "-")
    shown = "".join(one if one.isprintable() else "?" for one in name)
    return shown.encode(errors="replace")[:LONGEST_NAME].decode(errors="ignore")


def _told(places: Places, drop: Drop, asked: Asked, receipt: Path, show: Show) -> dict[str, int] | None:
    """Return what came of its rows; None where another run took it away meanwhile, or other content came under its name."""
    if drop.size > MOST_BYTES:
        raise InputError(f"the file has {drop.size:,} bytes, and {MOST_BYTES:,} can be taken at once. Split it")
    with tempfile.TemporaryDirectory(prefix="greenfraud-labels-") as folder:
        file = Path(folder) / "dropped"  # whoever names keys names no file of ours
        if not _is_fetched(places, drop, file):
            return None
        try:
            refuse_unpacked(file)
            labels = read_labels(file, drop.asked(asked))
        except InputError as error:
            raise InputError(str(error).replace(str(file), "the file")) from None
    return settle(places, labels, receipt, show, drop.tag)


def _is_fetched(places: Places, drop: Drop, file: Path) -> bool:
    """Write this very content into a file; False where it is there no more."""
    try:
        body = places.s3.get_object(Bucket=places.inbox, Key=drop.key, IfMatch=drop.etag)["Body"]
    except ClientError as error:
        if error.response["Error"]["Code"] in GONE:
            return False
        raise
    with file.open("wb") as stream:
        shutil.copyfileobj(body, stream)
    return True


def _keep(places: Places, drop: Drop, receipt: Path, outcome: str) -> None:
    """The receipt lies beside the files, under a prefix of its own."""
    told = {"Metadata": {OUTCOME: outcome}, "ContentType": "text/csv; charset=utf-8"}
    places.s3.upload_file(str(receipt), places.inbox, f"{RECEIPTS}{drop.receipt}", ExtraArgs=told)


def _receipt_of(places: Places, drop: Drop) -> str | None:
    head = _head(places, f"{RECEIPTS}{drop.receipt}")
    return None if head is None else str(head.get("Metadata", {}).get(OUTCOME))


def _head(places: Places, key: str) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = places.s3.head_object(Bucket=places.inbox, Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] in GONE:
            return None
        raise
    return found


def _take_away(places: Places, drop: Drop, taken: Taken) -> None:
    """Delete what was told, and nothing that came under its name meanwhile."""
    head = _head(places, drop.key)
    if head is not None and head["ETag"] != drop.etag:
        taken.left[drop.name] = "another file came under its name meanwhile; it is taken next"
        return
    try:
        places.s3.delete_object(Bucket=places.inbox, Key=drop.key, IfMatch=drop.etag)
    except ClientError as error:
        if error.response["Error"]["Code"] not in GONE:
            raise
