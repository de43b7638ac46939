"""Rules of Amazon Fraud Detector made at random, and what they mean, told without a line of the translation."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from hypothesis import strategies as st

Tree = tuple[Any, ...]
Event = Mapping[str, Any]
# By variable: what stands for a missing value. `paid` is always there.
DEFAULTS: dict[str, Any] = {"paid": 0.0, "km": 0.0, "age": 5.0, "bin": "", "chan": "web", "fresh": False, "shop": ""}
NUMBERS, TEXTS = ("paid", "km", "age"), ("bin", "chan")
BAD = ("4111", "5500")
TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
    "==": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
}

numbers = st.sampled_from([0.0, 1.0, 2.5, 5.0, 8.0])
words = st.sampled_from(["", "4111", "4222", "5500", "web", "app"])
atoms = st.one_of(
    st.tuples(st.just("number"), st.sampled_from(NUMBERS), st.sampled_from([*TESTS]), numbers),
    st.tuples(st.just("turned"), st.sampled_from(NUMBERS), st.sampled_from([*TESTS]), numbers),
    st.tuples(
        st.just("times"),
        st.sampled_from(NUMBERS),
        st.sampled_from([*TESTS]),
        st.sampled_from([-2.0, 0.0, 0.5, 1.0, 2.0]),
        st.sampled_from(NUMBERS),
    ),
    st.tuples(st.just("text"), st.sampled_from(TEXTS), st.sampled_from(["==", "!="]), words),
    st.tuples(st.just("among"), st.sampled_from(TEXTS), st.booleans(), st.lists(words, max_size=3, unique=True)),
    st.tuples(st.just("counted"), st.sampled_from(NUMBERS), st.booleans(), st.lists(numbers, max_size=3, unique=True)),
    st.tuples(st.just("listed"), st.sampled_from(["bin", "shop"]), st.booleans()),
    st.tuples(st.just("null"), st.sampled_from([*NUMBERS, *TEXTS, "fresh"]), st.booleans()),
    st.tuples(st.just("flag"), st.booleans()),
    st.just(("bare",)),
)
trees = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.tuples(st.just("not"), inner), st.tuples(st.sampled_from(["and", "or"]), st.lists(inner, min_size=2, max_size=3))
    ),
    max_leaves=5,
)
events = st.fixed_dictionaries(
    {"paid": st.sampled_from([0.0, 1.0, 5.0, 16.0])},
    optional={
        "km": st.sampled_from([-1.0, 0.0, 2.5, 8.0]),
        "age": numbers,
        "bin": st.sampled_from(["4111", "4222", "5500"]),
        "chan": st.sampled_from(["web", "app", "till"]),
        "fresh": st.booleans(),
        "shop": st.sampled_from(["4111", "m1"]),
    },
)


def spelt(tree: Tree) -> str:  # noqa: C901, PLR0911 - one a form
    """The rule as a person would have written it."""
    match tree:
        case ("number", name, test, number):
            return f"${name} {test} {number:g}"
        case ("turned", name, test, number):
            return f"{number} {test} ${name}"
        case ("times", name, test, factor, other):
            return f"${name} {test} {factor} * ${other}"
        case ("text", name, test, word):
            return f'${name} {test} "{word}"'
        case ("among", name, is_in, found):
            return f"${name} {'in' if is_in else 'not in'} {json.dumps(found)}"
        case ("counted", name, is_in, found):
            return f"${name} {'in' if is_in else 'not in'} {found}"
        case ("listed", name, is_in):
            return f"${name} {'in' if is_in else 'not in'} @bad"
        case ("null", name, is_null):
            return f"${name} {'==' if is_null else '!='} null"
        case ("flag", is_set):
            return f"$fresh == {'true' if is_set else 'false'}"
        case ("bare",):
            return "$fresh"
        case ("not", inner):
            return f"!({spelt(inner)})"
        case (word, parts):
            return "(" + f" {word} ".join(spelt(part) for part in parts) + ")"
    raise AssertionError(tree)


def is_met(tree: Tree, event: Event) -> bool:  # noqa: C901, PLR0911 - one a form
    """Whether the service would say that the rule is met: a missing value is its default, and null besides."""
    value = {**DEFAULTS, **event}
    match tree:
        case ("number", name, test, number):
            return TESTS[test](value[name], number)
        case ("turned", name, test, number):
            return TESTS[test](number, value[name])
        case ("times", name, test, factor, other):
            return TESTS[test](value[name], factor * value[other])
        case ("text", name, test, word):
            return TESTS[test](value[name], word)
        case ("among" | "counted", name, is_in, found):
            return (value[name] in found) == is_in
        case ("listed", name, is_in):
            return (value[name] in BAD) == is_in
        case ("null", name, is_null):
            return (name not in event) == is_null
        case ("flag", is_set):
            return value["fresh"] is is_set
        case ("bare",):
            return bool(value["fresh"])
        case ("not", inner):
            return not is_met(inner, event)
        case (word, parts):
            met = [is_met(part, event) for part in parts]
            return all(met) if word == "and" else any(met)
    raise AssertionError(tree)
