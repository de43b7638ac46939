"""The language of Amazon Fraud Detector's rules is read whole or refused: nothing is run, and no text makes it stumble."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenfraud.errors import GrammarError
from intake.afd.expressions import DEEPEST, LONGEST, parse_expression
from intake.afd.tree import (
    Arithmetic,
    Call,
    Comparison,
    Joined,
    ListName,
    Literal,
    Membership,
    Not,
    Several,
    Variable,
)

names = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True).filter(
    lambda name: name not in {"and", "or", "in", "not", "true", "false", "null"}
)
texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=8)
literals = st.one_of(
    st.builds(Literal, st.integers(-999, 999).map(float)),
    st.builds(Literal, st.sampled_from([0.5, 12.25])),
    st.builds(Literal, texts),
    st.builds(Literal, st.sampled_from([True, False, None])),
)
atoms = st.one_of(literals, st.builds(Variable, names))
sides = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.builds(Arithmetic, st.sampled_from([*"+-*/%"]), inner, inner),
        st.builds(Call, names, st.lists(inner, max_size=3).map(tuple)),
    ),
    max_leaves=4,
)
tests_ = st.builds(Comparison, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), sides, sides)
members = st.builds(
    Membership,
    sides,
    st.one_of(st.builds(ListName, names), st.builds(Several, st.lists(atoms, max_size=3).map(tuple))),
    st.booleans(),
)
rules = st.recursive(
    st.one_of(tests_, members),
    lambda inner: st.one_of(
        st.builds(Not, inner), st.builds(Joined, st.sampled_from(["and", "or"]), st.lists(inner, min_size=2, max_size=3).map(tuple))
    ),
    max_leaves=5,
)


def spelt(tree):  # noqa: PLR0911 - one a form
    """A tree as text, with brackets around whatever has parts."""
    match tree:
        case Literal(str(value)):
            return json.dumps(value, ensure_ascii=False)
        case Literal(value):
            return {True: "true", False: "false", None: "null"}[value] if value is None or isinstance(value, bool) else f"{value!r}"
        case Variable(name) | ListName(name):
            return f"{'$' if isinstance(tree, Variable) else '@'}{name}"
        case Several(items):
            return f"[{', '.join(map(spelt, items))}]"
        case Call(name, arguments):
            return f"{name}({', '.join(map(spelt, arguments))})"
        case Not(of):
            return f"!({spelt(of)})"
        case Joined(word, parts):
            return "(" + f" {word} ".join(spelt(part) for part in parts) + ")"
        case Membership(value, among, is_in):
            return f"({spelt(value)} {'in' if is_in else 'not in'} {spelt(among)})"
        case Arithmetic(mark, left, right) | Comparison(mark, left, right):
            return f"({spelt(left)} {mark} {spelt(right)})"
    raise AssertionError(tree)


@given(rules)
def test_a_rule_is_read_as_it_was_meant(tree):
    """Every form of the language, within each other; a text keeps its quotes and backslashes."""
    assert parse_expression(spelt(tree)) == tree


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("$a < 1 and $b < 2 or $c < 3", "(($a < 1 and $b < 2) or $c < 3)"),
        ("$a + 2 * $b > 1", "($a + (2 * $b)) > 1"),
        ("10 - 2 - 3 == $a", "((10 - 2) - 3) == $a"),
        ("!$a and $b", "(!$a) and $b"),
        ("$a>-5", "$a > -5"),
        ("$a AND $b", "$a and $b"),
        ("$a == 'x'", '$a == "x"'),
    ],
)
def test_what_binds_closer_is_read_first(text, same):
    """As the service reads it."""
    assert parse_expression(text) == parse_expression(same)


@given(st.one_of(st.text(max_size=60), st.text(st.sampled_from("$@a1 .\"'()[]!<>=-+*/%,andor\\"), max_size=60)))
def test_any_text_is_a_rule_or_is_refused_with_a_reason(text):
    """Whatever stands there."""
    told = ""
    try:
        parse_expression(text)
    except GrammarError as error:
        told = f"{error}"
    assert told.isprintable()


@pytest.mark.parametrize("mark", ["(", "[", "!", "-", "f(", "1 + ", "$a and ("])
def test_what_stands_too_deep_is_refused(mark):
    """Before it could fill the machine's stack."""
    with pytest.raises(GrammarError, match="more than"):
        parse_expression(mark * (DEEPEST + 2) + "1")


def test_a_rule_is_no_longer_than_the_service_allows():
    """So that what can be read is read fast."""
    assert parse_expression("$a or " * 600 + "$a")
    with pytest.raises(GrammarError, match="longer than"):
        parse_expression("$a or " * LONGEST + "$a")


@pytest.mark.parametrize(
    "text", ["", "$a ==", "$a $b", '"open', "$a not 1", "not $a", "$a == 1 == 2", "and", "f(1", "[1,,2]", "import os"]
)
def test_half_a_rule_is_refused_with_the_place(text):
    """A person finds it."""
    with pytest.raises(GrammarError, match=r"part|end"):
        parse_expression(text)
