"""Whatever lands whenever, in how many nights, and wherever the power fails: the same records are left."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import date

import pyarrow as pa
from faulty_lake import FaultyLake, PowerFailure
from hypothesis import given, settings
from hypothesis import strategies as st

from greenfraud.whole_days import whole_day_key
from training.compaction.day_compaction import DayCompaction
from training.compaction.kinds import kinds
from training.compaction.merged_file import groups_of
from training.compaction.rows import landed_rows
from training.compaction.sorted_runs import SortedRuns
from training.features.day_files import DayFiles
from training.features.history import LABELS

DAY = date(2018, 5, 1)
KIND = kinds()["labels"]
REPORTS = [
    {
        "transaction_id": f"t{number % 5}",
        "is_fraud": number % 2 == 0,
        "observed_us": 1_525_132_800_000_000 + number % 3,
        "source": source,
    }
    for number in range(12)
    for source in ("bank", "ünal")
]
reports = st.lists(st.sampled_from(REPORTS), min_size=1, max_size=6)
nights = st.tuples(st.just("night"), st.one_of(st.none(), st.integers(0, 8)), st.integers(1, 4))
landings = st.tuples(st.just("landing"), st.integers(0, 4), reports)


def body_of(rows) -> bytes:
    """A landed file."""
    return "".join(f"{json.dumps(row)}\n" for row in rows).encode()


def in_lake(lake) -> set[str]:
    """Every record that a reader finds."""
    tables = DayFiles(lake, "labels", LABELS).read(None, None)
    return {json.dumps(row, sort_keys=True) for table in tables for row in table.to_pylist()}


@settings(max_examples=15, deadline=None)
@given(st.lists(st.one_of(nights, landings), max_size=8))
def test_any_order_of_landings_nights_and_power_failures_leaves_every_record(events) -> None:
    """At each moment, not only at the end; and the last file is that of one undisturbed night."""
    lake, landed, rows_of = FaultyLake(), set(), {}
    for kind, first, second in events:
        if kind == "landing":
            rows = rows_of.setdefault(first, second)  # the same batch has the same name, delivered again or late
            lake.objects[f"labels/dt={DAY}/landing-{first}.jsonl"] = body_of(rows)
            landed |= {json.dumps(row, sort_keys=True) for row in rows}
        else:
            lake.steps_left = first
            with suppress(PowerFailure):
                DayCompaction(lake, KIND, DAY, files_at_once=second).run()
            lake.steps_left = None
        assert in_lake(lake) == landed
    DayCompaction(lake, KIND, DAY).run()
    alone = FaultyLake({f"labels/dt={DAY}/landing-all.jsonl": body_of(map(json.loads, sorted(landed)))} if landed else {})
    DayCompaction(alone, KIND, DAY).run()
    assert lake.objects == alone.objects
    assert set(lake.objects) == ({whole_day_key("labels", DAY)} if landed else set())


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(st.sampled_from(REPORTS), max_size=20), max_size=8), st.integers(1, 9), st.integers(1, 3))
def test_runs_of_any_size_merge_to_what_sorting_all_in_memory_gives(tmp_path_factory, parts, run_rows, batch_rows) -> None:
    """Memory holds a few rows of each run; the order does not show it."""
    runs = SortedRuns(KIND, tmp_path_factory.mktemp("runs"), run_rows, batch_rows)
    for rows in parts:
        runs.add(landed_rows(KIND, "labels/landing-x.jsonl", body_of(rows)))
    merged = pa.concat_tables([KIND.stored.empty_table(), *groups_of(runs.merged(), 4)]).to_pylist()
    unique = {json.dumps(row): row for rows in parts for row in rows}.values()
    expected = sorted(unique, key=lambda row: (row["observed_us"], row["transaction_id"], row["is_fraud"], row["source"].encode()))
    assert [{name: row[name] for name in LABELS.names} for row in merged] == [
        {name: row[name] for name in LABELS.names} for row in expected
    ]
