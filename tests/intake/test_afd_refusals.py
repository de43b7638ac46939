"""What no policy can say of a rule of Amazon Fraud Detector is told by name, and nothing else is."""

from __future__ import annotations

import re

import pytest

from greenfraud.policy import Payment, judge
from intake.afd.definitions import Variable
from intake.afd.meant import Meanings
from intake.afd.rules import translated
from intake.afd.told import Telling
from tests.declared_columns import compiled
from tests.intake.afd_policies import FIELDS, definitions, left_of, policy_of

HUGE, TINY = "1" + "0" * 300, "0." + "0" * 299 + "1"


def test_a_variable_that_is_called_as_something_of_the_platform_is_not_taken_for_it(declared):
    """A rule would ask for the platform's own value."""
    found, telling = definitions([("$probability > 0.5", ("block",)), ("$terminal_count_1d > 3", ("block",))]), Telling()
    for name in ("probability", "terminal_count_1d"):
        found.variables[name] = Variable(name=name, dataType="FLOAT", variableType="NUMERIC")
    rules = translated(found, Meanings(found, FIELDS, declared), {}, telling)
    assert [one.when for one in rules.rules] == [("column_probability > 0.5",)]
    assert "what a feature of the platform is called" in telling.left[0].why


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("$m_insightscore > 900", "score of a model"),
        ("$paid > 5 and ($km > 1 or $m_insightscore > 900)", "score of a model"),
        ('$mail == "a@b.c"', "names somebody.*is_personal = false of mail"),
        ('regex_match(".*@gmail\\.com", lowercase($mail))', "no function|no policy has the function regex_match"),
        ("$paid + $km > 10", "arithmetic is more"),
        ("$paid % 10 == 0", "arithmetic is more"),
        ("$bin == $chan", "compares two texts"),
        ("$bin == 4111", "another type"),
        ('$bin > "4"', "no number"),
        ("$bin in @unknown", "nothing is told of what stands on @unknown.*unknown.json"),
        ("$stranger > 5", "nothing is told of .stranger.*get-variables"),
        ("$paid >", "cannot be read"),
        ("$paid < 0", "never be met"),
        ("$shop == null", "cannot|no rule can ask"),
        ("$km in [" + ", ".join(str(number) for number in range(30)) + "]", "more than 24 alternatives"),
        ('$chan == "a' + "b" * 300 + '"', "no policy can hold"),
        ('$chan == "say \\"x\\""', "no policy can hold"),
        ("1", "neither true nor false"),
        ("(" * 60 + "$fresh" + ")" * 60, "brackets within each other"),
        ("$paid > " + "9" * 400, "beyond what a number can be"),
    ],
)
def test_what_no_policy_can_say_is_told_by_name_with_what_to_do(declared, expression, why):
    """Never dropped in silence."""
    (told,) = left_of(declared, expression).values()
    assert re.search(why, told), told


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('mail = { kind = "entity", is_personal = false }', ""),
        ('mail = { kind = "category", values = ["a@b.c"] }', "declared as a category"),
        ('mail = { kind = "number" }', "another type"),
    ],
)
def test_a_column_that_is_declared_is_what_its_declaration_says(line, told):
    """Whoever says that a value names nobody may name it in rules."""
    found = left_of(compiled(f"{line}\n"), '$mail == "a@b.c"')
    assert told in found.get("r0", "")
    assert bool(found) == bool(told)


@pytest.mark.parametrize(
    ("word", "told"), [("true", ""), ("1", ""), ("false", "fresh is declared with false"), ("0", "no word for")]
)
def test_a_flag_that_is_declared_by_its_word_for_false_is_no_flag(word, told):
    """A rule that asks for true would be met by what is false."""
    found = left_of(compiled(f'fresh = {{ kind = "category", values = ["{word}"] }}\n'), "$fresh == true")
    assert told in found.get("r0", "")
    assert bool(found) == bool(told)


@pytest.mark.parametrize("default", ["inf", "-Infinity", "nan", "1e999"])
@pytest.mark.parametrize("expression", ["$km > $age", "$km > 5", "$age == $km"])
def test_a_default_that_is_no_finite_number_is_told(declared, default, expression):
    """No policy can hold it."""
    found, telling = definitions([(expression, ("block",))]), Telling()
    found.variables["km"] = Variable(name="km", dataType="FLOAT", defaultValue=default, variableType="NUMERIC")
    translated(found, Meanings(found, FIELDS, declared), {}, telling)
    assert f"the default of $km is {default}" in telling.left[0].why


@pytest.mark.parametrize(
    "expression",
    [
        f"$km * {HUGE} > $age * {TINY}",
        f"$km * {TINY} > $age * {HUGE}",
        f"$km * {TINY} * {TINY} > 5",
        f"$km * {HUGE} * {HUGE} > 5",
        f"$km * {HUGE} > {TINY}",
        f"$km / {HUGE} / {HUGE} < $age",
        f"$far > {HUGE} * $age",
        f"$far * {HUGE} > $age",
        f"$far * {TINY} > $age",
        f"$near * {TINY} > $km",
    ],
)
def test_numbers_beyond_what_can_be_held_are_told(declared, expression):
    """Also where only the default of a value is beyond."""
    found, telling = definitions([(expression, ("block",))]), Telling()
    for name, default in (("far", "1e200"), ("near", "1e-200"), ("age", "1e100")):
        found.variables[name] = Variable(name=name, dataType="FLOAT", defaultValue=default, variableType="NUMERIC")
    translated(found, Meanings(found, FIELDS, declared), {}, telling)
    assert "larger or smaller than any" in telling.left[0].why


def test_a_rule_of_many_parts_is_refused_in_time(declared):
    """Not after minutes of trying all of them."""
    many = " and ".join(f"($km < {number} or $age < {number})" for number in range(100))
    assert "alternatives" in left_of(declared, many)["r0"]


@pytest.mark.parametrize("is_declared", [True, False])
def test_a_number_that_is_called_as_counts_are_may_be_below_nothing(is_declared):
    """It is whatever its owner sends; the platform's own counts are known by their names."""
    found = definitions([("$login_count_diff < 0", ("block",))])
    found.variables["login_count_diff"] = Variable(name="login_count_diff", dataType="INTEGER", variableType="NUMERIC")
    manifest_with = compiled('login_count_diff = { kind = "number" }\n' if is_declared else 'other = { kind = "number" }\n')
    telling = Telling()
    rules = translated(found, Meanings(found, FIELDS, manifest_with), {}, telling)
    assert [one.when for one in rules.rules] == [("login_count_diff < 0",)]
    if is_declared:
        policy, _, _ = policy_of(manifest_with, found)
        assert judge(policy, Payment({}, 100, columns={"login_count_diff": -1.0}), None, manifest_with).decision == "block"
