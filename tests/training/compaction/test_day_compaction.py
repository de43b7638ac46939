"""Small files of a day become one that says all they said."""

from __future__ import annotations

import io
import json

import pyarrow as pa
import pyarrow.parquet as pq
from faulty_lake import FaultyLake
from landed_day import BEYOND_A_DOUBLE, DAY, KINDS, compact, label, land, transaction, whole

from greenfraud.naming import decisions_key
from greenfraud.whole_days import MORE, whole_day_key
from training.compaction.day_compaction import DayCompaction
from training.features.history import TRANSACTIONS
from training.features.record_file import read_file


def test_the_files_of_a_day_become_one_in_time_order_each_record_once() -> None:
    """A batch that was delivered twice left a record in two files."""
    lake = FaultyLake()
    land(lake, "transactions", "b", transaction(3), transaction(1))
    land(lake, "transactions", "a", transaction(2), transaction(3))
    compact(lake)
    assert list(lake.objects) == [whole_day_key("transactions", DAY)]
    assert [row["transaction_id"] for row in whole(lake)] == ["t1", "t2", "t3"]


def test_what_lands_late_is_merged_the_next_night_to_the_bytes_of_a_single_merge() -> None:
    """The same records make the same file, whatever the nights and the portions."""
    late, at_once = FaultyLake(), FaultyLake()
    for number in (5, 4, 1, 3, 2):
        land(late, "transactions", str(number), transaction(number, channel="web", steps=number))
        land(at_once, "transactions", str(9 - number), transaction(number, steps=number, channel="web"))
        compact(late, files_at_once=1)
    compact(at_once)
    compact(at_once)
    assert late.objects == at_once.objects


def test_every_number_and_every_field_that_nobody_knows_survives_exactly() -> None:
    """Whole numbers beyond a double's, nested values; a column that a row lacks is null."""
    lake = FaultyLake()
    rows = [
        transaction(
            1, amount_minor=BEYOND_A_DOUBLE, accepted_at=BEYOND_A_DOUBLE, outcome="allow", nested={"b": [1, 0.1], "a": None}
        ),
        transaction(2, terminal_id="m\nü1"),
    ]
    land(lake, "transactions", "a", rows[0])
    compact(lake)
    land(lake, "transactions", "b", rows[1])
    compact(lake)
    assert [{name: value for name, value in row.items() if value is not None} for row in whole(lake)] == [
        {name: value for name, value in row.items() if value is not None} for row in rows
    ]
    assert type(whole(lake)[0]["accepted_at"]) is int


def test_of_two_spellings_of_a_transaction_the_one_that_says_more_stays() -> None:
    """A batch delivered again after a deployment has a column more."""
    lake = FaultyLake()
    land(lake, "transactions", "a", transaction(1))
    land(lake, "transactions", "b", transaction(1, outcome="allow"))
    compact(lake)
    assert [row.get("outcome") for row in whole(lake)] == ["allow"]


def test_labels_that_differ_in_anything_are_all_kept() -> None:
    """A correction and a second source are reports of their own."""
    lake = FaultyLake()
    land(lake, "labels", "a", label(1), label(1, is_fraud=False))
    land(lake, "labels", "b", label(1), label(1, source="analyst"))
    compact(lake, "labels")
    assert [(row["is_fraud"], row["source"]) for row in whole(lake, "labels")] == [
        (False, "bank"),
        (True, "analyst"),
        (True, "bank"),
    ]


def test_decisions_keep_answer_and_logged_features() -> None:
    """As JSON says them, to the last digit."""
    lake = FaultyLake()
    row = transaction(1, decision="block", features={"amount": 0.1 + 0.2, "seconds": None}, manifest_version="abc")
    lake.objects[decisions_key(DAY, "0f" * 12)] = json.dumps(row).encode()
    compact(lake, "decisions")
    (kept,) = whole(lake, "decisions")
    assert {**row, "terminal_id": None} == {name: kept.get(name) for name in row}


def test_records_of_serving_are_merged_by_their_names_and_those_of_jobs_are_left() -> None:
    """They cannot be told apart by what they say."""
    lake = FaultyLake()
    for name in ("serve-light-1-a", "serve-light-1-b", "train-gf-light-1"):
        lake.objects[f"emissions/dt={DAY}/{name}.json"] = json.dumps({"emissions_g": 0.1}).encode()
    compact(lake, "emissions")
    assert sorted(lake.objects) == [f"emissions/dt={DAY}/train-gf-light-1.json", whole_day_key("emissions", DAY)]
    assert [(row["record"], row["emissions_g"]) for row in whole(lake, "emissions")] == [
        ("serve-light-1-a.json", 0.1),
        ("serve-light-1-b.json", 0.1),
    ]


def test_an_import_stays_an_import() -> None:
    """It is one file per day already, and can be taken back as a whole."""
    lake = FaultyLake({f"transactions/dt={DAY}/part-0.parquet": b"of an import"})
    compact(lake)
    assert list(lake.objects.values()) == [b"of an import"]


def test_a_file_that_cannot_be_read_stays_and_is_named_and_keeps_no_other_back() -> None:
    """Nothing of what it holds is told."""
    lake = FaultyLake()
    land(lake, "transactions", "good", transaction(1))
    lake.objects[f"transactions/dt={DAY}/landing-bad.jsonl"] = b'{"customer_id": "secret'
    lake.objects[f"transactions/dt={DAY}/landing-timeless.jsonl"] = b'{"transaction_id": "secret"}'
    merged = DayCompaction(lake, KINDS["transactions"], DAY).run()
    assert (merged.files, sorted(key.rpartition("landing-")[2] for key in merged.unreadable)) == (
        1,
        ["bad.jsonl", "timeless.jsonl"],
    )
    assert merged.unreadable.keys() < lake.objects.keys()
    assert "secret" not in str(merged.unreadable)
    assert len(whole(lake)) == 1


def test_a_reader_finds_a_column_that_was_declared_after_the_merge() -> None:
    """It stands among what the merged file keeps as text."""
    lake = FaultyLake()
    land(lake, "transactions", "1", transaction(1, risk="high"))
    compact(lake)
    key = whole_day_key("transactions", DAY)
    assert MORE in pq.read_schema(io.BytesIO(lake.objects[key])).names
    table = read_file(key, lake.objects[key], TRANSACTIONS.append(pa.field("risk", pa.string())))
    assert table["risk"].to_pylist() == ["high"]
