"""No test fails of a busy machine: whoever waits for what must come waits for minutes."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
LEAST_SECONDS = 60
WAITING = {"wait", "join", "wait_until", "communicate"}
# Of the right code the tests do not see how long these wait.
BRIEF = {"functions/test_shadow_races.py: self.may_go.wait(0.5)"}


def brief_waits(code: str) -> Iterator[str]:
    """The calls that give less than a minute to what must come; what must not come is asked for by `not`."""
    tree = ast.parse(code)
    denied = {node.operand for node in ast.walk(tree) if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)}
    named = {ast.unparse(node.targets[0]): node.value for node in tree.body if isinstance(node, ast.Assign)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node not in denied:
            called = ast.unparse(node.func).rpartition(".")[2]
            given = [one.value for one in node.keywords if one.arg == "timeout"] + (node.args if called in WAITING else [])
            if any(is_brief(named.get(ast.unparse(one), one)) for one in given):
                yield ast.unparse(node)


def is_brief(given: ast.expr) -> bool:
    """Whether it is a number of seconds below a minute."""
    return isinstance(given, ast.Constant) and type(given.value) in (int, float) and given.value < LEAST_SECONDS


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("event.wait(5)", ["event.wait(5)"]),
        ("assert wait_until(lambda: is_up(), 20)", ["wait_until(lambda: is_up(), 20)"]),
        ("httpx.get(url, timeout=10)", ["httpx.get(url, timeout=10)"]),
        ("SECONDS = 5\nprocess.communicate(timeout=SECONDS)", ["process.communicate(timeout=SECONDS)"]),
        ("thread.join(300)", []),
        ("assert not wait_until(rings, 1.5)", []),
        ("', '.join(words)", []),
    ],
)
def test_a_wait_is_brief_below_a_minute(code: str, found: list[str]):
    """Unless nothing may come of it."""
    assert list(brief_waits(code)) == found


def test_no_test_gives_a_busy_machine_less_than_a_minute():
    """The suite shares its cores with what people do."""
    found = {f"{file.relative_to(TESTS)}: {wait}" for file in TESTS.rglob("*.py") for wait in brief_waits(file.read_text("utf-8"))}
    assert found - BRIEF == set()
