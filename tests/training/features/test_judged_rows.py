"""Nobody reports a fraud that never went through: of what was refused, silence says nothing, and nothing is learned from it."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from greenfraud.instants import DAY_US
from training.features.chunk_file import JUDGED, chunk_table, parquet, read_file
from training.features.history import LABELS, OUTCOME_COLUMNS, RELEASES, TRANSACTIONS, arrange
from training.features.known_labels import Told, relabelled

AT_US, KNOWN_US = 17_700 * DAY_US, 17_710 * DAY_US
ROWS = {
    "accepted": ("allow", True),
    "untold": (None, True),
    "declined": ("block", False),
    "declined-and-reported": ("block", True),
    "declined-and-called-legitimate": ("block", True),
    "held": ("review", False),
    "held-and-released": ("review", True),
    "held-and-released-too-late": ("review", False),
}


@pytest.fixture
def history():
    """One payment of each fate."""
    rows = [
        {"transaction_id": name, "occurred_us": AT_US, "customer_id": "C", "amount_minor": 50_000, "decision": outcome}
        for name, (outcome, _) in ROWS.items()
    ]
    labels = [
        {"transaction_id": name, "is_fraud": name.endswith("reported"), "observed_us": AT_US + DAY_US, "source": "analyst"}
        for name in ("declined-and-reported", "declined-and-called-legitimate")
    ]
    released = [
        {**rows[-2], "accepted_us": AT_US + DAY_US},
        {**rows[-1], "accepted_us": KNOWN_US + 1},
    ]
    schema = pa.schema([*TRANSACTIONS, *OUTCOME_COLUMNS])
    tables = ((rows, schema), (labels, LABELS), (released, RELEASES))
    return arrange(*(pa.Table.from_pylist(*table) for table in tables))


def test_a_row_is_judged_where_something_is_known_of_it(history):
    """By the moment at which its chunk's labels are mature."""
    judged = dict(zip(history.table["transaction_id"].to_pylist(), history.is_judged(KNOWN_US).tolist(), strict=True))
    assert judged == {name: is_judged for name, (_, is_judged) in ROWS.items()}


def test_a_job_reads_the_judged_rows_alone_and_the_file_keeps_all(history, tmp_path):
    """What was refused stays in the chunk: others look at its features."""
    table = chunk_table(history, slice(0, len(ROWS)), KNOWN_US, {})
    (tmp_path / "chunk.parquet").write_bytes(parquet(table))
    assert table.num_rows == len(ROWS)
    read = read_file(tmp_path / "chunk.parquet")
    assert sorted(read["transaction_id"].to_pylist()) == sorted(name for name, (_, is_judged) in ROWS.items() if is_judged)
    assert read[JUDGED].to_pylist() == [True] * read.num_rows
    frauds = read.filter(read["is_fraud"])["transaction_id"].to_pylist()
    assert frauds == ["declined-and-reported"]


def test_what_nobody_investigated_is_usual_and_neither_learned_nor_judged(history):
    """It was paid, so it counts for its customer; silence about it says nothing, and a label does."""
    table = history.table.filter(pc.equal(history.table["transaction_id"], "accepted"))
    investigated = pa.array([None, True, False, False])
    rows = [{**table.to_pylist()[0], "transaction_id": name} for name in ("asked", "looked-at", "never", "never-yet-reported")]
    payments = pa.Table.from_pylist(rows, table.schema).append_column("is_investigated", investigated)
    label = {"transaction_id": "never-yet-reported", "is_fraud": True, "observed_us": AT_US + DAY_US, "source": "bank"}
    found = arrange(payments, pa.Table.from_pylist([label], LABELS))
    chunk = chunk_table(found, slice(0, 4), KNOWN_US, {})
    assert found.is_accepted.tolist() == [True] * 4
    assert dict(zip(chunk["transaction_id"].to_pylist(), chunk[JUDGED].to_pylist(), strict=True)) == {
        "asked": True,
        "looked-at": True,
        "never": False,
        "never-yet-reported": True,
    }
    told = Told(pa.Table.from_pylist([], LABELS), RELEASES.empty_table())
    untold = relabelled(chunk, told, KNOWN_US + 1, KNOWN_US)
    assert untold is not None
    assert untold.is_judged.tolist() == [True, True, False, False]


def test_what_was_held_and_let_go_and_never_investigated_is_not_judged_either(history):
    """That somebody let it go does not say that anybody asked what became of it."""
    held = history.table.filter(pc.equal(history.table["transaction_id"], "accepted")).to_pylist()[0]
    rows = [{**held, "transaction_id": name, "decision": "review", "accepted_us": None} for name in ("asked", "never")]
    payments = pa.Table.from_pylist(rows, history.table.schema).append_column("is_investigated", pa.array([True, False]))
    names = TRANSACTIONS.names
    releases = pa.Table.from_pylist([{**{name: row[name] for name in names}, "accepted_us": AT_US + 1} for row in rows], RELEASES)
    found = arrange(payments, LABELS.empty_table(), releases)
    chunk = chunk_table(found, slice(0, 2), KNOWN_US, {})
    again = relabelled(chunk, Told(LABELS.empty_table(), releases), KNOWN_US + 1, KNOWN_US)
    assert again is not None
    for judged in (chunk[JUDGED].to_pylist(), again.is_judged.tolist()):
        assert dict(zip(chunk["transaction_id"].to_pylist(), judged, strict=True)) == {"asked": True, "never": False}
    assert found.told_us(KNOWN_US).tolist().count(-1) == 1
