"""The ledger as a chain: every entry holds the digest of all before it, so that none can be changed, dropped or added unseen.

The digest before the first entry is GENESIS; after entry n it is SHA-256(digest before n + text of n), each as stored. Entries of
earlier releases hold no digest, and are covered by that of the first one that does. A copy of each entry in a bucket that
nobody may overwrite (S3 Object Lock) tells the one thing that a chain cannot: that somebody wrote all of it anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from greenfraud.canonical import sha256_hex

GENESIS = "0" * 64
CHAINED_TO = "chained_to"  # the name of the digest in an entry
COPIES = "ledger/"  # in the bucket of copies that nobody overwrites

# changed     not what it was when the next entry, or its copy, was written
# missing     there were entries between others, and there are none
# cut_off     there were entries after the newest one
# unchained   an entry without a digest after one that has it
# unarchived  the copy that cannot be overwritten is not there
# overwritten somebody put another version of its copy, or marked it as removed; the first one is what was written
# unreadable  not JSON, or of another revision than its key says
Kind = Literal["changed", "missing", "cut_off", "unchained", "unarchived", "overwritten", "unreadable"]


class Stored(NamedTuple):
    """An entry as it is stored: the revision of its key, and its text."""

    revision: int
    text: str


class Finding(NamedTuple):
    """What is wrong with which entry."""

    revision: int
    kind: Kind
    words: str


def digest_after(before: str, text: str) -> str:
    """Return the digest of the chain after an entry.

    >>> digest_after(GENESIS, "{}")[:8]
    '5508d2b7'
    """
    return sha256_hex(before + text)


def chained_to(text: str) -> str | None:
    """Return the digest that an entry holds of those before it; None of an entry that holds none, or cannot be read."""
    try:
        found = json.loads(text).get(CHAINED_TO)
    except (ValueError, AttributeError):
        return None
    return found if isinstance(found, str) else None


def digest_of(entries: Sequence[Stored]) -> str:
    """Return the digest after the newest of all entries, oldest first."""
    digest = GENESIS
    for entry in entries:
        digest = digest_after(chained_to(entry.text) or digest, entry.text)
    return digest


def verify(entries: Sequence[Stored], archived: Mapping[int, str] | None, revision: int | None) -> list[Finding]:
    """Return all that is wrong, by revision: of `entries`, oldest first, of their copies if there are any, of the one in force."""
    found = [*_of_chain(entries), *_of_end(entries, revision)]
    if archived is not None:
        found += _of_copies(entries, archived)
    return sorted(set(found))


def _of_chain(entries: Sequence[Stored]) -> Iterator[Finding]:
    digest, last, has_chain = GENESIS, 0, False
    for entry in entries:
        yield from _of_itself(entry)
        held = chained_to(entry.text)
        if entry.revision != last + 1:
            yield Finding(last + 1, "missing", f"entries {last + 1} to {entry.revision - 1} are gone")
        elif held is not None and held != digest:
            yield Finding(last, "changed", f"entry {entry.revision} was chained to another one: it, or one before it, was changed")
        elif held is None and has_chain:
            yield Finding(entry.revision, "unchained", "holds no digest of the entries before it, and an earlier one does")
        has_chain |= held is not None
        digest, last = digest_after(held or digest, entry.text), entry.revision


def _of_itself(entry: Stored) -> Iterator[Finding]:
    try:
        revision = json.loads(entry.text)["revision"]
    except (ValueError, KeyError, TypeError):
        yield Finding(entry.revision, "unreadable", "is no entry")
        return
    if revision != entry.revision:
        yield Finding(entry.revision, "unreadable", f"says that it is entry {revision}")


def _of_end(entries: Sequence[Stored], revision: int | None) -> Iterator[Finding]:
    newest = entries[-1].revision if entries else 0
    if revision is not None and revision > newest:
        words = f"production is at revision {revision}, and the newest entry is {newest}"
        yield Finding(newest + 1, "cut_off", words)
    if revision is not None and revision < newest:
        yield Finding(newest, "changed", f"production is at revision {revision}, older than this entry")


def _of_copies(entries: Sequence[Stored], archived: Mapping[int, str]) -> Iterator[Finding]:
    texts = {entry.revision: entry.text for entry in entries}
    newest = max(texts, default=0)
    for revision, copy in archived.items():
        if revision not in texts:
            yield Finding(revision, "cut_off" if revision > newest else "missing", "has a copy, and is gone from the ledger")
        elif texts[revision] != copy:
            yield Finding(revision, "changed", "differs from its copy")
    for revision, text in texts.items():
        if revision not in archived and chained_to(text) is not None:
            yield Finding(revision, "unarchived", "has no copy that cannot be overwritten")


def copy_key(revision: int) -> str:
    """Return the key of an entry's copy among the archived ones, which sort as they were written.

    >>> copy_key(12)
    'ledger/00000012.json'
    """
    return f"{COPIES}{revision:08d}.json"


def copied_revision(key: str) -> int:
    """Return the revision of the entry whose copy has this key. Raises ValueError where it is no such key.

    >>> copied_revision("ledger/00000012.json")
    12
    """
    return int(key.removeprefix(COPIES).removesuffix(".json"))
