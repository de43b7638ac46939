"""The nightly monitor estimates a week before its labels are there, and tells how far off it was once they are."""

from __future__ import annotations

import json
from datetime import timedelta

import numpy as np
import pytest
from workplace import EXECUTION, Workplace

from greenfraud.bundle import MODEL_FILE, SCORE, BundleManifest
from greenfraud.chunks import Chunk
from greenfraud.features.manifest import load_manifest
from greenfraud.instants import DAY_US, format_rfc3339
from greenfraud.naming import DATASET_KEY, decisions_key, models_prefix, quality_key
from training.evaluation.drift_signs import shown
from training.features.history import read_history
from training.job.bucket import Bucket
from training.model.bundle_files import baseline_of
from training.steps import monitor
from training.steps.monitor import figures_of

pytestmark = pytest.mark.xdist_group("training-jobs")
EXPLORED = {"propensity": 0.01, "would_have_been": "block"}
MODEL = {"family": "light", "version": "20180501-20180508-01234567"}


@pytest.fixture(scope="module")
def decided(imported: Workplace) -> tuple[Workplace, Chunk]:
    """A model has decided the newest whole week, whose labels are not mature; five of its payments were left to the rules."""
    assert imported.holdout is not None
    start = imported.holdout.end_day
    chunk = Chunk(start, start + timedelta(days=7))
    history = read_history(Bucket("lake"), chunk.start_day, chunk.end_day)
    is_fraud = history.is_fraud_as_known(2**62)
    ids, customers = history.table["transaction_id"].to_pylist(), history.table["customer_id"].to_pylist()
    rows = []
    for row, one in enumerate(ids):
        probability = 0.6 if is_fraud[row] else 0.001 + 0.01 * (row % 7)
        answer = {"fraud_probability": probability, "decision": "review" if is_fraud[row] else "allow", "model": MODEL}
        rows.append(
            {
                "transaction_id": one,
                "customer_id": customers[row],
                "amount_minor": int(history.amount_minor[row]),
                "manifest_version": load_manifest().version,
                "features": {"amount": 1.0},
                **({"exploration": EXPLORED} if row == 6 else {}),
                **(answer if row >= 5 else {"fraud_probability": None, "decision": "allow", "model": None}),
            }
        )
    body = "".join(f"{json.dumps(row)}\n" for row in rows).encode()
    for batch in ("one", "again"):  # delivered twice
        imported.s3.put_object(Bucket="lake", Key=decisions_key(chunk.start_day, batch), Body=body)
    put_bundle(imported)
    return imported, chunk


def put_bundle(workplace: Workplace) -> None:
    """The bundle of the model, with the baseline of one input and of its score."""
    half = np.repeat([1.0, 2.0], 50).astype(np.float32)
    manifest = BundleManifest(
        **MODEL, features=[], files={MODEL_FILE: ""}, drift_baseline={"amount": baseline_of(half), SCORE: baseline_of(half)}
    )
    workplace.s3.put_object(Bucket="artifacts", Key=f"{models_prefix(**MODEL)}manifest.json", Body=manifest.to_bytes())


def test_a_week_that_could_not_be_told_of_is_looked_at_again(
    decided: tuple[Workplace, Chunk], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its signs of drift would be lost for ever: the job is tried again, and a week that is kept is looked at no more."""
    workplace, chunk = decided
    told: list[float] = []

    def throttled_once(figures: dict[str, float], **_: str) -> None:
        if "DriftSigns" in figures:
            told.append(figures["DriftSigns"])
            if len(told) == 1:
                raise ConnectionError

    monkeypatch.setattr(monitor, "store_metrics", throttled_once)
    with pytest.raises(AssertionError, match="ConnectionError"):
        workplace.run("monitor", {"execution": EXECUTION})
    workplace.run("monitor", {"execution": EXECUTION})
    assert told == [2.0, 2.0]
    assert workplace.document(quality_key(chunk.id), "lake")["measured"] is None


def test_a_week_is_watched_also_where_frauds_cannot_be_counted(
    decided: tuple[Workplace, Chunk], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a plan would like to know comes after what is watched for."""
    workplace, chunk = decided
    workplace.s3.delete_object(Bucket="lake", Key=quality_key(chunk.id))
    monkeypatch.setattr(monitor, "count_newest", lambda *_: 1 / 0)
    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        workplace.run("monitor", {"execution": EXECUTION})
    assert workplace.document(quality_key(chunk.id), "lake")["chunk"] == chunk.id


def test_a_week_is_estimated_once_and_compared_when_its_labels_are_mature(decided: tuple[Workplace, Chunk]) -> None:
    """The estimate that was kept stays as it was; beside it stands what came, on the same payments."""
    workplace, chunk = decided
    workplace.run("monitor", {"execution": EXECUTION})
    before = workplace.document(quality_key(chunk.id), "lake")
    assert (before["models"], before["without_model"], before["measured"]) == (["/".join(MODEL.values())], 5, None)
    assert before["estimated"]["frauds"]["low"] < before["estimated"]["frauds"]["value"] < before["estimated"]["frauds"]["high"]
    assert before["covariates"]["drifted"] == ["amount", SCORE]
    assert before["explored"] == 1
    assert shown(before["drift"]) == ["inputs", "score"]
    assert before["drift"][0] == {"sign": "inputs", "value": 1.0, "limit": 0.1, "shows": True}
    dataset = workplace.document(DATASET_KEY, "lake")
    dataset["newest_occurred_at"] = format_rfc3339(chunk.end_us + 7 * DAY_US)
    workplace.s3.put_object(Bucket="lake", Key=DATASET_KEY, Body=json.dumps(dataset).encode())
    workplace.run("monitor", {"execution": EXECUTION})
    after = workplace.document(quality_key(chunk.id), "lake")
    assert after["estimated"] == before["estimated"]
    assert after["measured"]["average_precision"] == after["measured"]["alert_precision"] == 1.0
    assert after["measured"]["frauds"] > 10
    assert after["error"]["alert_precision"] == pytest.approx(0.6 - 1.0)
    assert (after["drift"], after["drift_of_truth"]) == (before["drift"], [])  # of one week nobody knows what is usual
    assert after["judged_rows"] == after["rows"]
    assert sum(after["reliability"]["rows"]) == after["rows"] + 99  # one stands for a hundred that were refused
    workplace.run("monitor", {"execution": EXECUTION})
    assert workplace.document(quality_key(chunk.id), "lake") == after


def test_what_is_undefined_is_no_metric() -> None:
    """A gap in a plot is honest, a zero is not."""
    week = {
        "measured": None,
        "estimated": {"frauds": {"value": 3.0}, "alert_precision": {"value": None}},
        "covariates": {"rows": 0, "drifted": [], "columns": {}},
    }
    assert figures_of(week) == {"EstimatedFrauds": 3.0}


@pytest.mark.parametrize(("shows", "told"), [([True, False, True], 2.0), ([False], 0.0), ([], None)])
def test_signs_of_drift_are_counted_and_none_is_told_where_nothing_could_be_looked_at(
    shows: list[bool], told: float | None
) -> None:
    """An alarm rings above zero; of too few rows nobody says that all is well."""
    looks = [{"sign": "score", "value": 0.0, "limit": 0.25, "shows": one} for one in shows]
    arrived = {"measured": None, "estimated": {}, "covariates": {"rows": 0, "drifted": [], "columns": {}}, "drift": looks}
    assert figures_of(arrived).get("DriftSigns") == told
    known = {"measured": {}, "error": {"average_precision": None}, "drift": [], "drift_of_truth": looks}
    assert figures_of(known).get("DriftSigns") == told


def test_how_many_were_alerted_and_what_went_missing_are_metrics_of_a_week() -> None:
    """The input where it rose most; the score is no input, and of few rows nothing is told."""
    columns = {
        "amount": {"missing": 0.3, "missing_before": 0.05},
        "seconds": {"missing": 0.5, "missing_before": 0.45},
        SCORE: {"missing": 1.0, "missing_before": 0.0},
    }
    week = {"measured": None, "estimated": {}, "rows": 2_000, "alerts": 30}
    week |= {"covariates": {"rows": 1_900, "drifted": [], "columns": columns}}
    told = figures_of(week)
    assert (told["AlertShare"], told["MissingRise"]) == (0.015, pytest.approx(0.25))
    assert "MissingRise" not in figures_of(week | {"covariates": week["covariates"] | {"rows": 499}})
