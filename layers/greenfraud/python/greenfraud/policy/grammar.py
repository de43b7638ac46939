"""What a rule's `when` may say: comparisons joined by `and`. It is read when a policy is applied, never when a payment is scored.

condition  = name test number | name test [number *] name | name test "text" | name is missing | name is known
           | column in "list" | column not in "list"
test       = < <= > >= == !=
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from greenfraud.errors import GrammarError
from greenfraud.features.manifest import Manifest
from greenfraud.money import digits_by_currency
from greenfraud.policy.conditions import COMPARE, KNOWN, MISSING, ON_LIST, Condition
from greenfraud.policy.domains import Domain, domains_of
from greenfraud.policy.payment import CUSTOMER, NUMBERS, TERMINAL, TEXTS

IDS = {"customer_id": CUSTOMER, "terminal_id": TERMINAL}
TOKEN = re.compile(r'\s*(?:("[^"]*")|(-?\d+(?:_\d+)*(?:\.\d+)?(?:e-?\d+)?)(?![\w.])|([A-Za-z_]\w*)|(<=|>=|==|!=|<|>|\*)|(\S))')


@dataclass(frozen=True)
class Vocabulary:
    """The names a rule may use: numbers, texts, and the column of each list; what each number can be."""

    numbers: frozenset[str]
    texts: frozenset[str]
    lists: Mapping[str, str] = field(default_factory=dict)
    domains: Mapping[str, Domain] = field(default_factory=dict)

    @classmethod
    def of(cls, manifest: Manifest, lists: Mapping[str, str]) -> Vocabulary:
        """Features, fields of the request and declared extra columns."""
        extras = manifest.extra_columns
        declared = frozenset(name for name, kind in extras.items() if kind == "number")
        # Of what names somebody, the platform knows tokens: no rule can name a value.
        texts = {name for name, kind in extras.items() if kind != "number" and name not in manifest.personal_columns}
        numbers = frozenset({*manifest.names, *NUMBERS}) | declared
        return cls(numbers, frozenset({*TEXTS, *texts}) - {*manifest.names}, lists, domains_of(manifest))

    @property
    def columns(self) -> tuple[str, ...]:
        """What a list may be about."""
        return (CUSTOMER, TERMINAL, *sorted(self.texts - {*TEXTS}))

    def number(self, name: str) -> str:
        """Return the name of a number. Raises GrammarError naming the nearest ones."""
        if name in self.numbers:
            return name
        if name in self.texts:
            raise GrammarError(f'{name} is a text: compare it by == or != with a text, such as {name} == "EUR"')
        if name in (*IDS, *IDS.values()):
            column = IDS.get(name, name)
            raise GrammarError(f'a {column} is named in a list, not in a rule: {column} in "a list\'s name"')
        raise GrammarError(f"{name} is no feature and no field of a payment{nearest(name, self.numbers | self.texts)}")


def parse(text: str, vocabulary: Vocabulary) -> tuple[Condition, ...]:
    """Return the conditions of a rule. Raises GrammarError.

    >>> from greenfraud.features.manifest import load_manifest
    >>> parse("amount > 100 and customer_count_1h >= 2 * customer_count_1d", Vocabulary.of(load_manifest(), {}))[1].words
    'customer_count_1h >= 2 * customer_count_1d'
    """
    groups: list[list[str]] = [[]]
    for token in _tokens(text):
        if token == "and":  # noqa: S105  a word of the grammar
            groups.append([])
        else:
            groups[-1].append(token)
    return tuple(_condition(group, vocabulary) for group in groups)


def nearest(name: str, known: frozenset[str] | set[str]) -> str:
    """Return a question about the names that look like one, or nothing."""
    found = get_close_matches(name, sorted(known), n=3, cutoff=0.6)
    return f"; did you mean {' or '.join(found)}?" if found else ""


def _tokens(text: str) -> list[str]:
    tokens = []
    for match in TOKEN.finditer(text.strip()):
        if match[5]:
            raise GrammarError(f"{match[5]!r} is not understood: write conditions joined by `and`, such as amount > 100")
        tokens.append(match[match.lastindex or 0])
    if {"or", "not"} & {*tokens} and "or" in tokens:
        raise GrammarError("a rule is a conjunction: for `or`, write a second rule")
    return tokens


def _condition(tokens: list[str], vocabulary: Vocabulary) -> Condition:  # noqa: PLR0911 - one a form
    match tokens:
        case [name, "is", ("missing" | "known") as asked]:
            return Condition(_any(name, vocabulary), MISSING if asked == "missing" else KNOWN)
        case [column, "in", text] if text.startswith('"'):
            return _on_list(column, text[1:-1], vocabulary, 1.0)
        case [column, "not", "in", text] if text.startswith('"'):
            return _on_list(column, text[1:-1], vocabulary, 0.0)
        case [name, test, text] if test in COMPARE and text.startswith('"'):
            return _of_text(name, test, text[1:-1], vocabulary)
        case [name, test, right] if test in COMPARE and _is_number(right):
            return Condition(vocabulary.number(name), test, _number(right))
        case [name, test, other] if test in COMPARE:
            return _of_another(name, test, 1.0, other, vocabulary)
        case [name, test, factor, "*", other] if test in COMPARE and _is_number(factor):
            return _of_another(name, test, _number(factor), other, vocabulary)
        case []:
            raise GrammarError("a condition is missing: nothing stands before, between or after `and`")
    told = " ".join(tokens)
    raise GrammarError(f'`{told}` is no condition: write name, comparison, number, such as amount > 100, or customer in "a list"')


def _of_another(name: str, test: str, factor: float, other: str, vocabulary: Vocabulary) -> Condition:
    if name == other:
        raise GrammarError(f"{name} is compared with itself: compare it with a number, or with another value")
    return Condition(vocabulary.number(name), test, factor, vocabulary.number(other))


def _on_list(column: str, name: str, vocabulary: Vocabulary, operand: float) -> Condition:
    column = IDS.get(column, column)
    if name not in vocabulary.lists:
        raise GrammarError(f'there is no list "{name}"{nearest(name, {*vocabulary.lists})}')
    if vocabulary.lists[name] != column:
        raise GrammarError(
            f'the list "{name}" is of the column {vocabulary.lists[name]}: write {vocabulary.lists[name]} in "{name}"'
        )
    return Condition(ON_LIST + name, "==", operand)


def _of_text(name: str, test: str, text: str, vocabulary: Vocabulary) -> Condition:
    if name not in vocabulary.texts:
        vocabulary.number(name)
        raise GrammarError(f"{name} is a number: leave the quotes out")
    if test not in ("==", "!="):
        raise GrammarError(f"{name} is a text: compare it by == or !=")
    if name == "currency" and text not in digits_by_currency():
        raise GrammarError(f'"{text}" is no currency of ISO 4217: write its three capital letters, such as "EUR"')
    return Condition(name, test, text)


def _any(name: str, vocabulary: Vocabulary) -> str:
    return name if name in vocabulary.texts else vocabulary.number(name)


def _is_number(token: str) -> bool:
    return token[0].isdigit() or (token[0] == "-" and len(token) > 1)


def _number(token: str) -> float:
    number = float(token.replace("_", ""))
    if not math.isfinite(number):
        raise GrammarError(f"{token} is beyond what a number can be")
    return number
