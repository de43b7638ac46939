"""JSON that names a customer: lines of the lake, documents, and records of the stream as they wait to be replayed."""

from __future__ import annotations

import json
from typing import Any

from cli.forgetting.person import JOIN_KEY, Person
from greenfraud.canonical import sha256_hex
from greenfraud.features.manifest import load_manifest
from greenfraud.items import casework, entities

# Of a decision the person's habits, and what the caller told beside the payment; of a review what analysts wrote.
UNNEEDED = ("features", "extras", entities.ATTRIBUTE, casework.NOTES)


def changed_json(body: bytes, person: Person) -> tuple[bytes, int]:
    """Return a document or JSON lines in which the person's rows bear the pseudonym, and how many; other lines stay as they are."""
    if not person.may_be_in(body):
        return body, 0
    lines = body.splitlines(keepends=True)
    changed = [_changed(line, person) if person.may_be_in(line) else (line, 0) for line in lines]
    if any(text is None for text, _ in changed):  # one document over many lines
        text, rows = _changed(body, person)
        return (body, 0) if text is None else (text, rows)
    return b"".join(text for text, _ in changed if text is not None), sum(rows for _, rows in changed)


def without_rows(body: bytes, person: Person) -> tuple[bytes, int]:
    """Return a list of what was kept back to be scored without the person's payments, and how many there were."""
    entries = json.loads(body)
    kept = [entry for entry in entries if not _is_named(entry.get("transaction", {}), person)]
    removed = len(entries) - len(kept)
    return (json.dumps(kept, indent=1).encode(), removed) if removed else (body, 0)


def without_own(text: str) -> str:
    """Return the text of a JSON object without what only that person had; a column stays, and says nothing."""
    row = json.loads(text)
    dropped = {*UNNEEDED, *load_manifest().extra_columns}
    return json.dumps({name: (None if name in dropped else cell) for name, cell in row.items()})


def _changed(text: bytes, person: Person) -> tuple[bytes | None, int]:
    """Return the text of a JSON value with the person's rows changed; None where it is no JSON."""
    try:
        value = json.loads(text)
    except ValueError:
        return None, 0
    value, rows = _cut(value, person)
    return (json.dumps(value).encode() + (b"\n" if text.endswith(b"\n") else b""), rows) if rows else (text, 0)


def _cut(value: Any, person: Person) -> tuple[Any, int]:
    if isinstance(value, dict):
        members = {name: _cut(member, person) for name, member in value.items()}
        made, rows = {name: member for name, (member, _) in members.items()}, sum(count for _, count in members.values())
        return (_anonymous(made, person), rows + 1) if _is_named(value, person) else (made, rows)
    if isinstance(value, list):
        entries = [_cut(entry, person) for entry in value]
        return [entry for entry, _ in entries], sum(count for _, count in entries)
    if isinstance(value, str) and value[:1] in ("{", "[") and person.may_be_in(value.encode()):
        return _cut_text(value, person)  # a whole event as AWS keeps it: JSON in JSON
    return value, 0


def _cut_text(text: str, person: Person) -> tuple[str, int]:
    try:
        value, rows = _cut(json.loads(text), person)
    except ValueError:
        return text, 0
    return (json.dumps(value), rows) if rows else (text, 0)


def _is_named(row: dict[str, Any], person: Person) -> bool:
    return person.is_row(_plain(row.get(JOIN_KEY)), _plain(row.get("transaction_id")))


def _plain(cell: Any) -> Any:
    """The text of a value, also where DynamoDB spells it with its type."""
    return cell.get("S") if isinstance(cell, dict) else cell


def _anonymous(row: dict[str, Any], person: Person) -> dict[str, Any]:
    is_item = isinstance(row[JOIN_KEY], dict)
    dropped = {*UNNEEDED, *load_manifest().extra_columns}
    # A line keeps its columns, an item has none that is empty.
    made = {name: (None if name in dropped else cell) for name, cell in row.items() if not (is_item and name in dropped)}
    made[JOIN_KEY] = {"S": person.pseudonym} if is_item else person.pseudonym
    if "content_sha256" in row:
        digest = content_of(person, str(_plain(row.get("transaction_id"))))
        made["content_sha256"] = {"S": digest} if is_item else digest
    return made


def content_of(person: Person, transaction_id: str) -> str:
    """Return the digest that takes the place of that of the request, which could be compared with a guess of who sent it."""
    return sha256_hex(f"{person.pseudonym}{transaction_id}")
