"""What the story is told with: payments in two parts, and figures from the documents of the run that the alarm started."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from benchmarks.story import chapters
from benchmarks.story.chapters import CHAPTERS, Story
from benchmarks.story.platform import StepMissingError, StoryPlatform, wait_for
from benchmarks.story.savings import of_answering
from benchmarks.story.world import BATCH, CHANGE, make_payments
from greenfraud.instants import start_of_day_us


@pytest.fixture(scope="module")
def payments():
    """Of a small world."""
    return make_payments(60, 1)


def test_from_the_first_payment_to_come_on_everything_is_dearer(payments):
    """And nothing of it is on file."""
    on_file, coming = payments
    change_us = start_of_day_us(CHANGE)
    assert on_file.table["occurred_us"][-1].as_py() < change_us <= coming.table["occurred_us"][0].as_py()
    honest = [np.median(part.table.filter(part.table["is_fraud"].to_numpy() == 0)["amount_minor"]) for part in payments]
    assert honest[1] > 1.5 * honest[0]


def test_a_request_says_nothing_of_fraud_and_the_bank_tells_all_of_it_later(payments, tmp_path: Path):
    """Every payment is sent once; the file has labels, in a form that `greenfraud run --data` reads."""
    on_file, coming = payments
    batches = list(coming.batches())
    assert sum(map(len, batches)) == len(coming)
    assert max(map(len, batches)) <= BATCH
    assert set(batches[0][0]) == {"transaction_id", "occurred_at", "customer_id", "terminal_id", "amount_minor"}
    assert coming.write_reports(tmp_path / "bank.csv") == sum(coming.table["is_fraud"].to_pylist())
    told = list(csv.DictReader((tmp_path / "bank.csv").open(encoding="utf-8")))
    assert {row["label"] for row in told} == {"fraud"}
    on_file.write_file(tmp_path / "file.parquet")
    assert {"occurred_at", "is_fraud"} < set(pq.read_schema(tmp_path / "file.parquet").names)


def test_a_step_that_does_not_happen_ends_the_story(tmp_path: Path):
    """With what was not seen, or what a command said."""
    with pytest.raises(StepMissingError, match="an alarm: not seen within 0 s"):
        wait_for("an alarm", lambda: None, seconds=0)
    with pytest.raises(StepMissingError, match="greenfraud nonsense"):
        StoryPlatform(tmp_path).command("nonsense")


class Rejecting(StoryPlatform):
    """A platform whose gate lets everybody in."""

    def production(self):
        """One model, all the time."""
        return {"production": {"family": "light", "version": "a"}, "shadow": None}

    def command(self, *words):
        """Nothing happens."""
        return " ".join(words)

    def executions(self, machine):
        """One, that has ended."""
        return [{"executionArn": f"arn:{machine}", "input": {}}]

    def document(self, bucket, key):
        """The decision."""
        return {"outcome": "promote", "reasons": ["better"], "bucket": bucket, "key": key}


def test_a_gate_that_lets_a_bad_challenger_in_ends_the_story(tmp_path: Path, payments):
    """So does a promotion that did not happen."""
    story = Story(Rejecting(tmp_path), payments[1], print, candidate="heavy/b")
    with pytest.raises(StepMissingError, match="the gate said promote"):
        chapters.rejected(story)
    with pytest.raises(StepMissingError, match="light/a answers, and not heavy/b"):
        chapters.promoted(story)
    assert [name for name, _ in CHAPTERS][-1] == "rollback"


def test_the_candidate_is_what_the_gate_put_in_shadow_or_the_best_of_the_others():
    """Never what answers already."""
    families = {"light": {"version": "b", "average_precision": 0.7}, "heavy": {"version": "b", "average_precision": 0.6}}
    drift = {"report": {"families": families}}
    answering = {"production": {"family": "light", "version": "b"}}
    assert chapters._candidate(answering | {"shadow": {"family": "baseline", "version": "b"}}, drift) == "baseline/b"
    assert chapters._candidate(answering | {"shadow": None}, drift) == "heavy/b"


def test_what_is_unavailable_is_no_saving():
    """Never 0."""
    judged = json.loads('[{"role": "challenger", "family": "heavy", "emissions_g_per_1000": null}]')
    assert of_answering(judged, "heavy", 10) == {}
