"""No text of a foreign exception gets into a message of ours, a log or an answer: read from the source of every room that runs."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from greenfraud import errors

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("functions", "training", "layers/greenfraud/python/greenfraud")
OURS = {name for name, kind in vars(errors).items() if isinstance(kind, type)} | {
    "Interrupted",
    "NotEstimatedError",
    "RefusedError",
    "WorkUnavailableError",
}
# Runs while features are compiled, over declarations of our own.
EXEMPT = {"declaration.py"}
PRINTING = {"debug", "info", "warning", "error", "critical", "log", "print", "str", "repr", "format"}
QUOTING = {"exception", "print_exc", "format_exc", "print_exception", "format_exception"}


def sources() -> list[Path]:
    """Every module of the rooms."""
    return [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py")) if path.name not in EXEMPT]


def leaks(tree: ast.AST) -> Iterator[int]:
    """The lines that quote a caught exception, or a traceback with its text."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and name_of(node.func) in QUOTING:
            yield node.lineno
        if isinstance(node, ast.keyword) and node.arg in {"exc_info", "stack_info"}:
            yield node.value.lineno
        if isinstance(node, ast.ExceptHandler) and node.name and not is_ours(node):
            yield from (one.lineno for one in ast.walk(node) if quotes(one, node.name))


def is_ours(handler: ast.ExceptHandler) -> bool:
    """Whether all that it catches are errors whose messages we wrote."""
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return all(name_of(kind) in OURS for kind in kinds)


def quotes(node: ast.AST, error: str) -> bool:
    """Whether a node makes a text of the exception: in an f-string, a log's arguments, or by its own attributes."""
    if isinstance(node, ast.FormattedValue):
        return is_name(node.value, error)
    if isinstance(node, ast.Attribute):
        return node.attr in {"args", "msg", "message", "strerror"} and is_name(node.value, error)
    return isinstance(node, ast.Call) and name_of(node.func) in PRINTING and any(is_name(one, error) for one in node.args)


def is_name(node: ast.AST | None, name: str) -> bool:
    """Whether a node is the variable."""
    return isinstance(node, ast.Name) and node.id == name


def name_of(node: ast.AST | None) -> str:
    """The last part of a dotted name."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_module_quotes_a_foreign_exception(path):
    """`greenfraud.faults.told` says what may be said."""
    assert [*leaks(ast.parse(path.read_text()))] == []


@pytest.mark.parametrize(
    "quoting",
    [
        "try: f()\nexcept ValueError as e: raise ContractError(f'bad: {e}') from e",
        "try: f()\nexcept (InvalidInput, KeyError) as e: raise ContractError(f'bad: {e!r}') from e",
        "try: f()\nexcept Exception as e: log.warning('bad: %s', e)",
        "try: f()\nexcept Exception as e: report(str(e))",
        "try: f()\nexcept Exception as e: report(e.args[0])",
        "try: f()\nexcept Exception: log.exception('bad')",
        "log.error('bad', exc_info=True)",
    ],
)
def test_the_reader_would_notice(quoting):
    """Each way of quoting one."""
    assert [*leaks(ast.parse(quoting))]


def test_ours_may_be_quoted():
    """Their messages are known."""
    assert [*leaks(ast.parse("try: f()\nexcept (InvalidInput, DamagedItem) as e: log.warning('bad: %s', e)"))] == []
