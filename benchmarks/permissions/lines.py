"""What was granted, one line per action and resource, and what the walks of the tests used of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

# A table's stream is named by the moment it was made, which differs from walk to walk.
STREAM = re.compile(r"/stream/[0-9T:.-]+")
Record = dict[str, Any]
Used = set[tuple[str, str]]


class NothingRecordedError(Exception):
    """No embedded AWS has left a record yet."""


@dataclass(frozen=True)
class Line:
    """One action on one resource that a role is granted, and the resources it was used on."""

    role: str
    action: str
    resource: str
    used_on: tuple[str, ...]

    @property
    def is_unused(self) -> bool:
        """Whether nothing used it."""
        return not self.used_on

    @property
    def is_broader(self) -> bool:
        """Whether it allows more than was used: a wildcard always may."""
        return bool(self.used_on) and ("*" in self.resource or "?" in self.resource or "*" in self.action)

    @property
    def narrowest(self) -> str:
        """What all uses have in common, as a pattern."""
        return common_pattern(self.used_on)


def synthesised_roles(assembly: Path) -> set[str]:
    """The construct paths of all roles of the template as it is now."""
    templates = [json.loads(file.read_text(encoding="utf-8"))["Resources"] for file in assembly.glob("*.template.json")]
    roles = [one for resources in templates for one in resources.values() if one["Type"] == "AWS::IAM::Role"]
    return {role["Metadata"]["aws:cdk:path"].removesuffix("/Resource") for role in roles}


def read_records(folder: Path, roles: set[str]) -> list[Record]:
    """What the embedded AWS wrote down of each server that had these roles, newest first. Raises NothingRecordedError."""
    files = sorted(folder.glob("*.json"), key=lambda file: file.stat().st_mtime, reverse=True)
    found = [json.loads(STREAM.sub("/stream/<label>", file.read_text(encoding="utf-8"))) for file in files]
    ours = [record for record in found if set(record["roles"]) == roles]
    if not ours:
        raise NothingRecordedError(f"{folder} holds no record of this template: run `make test` or `make run EXIT=1` first")
    return ours


def lines_of(records: list[Record]) -> list[Line]:
    """The grants of the newest record, with the uses of every record whose role was granted the same."""
    return [line for path, role in sorted(records[0]["roles"].items()) for line in role_lines(path, role, records)]


def role_lines(path: str, role: Record, records: Iterable[Record]) -> Iterator[Line]:
    """The lines of one role; an action and resource that two statements grant is one."""
    used: Used = set()
    for record in records:
        other = record["roles"].get(path)
        if other is not None and other["granted"] == role["granted"]:
            used |= {(action, resource) for action, resource in other["used"]}
    for action, resource in sorted(set(granted(role["granted"]))):
        on = {there for done, there in used if fnmatchcase(done.lower(), action.lower()) and fnmatchcase(there, resource)}
        yield Line(path, action, resource, tuple(sorted(on)))


def granted(statements: Iterable[Record]) -> Iterator[tuple[str, str]]:
    """Every action with every resource that statements allow."""
    for statement in statements:
        if statement["Effect"] == "Allow":
            yield from ((action, resource) for action in many(statement["Action"]) for resource in many(statement["Resource"]))


def many(value: str | list[str]) -> list[str]:
    """One or several, as a list."""
    return [value] if isinstance(value, str) else value


def common_pattern(resources: Iterable[str]) -> str:
    """What resources have in common: the one there is, or all below the last `/` or `:` of their common beginning.

    >>> common_pattern(["arn:aws:s3:::lake/a/1", "arn:aws:s3:::lake/a/2"]), common_pattern(["arn:aws:sqs:::q"])
    ('arn:aws:s3:::lake/a/*', 'arn:aws:sqs:::q')
    """
    ordered = sorted(resources)
    if len(ordered) < 2:
        return "".join(ordered)
    first, last = ordered[0], ordered[-1]
    length = next((index for index, (one, other) in enumerate(zip(first, last, strict=False)) if one != other), len(first))
    beginning = first[:length]
    return beginning[: max(beginning.rfind("/"), beginning.rfind(":")) + 1] + "*"


def refusals(records: list[Record]) -> list[str]:
    """What was refused in walks of the template as it is now."""
    now = {path: role["granted"] for path, role in records[0]["roles"].items()}
    same = [one for one in records if {path: role["granted"] for path, role in one["roles"].items()} == now]
    return sorted({refusal["said"] for record in same for refusal in record["denied"]})
