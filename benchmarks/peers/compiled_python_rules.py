"""Rules as Python expressions, compiled once and evaluated one by one; lists as dictionaries of ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

BUILT = (
    "each rule one Python expression, compile()d once, eval()ed without builtins over a dictionary; lists are dictionaries; "
    "of the rules that hold the most severe decides; no reasons, no priorities, no shadow"
)
SEVERITY = {"allow": 0, "challenge": 1, "review": 2, "block": 3}


class CompiledRules:
    """`rules` are pairs of an expression and an outcome; `lists` are ends by id, under the names that expressions use."""

    def __init__(self, rules: Sequence[tuple[str, str]], lists: Mapping[str, Mapping[str, float]]) -> None:
        self._rules = [(compile(expression, "<rule>", "eval"), outcome) for expression, outcome in rules]
        self._globals: dict[str, Any] = {"__builtins__": {}, **lists}

    def decide(self, values: Mapping[str, Any]) -> str:
        """The most severe outcome of the rules that hold."""
        decided = "allow"
        for code, outcome in self._rules:
            if eval(code, self._globals, values) and SEVERITY[outcome] > SEVERITY[decided]:  # noqa: S307 expressions of this file's caller
                decided = outcome
        return decided
