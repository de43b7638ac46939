"""Checks of a value against a shape of a botocore model: required, choice, length, range, pattern and type."""

from __future__ import annotations

import functools
import re
import threading
from collections.abc import Callable
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape

Checker = Callable[[Any, str], None]

PYTHON_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "long": int,
    "float": (int, float),
    "double": (int, float),
    "boolean": bool,
    "list": list,
    "map": dict,
    "structure": dict,
}
SHOWN_CHARACTERS = 200


class ViolationError(Exception):
    """A parameter AWS would refuse, in AWS's words."""

    def __init__(self, value: Any, path: str, constraint: str) -> None:
        shown = str(value)[:SHOWN_CHARACTERS]
        self.message = f"1 validation error detected: Value '{shown}' at '{path}' failed to satisfy constraint: {constraint}"
        super().__init__(self.message)


# By identity of the model's own document, which is kept so that no other takes its place in memory.
_checkers: dict[int, tuple[Checker, object]] = {}
_compiling = threading.RLock()  # who asked meanwhile would get a check that calls itself


def checker_of(shape: Shape) -> Checker:
    """The compiled check of a shape; each is compiled once, and may stand inside itself."""
    document = shape._shape_model
    with _compiling:
        if id(document) not in _checkers:

            def later(value: Any, path: str) -> None:
                _checkers[id(document)][0](value, path)

            _checkers[id(document)] = (later, document)
            _checkers[id(document)] = (compiled(shape), document)
        return _checkers[id(document)][0]


def compiled(shape: Shape) -> Checker:
    """All checks of one shape, its own type first."""
    if shape.name == "AttributeValue" and isinstance(shape, StructureShape):
        return check_attribute_value
    stated = (type_check(shape), *constraint_checks(shape), content_check(shape))
    checks = [check for check in stated if check is not None]

    def run(value: Any, path: str) -> None:
        for check in checks:
            check(value, path)

    return run


def type_check(shape: Shape) -> Checker | None:
    """The value's own type; blobs and times arrive in several."""
    expected = PYTHON_TYPES.get(shape.type_name)
    if expected is None:
        return None

    def check(value: Any, path: str) -> None:
        if not isinstance(value, expected) or (expected is not bool and isinstance(value, bool)):
            raise ViolationError(value, path, f"Member must be of type {shape.type_name}")

    return check


def constraint_checks(shape: Shape) -> list[Checker | None]:
    """Length or range, pattern and choice, as far as the model states them."""
    checks: list[Checker | None] = []
    if isinstance(shape, StringShape) and shape.enum:
        checks.append(choice_check(shape.enum))
    if pattern := shape.metadata.get("pattern"):
        checks.append(pattern_check(pattern))
    measure, noun = (len, "length") if shape.type_name in ("string", "list", "map", "blob") else (float, "value")
    if "min" in shape.metadata:
        checks.append(bound_check(measure, noun, "greater", shape.metadata["min"]))
    if "max" in shape.metadata:
        checks.append(bound_check(measure, noun, "less", shape.metadata["max"]))
    return checks


def choice_check(choices: list[str]) -> Checker:
    """One of the model's values."""
    allowed = frozenset(choices)

    def check(value: Any, path: str) -> None:
        if value not in allowed:
            raise ViolationError(value, path, f"Member must satisfy enum value set: [{', '.join(choices)}]")

    return check


def bound_check(measure: Callable[[Any], float], noun: str, side: str, bound: float) -> Checker:
    """A smallest or largest length or value."""

    def check(value: Any, path: str) -> None:
        measured = measure(value)
        if measured < bound if side == "greater" else measured > bound:
            raise ViolationError(value, path, f"Member must have {noun} {side} than or equal to {bound}")

    return check


def pattern_check(pattern: str) -> Checker | None:
    """A whole match of the pattern; None where it is written in Java's dialect only."""
    expression = translated(pattern)
    if expression is None:
        return None
    compiled_pattern = expression

    def check(value: Any, path: str) -> None:
        if isinstance(value, str) and not compiled_pattern.fullmatch(value):
            raise ViolationError(value, path, f"Member must satisfy regular expression pattern: {pattern}")

    return check


@functools.cache
def translated(pattern: str) -> re.Pattern[str] | None:
    """Python's form of a Java pattern, None when there is none."""
    if re.search(r"\\p\{|\\P\{|&&|\+\+|\*\+|\\u[0-9A-F]{4}-", pattern):
        return None
    try:
        return re.compile(pattern, re.DOTALL)
    except re.error:
        return None


def content_check(shape: Shape) -> Checker | None:
    """What is inside a structure, a list or a map."""
    if isinstance(shape, StructureShape):
        return members_check(shape)
    if isinstance(shape, ListShape):
        return entries_check(shape)
    return pairs_check(shape) if isinstance(shape, MapShape) else None


def members_check(shape: StructureShape) -> Checker:
    """Required members are there, and each one that is there is good."""
    members = {name: checker_of(member) for name, member in shape.members.items()}
    required = tuple(shape.required_members)

    def check(value: Any, path: str) -> None:
        for name in required:
            if value.get(name) is None:
                raise ViolationError(None, joined(path, name), "Member must not be null")
        for name, entry in value.items():
            if entry is not None and name in members:
                members[name](entry, joined(path, name))

    return check


def joined(path: str, name: str) -> str:
    """AWS writes paths with a small first letter."""
    member = name[:1].lower() + name[1:]
    return f"{path}.{member}" if path else member


def entries_check(shape: ListShape) -> Checker:
    """Each entry, counted from 1 as AWS does."""
    member = checker_of(shape.member)

    def check(value: Any, path: str) -> None:
        for position, entry in enumerate(value, start=1):
            member(entry, f"{path}.{position}.member")

    return check


def pairs_check(shape: MapShape) -> Checker:
    """Each key and each value."""
    key_checker, value_checker = checker_of(shape.key), checker_of(shape.value)

    def check(value: Any, path: str) -> None:
        for key, entry in value.items():
            key_checker(key, path)
            value_checker(entry, f"{path}.{key}.member")

    return check


ATTRIBUTE_TYPES = frozenset({"S", "N", "B", "SS", "NS", "BS", "M", "L", "NULL", "BOOL"})


def check_attribute_value(value: Any, path: str) -> None:
    """DynamoDB's own type, on the road of every item, so by hand: one known type name, and what is nested in it."""
    if not isinstance(value, dict) or len(value) != 1:
        raise ViolationError(value, path, "Supplied AttributeValue must contain exactly one of the supported datatypes")
    kind, content = next(iter(value.items()))
    if kind not in ATTRIBUTE_TYPES:
        raise ViolationError(value, path, "Supplied AttributeValue must contain exactly one of the supported datatypes")
    if kind == "M":
        for name, entry in content.items():
            check_attribute_value(entry, f"{path}.{name}")
    elif kind == "L":
        for entry in content:
            check_attribute_value(entry, path)
