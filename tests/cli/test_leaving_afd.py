"""Leaving Amazon Fraud Detector: its events reach the lake as its definitions say, and what has no counterpart is told."""

from __future__ import annotations

import json
import tomllib

import pyarrow.compute as pc
import pytest
from typer.testing import CliRunner

from cli.data.importing import ImportOptions, load_file
from cli.data.leaving import COLUMNS_FILE, POLICY_FILE, leave_afd
from cli.data.upload import lake_files
from cli.errors import InputError
from cli.main import app
from cli.target import Target
from feature_repo.declarations import FEATURES, VIEWS
from feature_repo.groups import GROUPS
from greenfraud.features import manifest
from greenfraud.features.column_features import features_of, groups_of, views_with
from greenfraud.features.columns import read_columns
from greenfraud.features.compilation import compile_manifest
from intake.description import Description
from intake.description_file import FILE_NAME, load_description
from tests.afd_world import HEADER, MODEL, VARIABLES, detector, event_rows, model, variable, write_definitions, write_events


@pytest.fixture
def leave(tmp_path):
    """Run `greenfraud import --from-afd --check` on events and definitions, with nobody at the keyboard."""

    def run(*more, rows=None, header=HEADER, **answers):
        events = write_events(tmp_path, event_rows() if rows is None else rows, header)
        told = answers or {"variables": {"variables": list(VARIABLES)}, "model": MODEL}
        folder = write_definitions(tmp_path, **told)
        check = () if "--look" in more else ("--check",)
        return CliRunner().invoke(app, ["import", str(events), "--from-afd", str(folder), *check, *more])

    return run


def words(text):
    """A screen's text on one line."""
    return " ".join(text.split())


def test_events_reach_the_lake_with_labels_reports_and_what_nobody_looked_at(leave, tmp_path):
    """By what the service prescribes of names and times, and by the model's own words for its labels."""
    result = leave("--yes")
    assert result.exit_code == 0, result.output
    dataset = load_file(tmp_path / "events.csv", ImportOptions(description=load_description(tmp_path / FILE_NAME)))
    first = dataset.table.slice(0, 3).to_pylist()
    assert [row["transaction_id"] for row in first] == ["e0", "e1", "e2"]
    assert [row["customer_id"] for row in first] == ["c0", "c1", "c2"]
    assert [row["amount_minor"] for row in first] == [1050, 1150, 1250]
    assert [row["is_fraud"] for row in first] == [True, False, False]
    assert [row["is_investigated"] for row in first] == [True, False, True]
    assert first[0]["observed_us"] - first[0]["occurred_us"] == 3 * 86_400_000_000
    assert {key.partition("/")[0] for key, _ in lake_files(dataset)} == {"transactions", "labels"}


def test_two_months_of_events_come_into_the_lake(tmp_path, s3, monkeypatch):
    """The second is added to the first, by the same definitions or by what was kept of them."""
    target = Target(None, _clients={"s3": s3})
    target.__dict__["outputs"] = {"LakeBucket": "lake", "IdTokens": "off"}
    monkeypatch.setattr("cli.target.find_target", lambda **_: target)
    monkeypatch.setattr("cli.data.deployed_columns.call_api", lambda *_: {"columns": manifest.load_manifest().extra_columns})
    folder, rows = str(write_definitions(tmp_path, variables={"variables": list(VARIABLES)}, model=MODEL)), event_rows(days=56)
    for month, more in ((rows[:280], []), (rows[280:], ["--append"])):
        events = write_events(tmp_path, month)
        result = CliRunner().invoke(app, ["import", str(events), "--from-afd", folder, "--yes", *more])
        assert result.exit_code == 0, result.output
    described = json.loads(s3.get_object(Bucket="lake", Key="dataset.json")["Body"].read())
    assert (described["rows"], described["frauds"], described["customers"]) == (560, 56, 40)
    days = [one["Key"] for one in s3.list_objects_v2(Bucket="lake", Prefix="labels/")["Contents"]]
    assert len(days) == 56


def test_what_the_definitions_say_is_kept_for_the_next_month(leave, tmp_path):
    """The next import needs neither the definitions nor a word."""
    leave("--yes")
    kept = load_description(tmp_path / FILE_NAME)
    assert kept.columns["amount"] == ("order_price",)
    assert kept.labels.not_investigated == ("",)
    again = CliRunner().invoke(app, ["import", str(tmp_path / "events.csv"), "--check"])
    assert again.exit_code == 0
    assert json.loads(again.stdout.splitlines()[-1])["frauds"] == 30


@pytest.mark.parametrize(
    ("treatment", "frauds", "unknown"), [("IGNORE", 30, 30), ("AUTO", 30, 30), ("FRAUD", 60, 0), ("LEGIT", 30, 0)]
)
def test_events_without_a_label_are_what_the_model_took_them_for(leave, tmp_path, treatment, frauds, unknown):
    """Ignored ones are neither learned nor judged; what the service decided by itself is not told, and nobody guesses."""
    result = leave(
        "--yes", variables={"variables": list(VARIABLES)}, model=model({"FRAUD": ["fraud"], "LEGIT": ["legit"]}, treatment)
    )
    assert result.exit_code == 0, result.output
    table = load_file(tmp_path / "events.csv", ImportOptions(description=load_description(tmp_path / FILE_NAME))).table
    assert pc.sum(table["is_fraud"]).as_py() == frauds
    never = table.num_rows - pc.sum(table["is_investigated"]).as_py() if "is_investigated" in table.column_names else 0
    assert never == unknown


def test_the_models_mapper_speaks_for_any_words(leave, tmp_path):
    """Also for those that nobody would guess, and one that it does not know is not investigated."""
    said = {"fraud": "red", "legit": "green", "": "grey"}
    rows = [[row[0], said[row[1]], row[2] or row[0], *row[3:]] for row in event_rows()]
    result = leave(
        "--yes", rows=rows, variables={"variables": list(VARIABLES)}, model=model({"FRAUD": ["red"], "LEGIT": ["green"]})
    )
    assert result.exit_code == 0, result.output
    assert "does not know the labels `grey`" in words(result.output)
    assert load_description(tmp_path / FILE_NAME).labels.fraud == ("red",)


def test_the_month_comes_first_as_the_service_reads_it(leave, tmp_path):
    """Where a file of anybody would be asked about."""
    rows = [
        [f"{int(row[0][5:7])}/{int(row[0][8:10]) % 12 + 1}/2026 {row[0][11:16]}", row[1], row[6], row[8]] for row in event_rows()
    ]
    result = leave("--yes", rows=rows, header=("EVENT_TIMESTAMP", "EVENT_LABEL", "card_bin", "order_price"))
    assert result.exit_code == 0, result.output
    kept = load_description(tmp_path / FILE_NAME)
    assert kept.times.format == "%m/%d/%Y %H:%M"
    assert kept.rows.generate_ids


def test_entities_that_nobody_knew_are_no_customer(leave, tmp_path):
    """All of them would be one customer with every payment."""
    rows = [[*row[:4], "unknown", *row[5:]] for row in event_rows()]
    assert leave("--yes", rows=rows).exit_code == 0
    assert load_description(tmp_path / FILE_NAME).rows.no_customer
    mixed = leave("--yes", rows=[*rows[:5], *event_rows()[5:]])
    assert "ENTITY_ID is `unknown` in at least 5 rows" in words(mixed.output)


def test_labels_of_the_very_moment_are_told(leave):
    """Whoever learned from them would know each fraud as it happens."""
    rows = [[*row[:2], row[0] if row[1] else "", *row[3:]] for row in event_rows(days=3)]
    assert "no fraud is known when it happens" in words(leave("--look", rows=rows).output)
    assert "no fraud is known when it happens" not in words(leave("--look", rows=event_rows(days=3)).output)


def test_two_prices_are_a_question(leave):
    """Nobody but their owner knows which of both is paid; --map says it."""
    answers = {"variables": {"variables": [*VARIABLES, variable("card_bin", "PRICE", "FLOAT")]}, "model": MODEL}
    refused = leave("--yes", **answers)
    assert refused.exit_code == 2
    assert "--map amount=card_bin or --map amount=order_price" in words(refused.stderr)
    assert leave("--yes", "--map", "amount=order_price", **answers).exit_code == 0


def test_variables_are_proposed_as_columns_by_their_types(leave, tmp_path):
    """An e-mail address names somebody, a BIN nobody; what the service looked up is told as lost."""
    result = leave("--yes")
    text = (tmp_path / COLUMNS_FILE).read_text(encoding="utf-8")
    assert 'card_bin = { kind = "entity", is_personal = false' in text
    assert 'email = { kind = "entity", prior_reports' in text
    assert "order_price" not in text.split("\n\n")[1]
    assert "enrichment card_bin" in words(result.output)
    assert "not declared yet: card_bin, email" in words(result.output)


def test_a_look_writes_nothing(leave, tmp_path):
    """Everything is told all the same."""
    result = leave("--look", "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout.splitlines()[0])["from_afd"]["columns"] == ["card_bin", "email"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["afd", "events.csv"]


def test_what_lies_there_is_never_written_over(leave, tmp_path):
    """It is somebody's own."""
    (tmp_path / COLUMNS_FILE).write_text("# mine\n", encoding="utf-8")
    result = leave("--yes")
    assert "stays as it is" in words(result.output)
    assert (tmp_path / COLUMNS_FILE).read_text(encoding="utf-8") == "# mine\n"


def test_a_file_that_is_no_events_is_refused(tmp_path):
    """Before anything is proposed of it."""
    path = write_events(tmp_path, [["2026-03-01T09:30:00Z", "1"]], ("when", "what"))
    with pytest.raises(InputError, match="neither EVENT_TIMESTAMP nor EVENT_LABEL"):
        leave_afd(path, write_definitions(tmp_path), ImportOptions(description=Description()))


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
def declare(tmp_path, monkeypatch):
    """Declare and compile the columns that were proposed, as `make features` does."""

    def compiled():
        columns = read_columns(tomllib.loads((tmp_path / COLUMNS_FILE).read_text(encoding="utf-8")))
        views, features = views_with(VIEWS, columns), [*FEATURES, *features_of(columns)]
        path = tmp_path / "manifest.json"
        path.write_text(json.dumps(compile_manifest("greenfraud", views, features, [*GROUPS, *groups_of(columns)])))
        monkeypatch.setattr(manifest, "MANIFEST_PATH", path)
        manifest.load_manifest.cache_clear()

    yield compiled
    monkeypatch.undo()
    manifest.load_manifest.cache_clear()


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
