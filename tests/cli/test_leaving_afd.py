"""Leaving Amazon Fraud Detector: its events reach the lake as its definitions say, and what has no counterpart is told."""

from __future__ import annotations

import json

import pyarrow.compute as pc
import pytest
from afd_leaving import words
from typer.testing import CliRunner

from cli.data.importing import ImportOptions, load_file
from cli.data.leaving import COLUMNS_FILE, leave_afd
from cli.data.upload import lake_files
from cli.errors import InputError
from cli.main import app
from cli.target import Target
from greenfraud.features import manifest
from intake.description import Description
from intake.description_file import FILE_NAME, load_description
from tests.afd_world import MODEL, VARIABLES, event_rows, model, variable, write_definitions, write_events


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
