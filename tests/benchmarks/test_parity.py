"""Live and offline features are compared to the bit, and a comparison that could not fail would prove nothing."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks.parity.comparison import compare, nondefault_shares
from benchmarks.parity.delivery import Delivery
from benchmarks.parity.entities import entities_of
from benchmarks.parity.faults import Faults, IngestCrashError
from benchmarks.parity.stretch import cut, load
from greenfraud.features.manifest import load_manifest
from greenfraud.records import Transaction

ROOT = Path(__file__).parents[2]
NAMES = ("one", "two")


def values(*rows: tuple[float, float]) -> dict[str, np.ndarray]:
    """Rows of two features, by transaction."""
    return {f"T{number}": np.array(row) for number, row in enumerate(rows)}


def test_a_last_bit_is_a_difference_and_two_missing_values_are_none():
    """Neither a tolerance nor a NaN hides anything."""
    ours = values((0.1 + 0.2, np.nan), (0.0, 1.0), (np.nan, 1.0))
    theirs = values((0.3, np.nan), (-0.0, 1.0), (0.0, 1.0))
    compared = compare(NAMES, ours, theirs)
    assert compared.differs.tolist() == [[True, False], [True, False], [True, False]]
    assert compared.by_feature() == {"one": 3}
    assert compared.examples(1)[0].startswith("T0 one: ")


def test_a_transaction_without_an_offline_value_is_no_silent_success():
    """What was lost on its way into the lake must show."""
    with pytest.raises(KeyError, match="T1"):
        compare(NAMES, values((1.0, 1.0), (2.0, 2.0)), values((1.0, 1.0)))


def test_a_feature_that_says_nothing_is_seen_by_its_share():
    """Equal defaults on both sides would be a cheap zero."""
    manifest = load_manifest()
    rows = np.array([[np.nan if feature.default is None else feature.default for feature in manifest.features]] * 4)
    rows[0, 3] = 7.0
    assert nondefault_shares(manifest, rows) == {name: 0.25 * (name == manifest.names[3]) for name in manifest.names}


def test_history_before_a_stretch_knows_only_what_was_reported_by_then():
    """A report of later is replayed; its transaction counts as legitimate until then."""
    whole = load(None, 2_000)
    stretch = cut(whole, 2_000)
    known_us = stretch.before.newest_us
    before = stretch.before.table.filter(stretch.before.table["is_fraud"])
    assert max(before["observed_us"].to_pylist()) <= known_us < stretch.start_us
    assert stretch.reports
    assert all(report.at_us > known_us for report in stretch.reports)
    reported = {report.about.transaction_id for report in stretch.reports}
    assert {one.transaction_id for one in stretch.pending} <= reported
    counted = (stretch.before.table.num_rows, len(stretch.pending), len(stretch.transactions))
    assert sum(counted) == whole.table.num_rows


def test_the_whole_data_set_leaves_no_history_to_begin_with():
    """Refused, instead of proving something about empty windows."""
    with pytest.raises(ValueError, match="not more than"):
        cut(load(None, 1), 10**9)


def record(number: int) -> dict:
    """A stream record."""
    return {"dynamodb": {"SequenceNumber": str(number)}}


def test_records_are_repeated_from_the_first_failure_and_after_a_crash():
    """As the event source mapping of a stream does."""
    seen: list[list[str]] = []

    def ingest(event: dict, _: object) -> dict:
        seen.append([one["dynamodb"]["SequenceNumber"] for one in event["Records"]])
        if len(seen) == 1:
            raise IngestCrashError
        return {"batchItemFailures": [{"itemIdentifier": "2"}] if len(seen) == 2 else []}

    delivery = Delivery(ingest, Faults(1))
    for number in range(1, 4):
        delivery.take(record(number), frozenset(), due_us=0)
    delivery.deliver_all()
    assert seen == [["1", "2", "3"], ["1", "2", "3"], ["2", "3"]]


def test_what_is_scored_next_waits_for_no_record_of_its_entities():
    """However a record is held back, duplicated or reordered, a score of its entity comes after it."""
    applied: list[str] = []

    def ingest(event: dict, _: object) -> dict:
        applied.extend(one["dynamodb"]["SequenceNumber"] for one in event["Records"])
        return {"batchItemFailures": []}

    faults, chance = Faults(2), random.Random(2)
    delivery = Delivery(ingest, faults)
    with faults.active():
        for number in range(2_000):
            entities = frozenset({f"customer {chance.randrange(50)}"})
            delivery.take(record(number), entities, due_us=number)
            scored = {f"customer {chance.randrange(50)}"}
            delivery.deliver(number, scored)
            assert not any(one.entities & scored for one in delivery._waiting)
    assert faults.counts["reordered"] > 50
    delivery.deliver_all()
    assert set(applied) == {str(number) for number in range(2_000)}
    assert len(applied) > 2_000


def test_a_record_that_is_not_due_stays_unseen():
    """With a lag, what happened lately is not known yet."""
    delivery = Delivery(lambda event, _: pytest.fail(str(event)), Faults(3))
    delivery.take(record(1), frozenset({"customer C"}), due_us=10)
    delivery.deliver(9, {"customer C"})
    assert delivery.earliest(9) == {"customer C": 10}


def test_a_transaction_without_a_terminal_touches_its_customer_alone():
    """Nothing else may be scored together by mistake, and nothing is kept apart."""
    assert entities_of(Transaction("T", 0, "C", None, 1)) == {"customer C"}


def bench(tmp_path: Path, *arguments: str) -> tuple[int, dict[str, float]]:
    """A small run in a process of its own: it patches moto and keeps the functions' clients."""
    program = f"""
import pathlib, sys
from benchmarks import report
report.FOLDER = pathlib.Path({str(tmp_path)!r})
from benchmarks.parity.__main__ import main
sys.exit(main())
"""
    done = subprocess.run(
        [sys.executable, "-c", program, "--rows", "300", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    (written,) = tmp_path.glob("*.json")
    return done.returncode, json.loads(written.read_text())["measures"]


@pytest.mark.xdist_group("feast")
def test_a_small_replay_differs_in_nothing(tmp_path: Path):
    """Score, stream, ingest, lake and features job, with faults; Feast judges all of it."""
    code, measures = bench(tmp_path)
    assert code == 0
    assert measures["compared_values"] == 300 * len(load_manifest().names)
    assert (measures["differing_values"], measures["feast_differing"], measures["degraded"], measures["rejected"]) == (0, 0, 0, 0)
    assert measures["feast_compared"] == 300
    assert measures["injected_faults"] > 20
    assert measures["customer_count_30d_nondefault_share"] > 0.9


@pytest.mark.slow
@pytest.mark.xdist_group("feast")
def test_one_hop_shifted_by_one_tile_is_found(tmp_path: Path):
    """The run fails, and says in which features."""
    code, measures = bench(tmp_path, "--shift-hop")
    assert code == 1
    assert measures["differing_values"] > 0


@pytest.mark.slow
@pytest.mark.xdist_group("feast")
def test_a_late_ingestion_is_measured_and_no_failure(tmp_path: Path):
    """What is not known yet cannot be in the features: that share is the result."""
    code, measures = bench(tmp_path, "--lag-seconds", "86400")
    assert code == 0
    assert measures["differing_transactions_share"] > 0.5
