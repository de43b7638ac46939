"""What survives a restart: S3 objects and DynamoDB items, written on stop, put back when their stack is deployed.

Everything else (stacks, executions, logs, metrics) is made anew by the next deployment, as from the same template.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table
from moto.s3.models import FakeBucket, FakeKey, s3_backends

from local.context import ACCOUNT, CDK_QUALIFIER, REGION, Context
from local.tables.item_writes import item_of, keys_of, store

# The CDK's own bucket is filled by every deployment.
NOT_SAVED = f"cdk-{CDK_QUALIFIER}-assets-"


@dataclass
class SavedState:
    """The folder of saved state and what of it was put back already."""

    folder: Path
    account: str
    region: str
    restored: set[Path] = field(default_factory=set)

    def claim(self, path: Path) -> bool:
        """Whether `path` exists and has not been put back yet: a bucket deleted and made again starts empty."""
        if path in self.restored or not path.exists():
            return False
        self.restored.add(path)
        return True

    def bucket_index(self, name: str) -> Path:
        """The list of a bucket's objects; their bodies lie beside it, by content."""
        return self.folder / "s3" / f"{name}.jsonl"

    def body(self, name: str) -> Path:
        """One object's body."""
        return self.folder / "s3" / "bodies" / name

    def table_items(self, name: str) -> Path:
        """A table's items, one JSON line each."""
        return self.folder / "dynamodb" / f"{name}.jsonl"


_saved: SavedState | None = None


def install(context: Context) -> None:
    """Read from and save to the context's state folder. Installed first, so it saves after all else has stopped."""
    global _saved  # noqa: PLW0603 - the providers, which moto's engine calls, have no other way to reach it
    _saved = SavedState(context.state_dir, ACCOUNT, REGION)
    context.on_stop(partial(save_all, _saved))


def kept_secret(name: str, generate: Callable[[], str]) -> str:
    """The value of a secret: the one of an earlier start, or a new one, which is kept where only this person reads."""
    assert _saved is not None
    path = _saved.folder / "secrets" / name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(generate(), encoding="utf-8")
    return path.read_text(encoding="utf-8")


def save_all(saved: SavedState) -> None:
    """Write every bucket and every table."""
    bodies: set[str] = set()
    for bucket in s3_backends[saved.account]["aws"].buckets.values():
        if not bucket.name.startswith(NOT_SAVED):
            bodies |= save_bucket(saved, bucket)
    for table in dynamodb_backends[saved.account][saved.region].tables.values():
        save_table(saved, table)
    remove_unused_bodies(saved, bodies)


def save_bucket(saved: SavedState, bucket: FakeBucket) -> set[str]:
    """Write the newest version of every object; bodies already on disk are not written again."""
    lines, bodies = [], set()
    for key in bucket.keys.values():
        if not isinstance(key, FakeKey):
            continue  # a delete marker
        body = f"{key.etag.strip(chr(34))}-{key.size}"
        bodies.add(body)
        if not saved.body(body).exists():
            write_whole(saved.body(body), key.value)
        modified_at = key.last_modified.isoformat()
        lines.append({"key": key.name, "body": body, "metadata": dict(key.metadata), "etag": key.etag, "modified_at": modified_at})
    write_lines(saved.bucket_index(bucket.name), lines)
    return bodies


def save_table(saved: SavedState, table: Table) -> None:
    """Write every item in DynamoDB's own JSON."""
    write_lines(saved.table_items(table.name), [attributes_of(item) for item in table.all_items()])


def remove_unused_bodies(saved: SavedState, used: set[str]) -> None:
    """Delete bodies that no list names, those of lists not put back in this run included."""
    named = set(used)
    for index in (saved.folder / "s3").glob("*.jsonl"):
        named |= {line["body"] for line in read_lines(index)}
    for body in saved.body("x").parent.glob("*"):
        if body.name not in named:
            body.unlink()


def restore_bucket(name: str) -> None:
    """Put the saved objects into a bucket just created."""
    assert _saved is not None
    if _saved.claim(_saved.bucket_index(name)):
        put_objects(_saved, name)


def put_objects(saved: SavedState, name: str, prefix: str = "") -> None:
    """Put the saved objects below a prefix into a bucket."""
    backend = s3_backends[saved.account]["aws"]
    for line in read_lines(saved.bucket_index(name)):
        if line["key"].startswith(prefix):
            etag = line["etag"].strip('"')  # moto adds the quotes when it is asked
            key = backend.put_object(name, line["key"], saved.body(line["body"]).read_bytes(), etag=etag)
            key.set_metadata(line["metadata"], replace=True)
            key.last_modified = datetime.fromisoformat(line["modified_at"])


def restore_table(name: str) -> None:
    """Put the saved items into a table just created. They were streamed when they were written, so not again now."""
    assert _saved is not None
    path = _saved.table_items(name)
    if not _saved.claim(path):
        return
    table = dynamodb_backends[_saved.account][_saved.region].tables[name]
    for attributes in read_lines(path):
        insert_item(table, attributes)


def insert_item(table: Table, attributes: dict[str, Any]) -> None:
    """Place one item under its keys, past the stream and past conditions."""
    item = {name: value_of(entry) for name, entry in attributes.items()}
    hash_key, range_key = keys_of(table, item)
    store(table, hash_key, range_key, item_of(hash_key, range_key, item))


def attributes_of(item: Item) -> dict[str, Any]:
    """An item in DynamoDB's JSON, binary values as base64."""
    return {name: document_of(value) for name, value in item.attrs.items()}


def document_of(value: DynamoType) -> dict[str, Any]:
    """One attribute value as JSON holds it."""
    content = value.value
    if value.is_map():
        content = {name: document_of(entry) for name, entry in content.items()}
    elif value.is_list():
        content = [document_of(entry) for entry in content]
    elif value.type == "B":
        content = base64_text(content)
    elif value.type == "BS":
        content = [base64_text(entry) for entry in content]
    return {value.type: content}


def value_of(document: dict[str, Any]) -> dict[str, Any]:
    """The way back: binary values are bytes inside moto."""
    ((kind, content),) = document.items()
    if kind == "M":
        content = {name: value_of(entry) for name, entry in content.items()}
    elif kind == "L":
        content = [value_of(entry) for entry in content]
    elif kind == "B":
        content = base64.b64decode(content)
    elif kind == "BS":
        content = [base64.b64decode(entry) for entry in content]
    return {kind: content}


def base64_text(content: bytes | str) -> str:
    """Bytes as base64; text is base64 already."""
    return content if isinstance(content, str) else base64.b64encode(content).decode()


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that it is there completely or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.draft")
    draft.write_bytes(content)
    draft.replace(path)


def write_lines(path: Path, lines: list[dict[str, Any]]) -> None:
    """One JSON document a line."""
    write_whole(path, "".join(json.dumps(line) + "\n" for line in lines).encode())


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The documents of `write_lines`."""
    with path.open(encoding="utf-8") as source:
        for line in source:
            yield json.loads(line)
