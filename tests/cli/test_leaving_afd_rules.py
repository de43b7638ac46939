"""Leaving Amazon Fraud Detector: its rules and lists become a policy, and each that stays behind is told by name."""

from __future__ import annotations

import json
from contextlib import ExitStack

import pytest
from afd_leaving import words
from typer.testing import CliRunner

from cli.data.importing import ImportOptions, load_file
from cli.data.leaving import COLUMNS_FILE, POLICY_FILE, leave_afd
from cli.main import app
from tests.afd_world import MODEL, VARIABLES, detector, model, variable
from tests.declared_columns import compiled_in_place

RULES = (
    ("trusted", '$card_bin in ["411111", "421111"]', "approve"),
    ("stolen", "$card_bin in @bad_bins", "block"),
    ("scored", "$m_insightscore > 900", "block"),
    ("dear", "$order_price > 15 and $email != null", "high_risk"),
    ("dearer", "$order_price > 100", "verify_customer"),
)


@pytest.fixture
def told():
    """Definitions with a detector."""
    answers = {"variables": {"variables": list(VARIABLES)}, "model": MODEL, "bad_bins": {"elements": ["441111"]}}
    return answers | detector(*RULES)


@pytest.fixture
def declare(tmp_path):
    """Declare and compile the columns that were proposed, as `make features` does."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(compiled_in_place((tmp_path / COLUMNS_FILE).read_text(encoding="utf-8"), tmp_path))


def test_declared_variables_reach_the_lake_whatever_case_their_header_has(leave, tmp_path, told, declare):
    """Once the lines are where they belong."""
    leave("--yes", **told)
    declare()
    options = leave_afd(tmp_path / "events.csv", tmp_path / "afd", ImportOptions()).options
    first = load_file(tmp_path / "events.csv", options).table.slice(0, 1).to_pylist()[0]
    assert (first["card_bin"], first["email"]) == ("401111", "u0@x.org")


def test_rules_become_a_policy_that_passes_the_check_once_columns_are_declared(leave, tmp_path, told, declare):
    """Every fault that is left is that of a column which nobody declared yet."""
    result = leave("--yes", **told)
    assert result.exit_code == 0, result.output
    assert "5 rules of shop version 2 became 3 rules and 2 lists" in words(result.output)
    policy = str(tmp_path / POLICY_FILE)
    undeclared = CliRunner().invoke(app, ["policy", "check", policy])
    assert undeclared.exit_code == 2
    assert "must be one of customer, terminal" in undeclared.output
    declare()
    checked = CliRunner().invoke(app, ["policy", "check", policy])
    again = leave("--yes", "--look", **told)
    assert checked.exit_code == 0, checked.output
    assert "3 rules" in checked.output
    assert "not declared yet" not in again.output


def test_every_rule_that_stays_behind_is_told_on_the_screen_and_in_the_file(leave, tmp_path, told):
    """With its own words, why, and what to do instead."""
    result = leave("--yes", "--json", **told)
    document = json.loads(result.stdout.splitlines()[0])["from_afd"]
    assert document["policy"] == {"rules": ["trusted", "stolen", "dearer"], "lists": 2}
    assert {one["name"] for one in document["left"] if one["kind"] == "rule"} == {"scored", "dear"}
    text = (tmp_path / POLICY_FILE).read_text(encoding="utf-8")
    for wanted in (
        "# rule scored: $m_insightscore is the score",
        "# scored was: $m_insightscore > 900",
        "# outcome high_risk: not said",
    ):
        assert wanted in text
        assert wanted.split(":")[0].removeprefix("# ").split(" was")[0].split()[-1] in result.stderr


def test_what_an_outcome_means_can_be_said(leave, told):
    """And is asked of the person who brings the rules, never guessed."""
    result = leave("--look", "--json", "--outcome", "high_risk=review", **told)
    left = json.loads(result.stdout.splitlines()[0])["from_afd"]["left"]
    assert {one["name"]: one["why"] for one in left if one["kind"] == "rule"}["dear"].startswith("$email names somebody")
    assert leave("--outcome", "high_risk=maybe", **told).exit_code == 2


def test_rules_on_amounts_of_another_currency_are_told(leave, told):
    """A hundred of one are not a hundred of the other."""
    said = "rules compare amounts in EUR"
    assert said in words(leave("--look", "--file-currency", "USD", **told).output)
    assert said not in words(leave("--look", **told).output)


def test_outcomes_are_of_the_definitions_alone(tmp_path):
    """An option that nobody reads is refused."""
    result = CliRunner().invoke(app, ["import", str(tmp_path / "f.csv"), "--outcome", "a=block"])
    assert result.exit_code == 2
    assert "--outcome says what outcomes of --from-afd mean" in words(result.stderr)


def test_a_strangers_names_are_never_obeyed_by_a_terminal(leave, told):
    """Whatever stands in the definitions."""
    odd = "a\x1b[31mb\nnext"
    told["variables"] = {"variables": [*VARIABLES, variable(odd, "SESSION_ID")]}
    told |= detector((odd, f"${odd} > 1", odd), ("fine", "$order_price > 1", "block"))
    result = leave("--yes", **told)
    assert result.exit_code == 0, result.output
    assert "\x1b" not in result.output


def test_models_that_read_labels_in_two_ways_are_for_a_person(leave):
    """Only one of them is about these events."""
    other = model({"FRAUD": ["legit"], "LEGIT": ["fraud"]}, name="other")
    result = leave("--yes", variables={"variables": list(VARIABLES)}, model=MODEL, other=other)
    assert result.exit_code == 2
    assert "read labels in different ways" in words(result.stderr)
