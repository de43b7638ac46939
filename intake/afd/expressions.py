"""The language of rules, DETECTORPL, as its reference documents it: read into a tree, of bounded size and depth, and never run.

expression = both { "or" both };  both = one { "and" one };  one = "!" one | side [test side | ["not"] "in" side]
side       = product { ("+" | "-") product };  product = signed { ("*" | "/" | "%") signed };  signed = "-" signed | atom
atom       = $name | @name | number | "text" | true | false | null | [ items ] | name( items ) | ( expression )
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable

from greenfraud.errors import GrammarError
from intake.afd.tree import (
    Arithmetic,
    Call,
    Comparison,
    Expression,
    Joined,
    ListName,
    Literal,
    Membership,
    Not,
    Several,
    Variable,
)
from intake.shown import shown

LONGEST, DEEPEST = 4096, 40  # the service's own limit, and brackets or signs within each other
TESTS = {"<", "<=", ">", ">=", "==", "!="}
WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None}
TOKEN = re.compile(
    r"""\s*(?:(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?P<number>\d+(?:\.\d*)?|\.\d+)|(?P<variable>\$\w+)|(?P<list>@\w+)"""
    r"""|(?P<word>[A-Za-z_]\w*)|(?P<mark><=|>=|==|!=|[-<>!+*/%()\[\],])|(?P<end>$)|(?P<strange>.))""",
    re.ASCII | re.DOTALL,
)


def parse_expression(text: str) -> Expression:
    """Return the tree of a rule. Raises GrammarError that says where it cannot be understood.

    >>> parse_expression('$amount > 100 and !($bin in ["4111"])').word
    'and'
    """
    if len(text) > LONGEST:
        raise GrammarError(f"is longer than {LONGEST:,} characters")
    return _Reader(text).whole()


class _Reader:
    """Goes through the tokens from left to right, looking one ahead."""

    def __init__(self, text: str) -> None:
        self._tokens = [
            (str(match.lastgroup), match[match.lastgroup or 0]) for match in TOKEN.finditer(text) if match.lastgroup != "end"
        ]
        self._place, self._depth, self._steps = 0, 0, 0

    def whole(self) -> Expression:
        found = self._either()
        if self._ahead:
            raise self._fault("is not expected")
        return found

    @property
    def _ahead(self) -> str:
        return self._tokens[self._place][1] if self._place < len(self._tokens) else ""

    @property
    def _kind(self) -> str:
        return self._tokens[self._place][0] if self._place < len(self._tokens) else ""

    def _take(self, *wanted: str) -> str:
        """Go past the token ahead if it is one of the words or marks; an empty text where it is not."""
        found = self._ahead
        is_one = self._kind in {"word", "mark"} and (found.lower() if self._kind == "word" else found) in wanted
        self._place += is_one
        return found.lower() if is_one else ""

    def _need(self, wanted: str) -> None:
        if not self._take(wanted):
            raise self._fault(f"is not expected: `{wanted}` is missing")

    def _fault(self, what: str) -> GrammarError:
        told = f"`{shown(self._ahead, 40)}`, part {self._place + 1}," if self._ahead else "its end"
        return GrammarError(f"{told} {what}")

    def _either(self) -> Expression:
        return self._joined("or", self._both)

    def _both(self) -> Expression:
        return self._joined("and", self._one)

    def _joined(self, word: str, part: Callable[[], Expression]) -> Expression:
        parts = [part()]
        while self._take(word):
            parts.append(part())
        return parts[0] if len(parts) == 1 else Joined(word, tuple(parts))

    def _one(self) -> Expression:
        if self._take("!"):
            return Not(self._deeper(self._one))
        left = self._side()
        if self._kind == "mark" and self._ahead in TESTS:
            return Comparison(self._take(*TESTS), left, self._side())
        is_in = not self._take("not")
        if self._take("in"):
            return Membership(left, self._side(), is_in)
        if not is_in:
            raise self._fault("is not expected: after `not` stands `in`")
        return left

    def _side(self) -> Expression:
        return self._chain(("+", "-"), self._product)

    def _product(self) -> Expression:
        return self._chain(("*", "/", "%"), self._signed)

    def _chain(self, operators: tuple[str, ...], part: Callable[[], Expression]) -> Expression:
        found = part()
        while operator := self._take(*operators):
            found = Arithmetic(operator, found, part())
            self._steps += 1
            if self._steps > DEEPEST:
                raise GrammarError(f"has more than {DEEPEST} steps of arithmetic")
        return found

    def _signed(self) -> Expression:
        if not self._take("-"):
            return self._atom()
        found = self._deeper(self._signed)
        is_number = isinstance(found, Literal) and isinstance(found.value, float)
        return Literal(-found.value) if is_number else Arithmetic("-", Literal(0.0), found)  # type: ignore[union-attr, operator]

    def _atom(self) -> Expression:
        kind, text = self._kind, self._ahead
        if self._take("("):
            found = self._deeper(self._either)
            self._need(")")
            return found
        if self._take("["):
            return Several(self._items("]"))
        if kind not in {"text", "number", "variable", "list", "word"} or text.lower() in {"and", "or", "in", "not"}:
            raise self._fault("is not expected")
        self._place += 1
        return self._named(kind, text)

    def _named(self, kind: str, text: str) -> Expression:
        if kind == "text":
            return Literal(re.sub(r"\\([\"'\\])", r"\1", text[1:-1]))
        if kind == "number":
            return Literal(_number(text))
        if kind in {"variable", "list"}:
            return Variable(text[1:]) if kind == "variable" else ListName(text[1:])
        if text.lower() in WORDS:
            return Literal(WORDS[text.lower()])
        self._need("(")
        return Call(text, self._items(")"))

    def _items(self, end: str) -> tuple[Expression, ...]:
        items = list[Expression]()
        while not self._take(end):
            if items:
                self._need(",")
            items.append(self._deeper(self._either))
        return tuple(items)

    def _deeper(self, part: Callable[[], Expression]) -> Expression:
        self._depth += 1
        if self._depth > DEEPEST:
            raise GrammarError(f"has more than {DEEPEST} brackets within each other")
        found = part()
        self._depth -= 1
        return found


def _number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise GrammarError("has a number beyond what a number can be")
    return number
