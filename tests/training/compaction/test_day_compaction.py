"""Small files of a day become one, and no reader ever misses a record: at whatever step it is cut off."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from faulty_lake import FaultyLake, PowerFailure

from greenfraud.errors import NotFound
from greenfraud.naming import MORE, SMALL_FILES, WHOLE_DAY, decisions_key, whole_day_key
from training.compaction.day_compaction import DayCompaction
from training.compaction.kinds import kinds
from training.features.day_files import DayFiles
from training.features.history import TRANSACTIONS, read_history
from training.features.record_file import read_file, records_of

DAY = date(2018, 5, 1)
KINDS = kinds()
AT_US = 1_525_132_800_000_000
BEYOND_A_DOUBLE = 2**53 + 1


def transaction(number: int, **more: object) -> dict[str, object]:
    """A landed row."""
    row = {"transaction_id": f"t{number}", "occurred_us": AT_US + BEYOND_A_DOUBLE % 10**9 + number, "customer_id": "c1"}
    return {**row, "terminal_id": None, "amount_minor": 100 + number, **more}


def label(number: int, *, is_fraud: bool = True, source: str = "bank") -> dict[str, object]:
    """A landed report."""
    return {"transaction_id": f"t{number}", "is_fraud": is_fraud, "observed_us": AT_US + number, "source": source}


def land(lake: FaultyLake, kind: str, name: str, *rows: dict[str, object]) -> None:
    """Write a small file as ingestion does."""
    lake.objects[f"{kind}/dt={DAY}/landing-{name}.jsonl"] = "".join(f"{json.dumps(row)}\n" for row in rows).encode()


def compact(lake: FaultyLake, kind: str = "transactions", **settings: int) -> DayCompaction:
    """Merge a day."""
    compaction = DayCompaction(lake, KINDS[kind], DAY, **settings)
    compaction.run()
    return compaction


def compact_both(lake: FaultyLake, **settings: int) -> None:
    """Merge transactions, then labels."""
    for kind in ("transactions", "labels"):
        compact(lake, kind, **settings)


def whole(lake: FaultyLake, kind: str = "transactions") -> list[dict[str, object]]:
    """The rows of the merged file."""
    return records_of(pq.read_table(io.BytesIO(lake.objects[whole_day_key(kind, DAY)])))


def known(lake: FaultyLake) -> tuple[list[str], list[tuple[int, bool]]]:
    """What a reader makes of the lake: transactions in order, and the distinct labels about them."""
    history = read_history(lake)
    labels = zip(history.label_row.tolist(), history.label_is_fraud.tolist(), strict=True)
    return history.table["transaction_id"].to_pylist(), sorted(set(labels))


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


@pytest.mark.parametrize("steps", range(14))
def test_whenever_the_power_fails_every_record_is_there_and_the_next_night_ends_it(steps: int) -> None:
    """Before and after the write, and between any two removals; a reader that comes at any step sees all, each once."""
    lake = FaultyLake()
    for number in range(6):
        land(lake, "transactions", str(number), transaction(number))
        land(lake, "labels", str(number), label(number))
    before = known(lake)
    seen = []
    lake.watch = lambda: seen.append(known(lake))
    lake.steps_left = steps
    with pytest.raises(PowerFailure):
        compact_both(lake, files_at_once=4)
    seen.append(known(lake))
    lake.steps_left = lake.watch = None
    compact_both(lake)
    assert sorted(lake.objects) == [whole_day_key("labels", DAY), whole_day_key("transactions", DAY)]
    assert [one for one in [*seen, known(lake)] if one != before] == []


def test_what_lands_between_the_listing_and_the_removal_is_not_removed() -> None:
    """Only what was merged is."""
    lake = FaultyLake()
    land(lake, "transactions", "1", transaction(1))

    def land_once() -> None:
        lake.watch = None
        land(lake, "transactions", "2", transaction(2))

    lake.watch = land_once
    lake.steps_left = 4  # one merge, and no second one
    with pytest.raises(PowerFailure):
        compact(lake)
    assert sorted(lake.objects) == [f"transactions/dt={DAY}/landing-2.jsonl", whole_day_key("transactions", DAY)]


def test_two_compactions_of_one_day_lose_nothing_to_each_other() -> None:
    """The slower one finds another merged file than it read, and begins again."""
    lake = FaultyLake()
    land(lake, "transactions", "1", transaction(1))

    def interfere() -> None:
        lake.watch = None
        land(lake, "transactions", "2", transaction(2))
        compact(lake)
        land(lake, "transactions", "3", transaction(3))

    lake.watch = interfere
    compact(lake)
    assert [row["transaction_id"] for row in whole(lake)] == ["t1", "t2", "t3"]
    assert list(lake.objects) == [whole_day_key("transactions", DAY)]


def test_a_reader_finds_a_column_that_was_declared_after_the_merge() -> None:
    """It stands among what the merged file keeps as text."""
    lake = FaultyLake()
    land(lake, "transactions", "1", transaction(1, risk="high"))
    compact(lake)
    key = whole_day_key("transactions", DAY)
    assert MORE in pq.read_schema(io.BytesIO(lake.objects[key])).names
    table = read_file(key, lake.objects[key], TRANSACTIONS.append(pa.field("risk", pa.string())))
    assert table["risk"].to_pylist() == ["high"]


@dataclass
class MergedMeanwhile(FaultyLake):
    """A lake whose day is merged just when a reader that has listed it asks for its first file."""

    merges: int = 1

    def get(self, key: str) -> bytes:
        if self.merges:
            self.merges -= 1
            compact(self)
            land(self, "transactions", f"late-{self.merges}", transaction(90 + self.merges))
        return super().get(key)


@pytest.mark.parametrize("merges", [1, 2, 3])
def test_a_reader_whose_files_are_merged_away_lists_the_day_again(merges: int) -> None:
    """Also when that happens again: what had landed when it began is all there."""
    lake = MergedMeanwhile(merges=merges)
    for number in range(3):
        land(lake, "transactions", str(number), transaction(number))
    (table,) = DayFiles(lake, "transactions", TRANSACTIONS).read(DAY, None)
    assert {"t0", "t1", "t2"} <= set(table["transaction_id"].to_pylist())


def test_a_day_that_keeps_losing_files_is_not_read_for_ever() -> None:
    """Somebody else removes them: the job says which one is gone."""
    lake = MergedMeanwhile(merges=0)
    land(lake, "transactions", "1", transaction(1))
    lake.keys = lambda prefix: [f"transactions/dt={DAY}/landing-gone.jsonl"]  # type: ignore[method-assign]
    with pytest.raises(NotFound, match=r"landing-gone"):
        DayFiles(lake, "transactions", TRANSACTIONS).read(None, None)


def test_a_listing_in_pages_that_overlaps_the_removal_sees_the_merged_file() -> None:
    """Its name comes after all that may be removed, and it is written before anything is."""
    assert max(pattern.replace("*", "f" * 24) for pattern in SMALL_FILES.values()) < WHOLE_DAY
