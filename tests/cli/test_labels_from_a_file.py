"""`greenfraud label`: every row of a file finds its payment, scored here or imported, once however often the file is told."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from typer.testing import CliRunner

from cli.data.world import WorldSpecification, make_world
from cli.main import app
from greenfraud.instants import DAY_US, format_rfc3339
from greenfraud.records import Label
from tests.labelled_platform import LabelledPlatform

DATASET = make_world(WorldSpecification(customers=300, days=6, seed=5))
ROWS = DATASET.table.to_pylist()
IMPORTED = next(row for row in ROWS if not row["is_fraud"] and row["terminal_id"])
REPORTED = next(row for row in ROWS if row["is_fraud"])  # by the import itself
AT_US = ROWS[-1]["occurred_us"] + DAY_US
HEADER = "transaction_id,label,reported_at,source,reason_code"


@pytest.fixture
def platform(s3: Any, monkeypatch: pytest.MonkeyPatch) -> LabelledPlatform:
    """One that has an import and three decisions."""
    made = LabelledPlatform()
    made.hold(DATASET)
    for name in ("T1", "T2", "T3"):
        made.decide(name, AT_US)
    monkeypatch.setattr("cli.target.find_target", lambda **_: made)
    return made


def file_of(folder: Path, *rows: str, header: str = HEADER) -> Path:
    """A CSV of labels."""
    (folder / "chargebacks.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return folder / "chargebacks.csv"


def told(file: Path, *options: str) -> tuple[dict[str, int], list[dict[str, str]]]:
    """The counts that are shown, and the receipt's rows."""
    shown = CliRunner().invoke(app, ["label", str(file), *options])
    assert shown.exit_code == 0, shown.output
    with file.with_name("chargebacks.csv.receipt.csv").open(encoding="utf-8") as receipt:
        return json.loads(shown.output.splitlines()[-1]), list(csv.DictReader(receipt))


def at(days: int) -> str:
    """A moment after every payment."""
    return format_rfc3339(AT_US + days * DAY_US)


def all_kinds(folder: Path) -> Path:
    """A file with a row for each thing that can become of one."""
    return file_of(
        folder,
        f"T1,fraud,{at(1)},chargeback,10.4",
        f"T1,legitimate,{at(3)},analyst,",
        f"T2,first_party,{at(1)},chargeback,",
        f"T3,fraud,{format_rfc3339(AT_US - 2 * DAY_US)},,",
        f"nobody-1,fraud,{at(1)},,",
        f"{IMPORTED['transaction_id']},1,{at(1)},chargeback,4837",
        f"{IMPORTED['transaction_id']},0,{at(1)},chargeback,4837",
        f"{REPORTED['transaction_id']},fraud,{at(2)},chargeback,4837",
    )


def test_every_row_is_settled_with_its_reason(platform: LabelledPlatform, tmp_path: Path):
    """Accepted, known, unknown, contradicting and refused are counted; the receipt says why, row by row."""
    shown, receipt = told(all_kinds(tmp_path))
    assert shown == {"rows": 8, "accepted": 4, "known": 1, "unknown": 1, "contradicting": 1, "refused": 1}
    found = {(row["row"], row["outcome"], row["reason"]) for row in receipt}
    assert found == {
        ("row 1 (line 2)", "accepted", "the first label of its payment"),
        ("row 2 (line 3)", "accepted", "corrects an earlier label"),
        ("row 3 (line 4)", "accepted", "the first label of its payment"),
        ("row 4 (line 5)", "refused", "must not be before the transaction happened"),
        ("row 5 (line 6)", "unknown", "no decision of it, and not in the lake"),
        ("row 6 (line 7)", "accepted", "the first label of its payment"),
        ("row 7 (line 8)", "contradicting", "contradicts a label observed later or at the same time"),
        ("row 8 (line 9)", "known", "told before"),
    }


def test_a_file_told_twice_changes_nothing(platform: LabelledPlatform, tmp_path: Path):
    """What was accepted is known; no report is added, of the imported neither."""
    file = all_kinds(tmp_path)
    told(file)
    before = platform.reports()
    again, _ = told(file)
    assert platform.reports() == before
    assert (again["accepted"], again["known"]) == (0, 5)


def test_a_label_of_an_imported_payment_carries_what_ingestion_must_know(platform: LabelledPlatform, tmp_path: Path):
    """Nobody decided it here: moment and terminal come from the lake, source and code from the file."""
    told(all_kinds(tmp_path))
    (report,) = [one for one in platform.reports() if one.label.transaction_id == IMPORTED["transaction_id"]]
    assert report.label == Label(IMPORTED["transaction_id"], True, AT_US + DAY_US, "chargeback", "4837")
    assert (report.occurred_us, report.terminal_id) == (IMPORTED["occurred_us"], IMPORTED["terminal_id"])
    assert report.is_first_report


def test_what_the_import_reported_is_no_first_report_again(platform: LabelledPlatform, tmp_path: Path):
    """A correction of an imported fraud, and its return: features count its report once, as the lake does."""
    name = REPORTED["transaction_id"]
    told(file_of(tmp_path, f"{name},legitimate,{at(3)},,", f"{name},fraud,{at(4)},,"))
    assert [(one.record, one.label.is_fraud, one.is_first_report) for one in platform.reports()] == [
        ("report", False, False),
        ("report#1", True, False),
    ]


def test_a_first_party_dispute_is_no_fraud_and_keeps_its_name(platform: LabelledPlatform, tmp_path: Path):
    """Its customer paid: whoever learned it as a fraud would hinder just such customers."""
    told(all_kinds(tmp_path))
    (report,) = [one for one in platform.reports() if one.label.transaction_id == "T2"]
    assert (report.label.is_fraud, report.label.source, report.label.reason_code) == (False, "chargeback", "first_party")


def test_an_interrupted_file_is_told_to_its_end_by_the_next_run(
    platform: LabelledPlatform, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The store went away in the middle: what was taken until then is known."""
    file = file_of(tmp_path, *(f"T{1 + number % 3},fraud,{at(1)},," for number in range(250)))
    put, puts = platform.dynamodb.put_item, []

    def away(**given: Any) -> Any:
        puts.append(given)
        if len(puts) > 1:
            raise ClientError({"Error": {"Code": "InternalServerError"}}, "PutItem")
        return put(**given)

    monkeypatch.setattr(platform.dynamodb, "put_item", away)
    assert CliRunner().invoke(app, ["label", str(file)]).exit_code == 1
    monkeypatch.setattr(platform.dynamodb, "put_item", put)
    assert told(file)[0] == {"rows": 250, "accepted": 2, "known": 248, "unknown": 0, "contradicting": 0, "refused": 0}


def test_what_the_api_was_told_is_known_to_a_file(platform: LabelledPlatform, tmp_path: Path):
    """And the other way round: one rule, whoever tells."""
    platform.tell(Label("T1", True, AT_US + DAY_US, "bank"))
    assert told(file_of(tmp_path, f"T1,fraud,{at(2)},,", f"T2,fraud,{at(2)},,"))[0]["known"] == 1
    assert platform.tell(Label("T2", True, AT_US + 3 * DAY_US, "bank"), Label("T2", False, AT_US + 4 * DAY_US, "bank")) == [
        "known",
        "correction",
    ]


@pytest.mark.parametrize(("outcome", "expected"), [("review", ["T4"]), ("challenge", ["T4"]), ("block", []), ("allow", [])])
def test_a_held_payment_that_is_called_legitimate_is_let_go(
    platform: LabelledPlatform, tmp_path: Path, outcome: str, expected: list[str]
):
    """As by the API; once, also where the file is told again."""
    platform.decide("T4", AT_US, outcome)
    for _ in range(2):
        told(file_of(tmp_path, f"T4,legitimate,{at(1)},,"))
    assert [one.transaction_id for one in platform.releases()] == expected


def test_what_is_called_fraud_last_stays_held(platform: LabelledPlatform, tmp_path: Path):
    """Whatever was said of it before."""
    platform.decide("T4", AT_US, "review")
    told(file_of(tmp_path, f"T4,legitimate,{at(1)},,", f"T4,fraud,{at(2)},,"))
    assert platform.releases() == []


def test_ids_stand_in_the_receipt_alone(platform: LabelledPlatform, tmp_path: Path):
    """The screen counts."""
    shown = CliRunner().invoke(app, ["label", str(all_kinds(tmp_path))])
    assert "nobody-1" not in shown.output
    assert IMPORTED["transaction_id"] not in shown.output


def test_files_dropped_into_the_bucket_are_told_and_taken_away(platform: LabelledPlatform, s3: Any, tmp_path: Path):
    """Each with a receipt of its own; one that cannot be used stays and says why, and the next run begins with it."""
    good = file_of(tmp_path, f"T1,fraud,{at(1)},,").read_bytes()
    for name, body in (
        ("a.csv", good),
        ("b.csv", b"transaction_id,label\nT2,perhaps\n"),
        ("bank/c.csv", good.replace(b"T1", b"T3")),
    ):
        s3.put_object(Bucket="inbox", Key=f"labels/{name}", Body=body)

    first = CliRunner().invoke(app, ["label", "--dropped", "--receipt", str(tmp_path / "receipts")])
    s3.put_object(Bucket="inbox", Key="labels/b.csv", Body=good)
    second = CliRunner().invoke(app, ["label", "--dropped", "--receipt", str(tmp_path / "receipts")])

    assert first.exit_code == 2
    assert "1 files stay in s3://inbox/labels/: b.csv: column `label`, row 1 (line 2): `perhaps`" in first.output
    assert json.loads(second.output.splitlines()[-1]) == {
        "files": 1, "rows": 1, "accepted": 0, "known": 1, "unknown": 0, "contradicting": 0, "refused": 0
    }  # fmt: skip
    receipts = sorted(file.name for file in (tmp_path / "receipts").iterdir())
    assert [re.sub(r"\.[0-9a-f]{8}\.receipt\.csv$", "", one) for one in receipts] == ["a.csv", "b.csv", "b.csv", "bank-c.csv"]
    assert s3.list_objects_v2(Bucket="inbox", Prefix="labels/")["KeyCount"] == 0
    assert [one.label.transaction_id for one in platform.reports()] == ["T1", "T3"]


@pytest.mark.parametrize("options", [[], ["chargebacks.csv", "--dropped"]])
def test_a_file_is_named_or_all_that_were_dropped_are_meant(options: list[str]):
    """One of both."""
    shown = CliRunner().invoke(app, ["label", *options])
    assert shown.exit_code == 2
    assert "name one file, or say --dropped" in shown.output


@pytest.mark.parametrize(
    ("header", "row", "options", "reason"),
    [
        ("id,label", "T1,fraud", [], "no column for `transaction_id`"),
        ("transaction_id", "T1", [], "say --all-fraud where every row is a reported fraud"),
        (HEADER, "T1,maybe,2026-03-01T00:00:00Z,,", [], "column `label`, row 1 (line 2): `maybe` is neither fraud nor legitimate"),
        (HEADER, "T1,,2026-03-01T00:00:00Z,,", [], "column `label`, row 1 (line 2): nothing is there"),
        (
            HEADER,
            "T1,fraud,2100-03-01T00:00:00Z,,",
            [],
            "column `reported_at`, row 1 (line 2): `2100-03-01T00:00:00Z` is in the future",
        ),
        (HEADER, "T1,fraud,2026-03-01T00:00:00,,", [], "a time without an offset"),
        (HEADER, "T1,fraud,soon,,", [], "`soon` is not a time"),
        (HEADER, ",fraud,2026-03-01T00:00:00Z,,", [], "column `transaction_id`, row 1 (line 2): nothing is there"),
        (HEADER, "T1,fraud,2026-03-01T00:00:00Z,," + "x" * 257, [], "column `reason_code`, row 1 (line 2)"),
        (HEADER, "T1,fraud,2026-03-01T00:00:00Z,,", ["--map", "verdict=label"], "there is no field `verdict`"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_whole(  # noqa: PLR0917
    platform: LabelledPlatform, tmp_path: Path, header: str, row: str, options: list[str], reason: str
):
    """Before anything is sent, naming column, row and remedy."""
    shown = CliRunner().invoke(app, ["label", str(file_of(tmp_path, row, header=header)), *options])
    assert shown.exit_code == 2
    assert reason in shown.output
    assert platform.reports() == []
