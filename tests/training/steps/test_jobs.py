"""Whole jobs, run as SageMaker runs them."""

from __future__ import annotations

import io
import json
import platform
import re
from dataclasses import replace

import numpy as np
import onnx
import pyarrow.parquet as pq
import pytest
import torch
from workplace import EXECUTION, Workplace, training_job

from greenfraud.bundle import MANIFEST_FILE, MODEL_FILE, BundleManifest
from greenfraud.carbon import EmissionsRecord
from greenfraud.features.manifest import load_manifest
from greenfraud.naming import checkpoint_prefix, features_key, models_prefix, train_result_key, version_of
from greenfraud.page_keys import pages_prefix
from greenfraud.promotion import decide
from training.job.tracker import cpu_model
from training.model.checkpoint import ARCHIVE_NAME, FILE_NAME, Checkpoint
from training.model.device import best_device
from training.model.onnx_graph import probabilities
from training.tracking.provenance import code_digest

pytestmark = pytest.mark.xdist_group("training-jobs")
FORGETTING = "fedcba987654"  # an execution of its own


def newest(workplace: Workplace, family: str) -> str:
    """The prefix of a family's newest bundle."""
    return models_prefix(family, version_of(workplace.chunks[-1].id, EXECUTION))


def content(workplace: Workplace, key: str, bucket: str = "artifacts") -> bytes:
    """An object's bytes."""
    return bytes(workplace.s3.get_object(Bucket=bucket, Key=key)["Body"].read())


def results(workplace: Workplace, family: str) -> list[dict]:
    """The small results of a family's jobs, in order."""
    return [workplace.document(train_result_key(EXECUTION, family, chunk.id)) for chunk in workplace.chunks]


def test_features_hold_keys_label_and_every_manifest_feature(trained: Workplace) -> None:
    """The columns that training, Feast and people read."""
    manifest = load_manifest()
    body = content(trained, features_key(manifest.version, trained.chunks[0].id), "lake")
    table = pq.read_table(io.BytesIO(body))
    keys = [
        "transaction_id",
        "occurred_us",
        "customer_id",
        "terminal_id",
        "amount_minor",
        "is_fraud",
        "is_judged",
        "told_us",
        "is_accepted",
        "weight",
        "event_timestamp",
    ]
    assert table.column_names == [*keys, *manifest.names]
    assert str(table.schema.field("event_timestamp").type) == "timestamp[us, tz=UTC]"


def test_features_are_not_written_twice(trained: Workplace) -> None:
    """A chunk that the lake has is left alone."""
    key = features_key(load_manifest().version, trained.chunks[0].id)
    before = trained.s3.head_object(Bucket="lake", Key=key)["LastModified"]
    trained.run("features", {"execution": EXECUTION})
    assert before == trained.s3.head_object(Bucket="lake", Key=key)["LastModified"]


@pytest.mark.parametrize("family", ["baseline", "light"])
def test_a_bundle_is_complete_and_answers_its_golden_vectors(trained: Workplace, family: str) -> None:
    """What serving verifies before it swaps."""
    prefix = newest(trained, family)
    manifest = BundleManifest.from_bytes(content(trained, prefix + MANIFEST_FILE))
    model = content(trained, prefix + MODEL_FILE)
    manifest.verify_files({MODEL_FILE: model})
    manifest.verify_features(load_manifest())
    inputs = np.array([vector["inputs"] for vector in manifest.golden], np.float32)
    expected = [vector["probability"] for vector in manifest.golden]
    np.testing.assert_allclose(probabilities(model, inputs), expected, atol=manifest.golden_tolerance)
    assert manifest.chunks == [chunk.id for chunk in trained.chunks]


def test_only_the_last_chunk_makes_a_bundle(trained: Workplace) -> None:
    """Models in between are checkpoints, not candidates."""
    listing = trained.s3.list_objects_v2(Bucket="artifacts", Prefix="models/light/")["Contents"]
    assert [newest(trained, "light") + MANIFEST_FILE, newest(trained, "light") + MODEL_FILE] == [i["Key"] for i in listing]


def test_the_cost_of_the_lineage_adds_up(trained: Workplace) -> None:
    """A bundle knows what its whole chain of trainings cost."""
    manifest = BundleManifest.from_bytes(content(trained, newest(trained, "light") + MANIFEST_FILE))
    spent = [result["energy_kwh"] for result in results(trained, "light")]
    assert manifest.emissions["lineage"]["energy_kwh"] == pytest.approx(sum(spent))
    assert manifest.emissions["this"]["energy_kwh"] == pytest.approx(spent[-1])


def test_the_parent_is_measured_before_the_chunk_is_learned(trained: Workplace) -> None:
    """The first chunk has no parent; later ones rank frauds far above chance."""
    measured = [result["prequential_average_precision"] for result in results(trained, "light")]
    assert measured[0] is None
    assert measured[-1] > 0.3


def test_a_checkpoint_is_nothing_but_tensors_and_plain_data(trained: Workplace) -> None:
    """It loads with weights_only, and gives the same network back."""
    key = f"checkpoints/light/{version_of(trained.chunks[-1].id, EXECUTION)}/checkpoint.pt"
    body = content(trained, key)
    torch.load(io.BytesIO(body), weights_only=True)
    again = Checkpoint.from_bytes(Checkpoint.from_bytes(body).to_bytes())
    rows = again.replay.values[:50]
    torch.testing.assert_close(Checkpoint.from_bytes(body).network(rows), again.network(rows), rtol=0.0, atol=0.0)


def test_each_job_leaves_one_emissions_record_with_its_method(trained: Workplace) -> None:
    """Never a number without its method, intensity and source."""
    keys = [item["Key"] for item in trained.s3.list_objects_v2(Bucket="lake", Prefix="emissions/")["Contents"]]
    records = [EmissionsRecord.from_json(json.loads(content(trained, key, "lake"))) for key in keys]
    of_training = [record for record in records if record.stage == "train"]
    assert len(of_training) == 2 * len(trained.chunks)
    assert all(record.energy_kwh > 0 and record.method and record.intensity_source for record in of_training)
    for record in of_training:
        assert record.emissions_g == pytest.approx(record.energy_kwh * record.pue * record.intensity_g_per_kwh)


def test_versions_seed_and_machine_of_a_training_are_on_record(trained: Workplace) -> None:
    """In the checkpoint, in the bundle and among the run's parameters, all the same."""
    bundle = BundleManifest.from_bytes(content(trained, newest(trained, "light") + MANIFEST_FILE))
    key = f"checkpoints/light/{version_of(trained.chunks[-1].id, EXECUTION)}/checkpoint.pt"
    checkpoint = Checkpoint.from_bytes(content(trained, key))
    parameters = trained.tracking().client.get_run(bundle.mlflow_run_id).data.params
    assert bundle.provenance == checkpoint.provenance
    assert {name: str(value) for name, value in bundle.provenance.items()}.items() <= parameters.items()
    assert bundle.provenance == {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": np.__version__,
        "onnx": onnx.__version__,
        "feature_manifest": load_manifest().version,
        "training_code": code_digest(),
        "threads": torch.get_num_threads(),
        "seed": 20180401,
        "device": best_device().type,
        "processor": cpu_model() or platform.machine(),
    }


def test_the_gate_can_judge_the_evaluation(evaluated: Workplace) -> None:
    """Every challenger beats the bare rules here, perhaps: the 41 frauds are of four terminals, which are few to be certain by."""
    document = evaluated.document(f"executions/{EXECUTION}/evaluation.json")
    assert [item["family"] for item in document["candidates"]] == ["baseline", "light"]
    assert document["candidates"][1]["metrics"]["average_precision"]["value"] > 0.5
    assert document["holdout"]["removed_known_compromised"] > 0
    told = {name: document["holdout"][name] for name in ("censored_rows", "explored_rows", "late_frauds")}
    assert told == {"censored_rows": 0, "explored_rows": 0, "late_frauds": 0}  # imported history, reported after seven days each
    assert document["holdout"]["frauds_to_come_share"] == pytest.approx(0.0, abs=0.05)
    assert document["holdout"]["looks"] == 1
    decision = decide(document)
    assert decision.outcome == "shadow"
    assert all("against the rules: perhaps better, not certainly at a level of" in reason for reason in decision.reasons)


def test_the_evaluation_tells_every_segment_of_the_real_features(evaluated: Workplace) -> None:
    """Each candidate has each of them, and the rows of a split's segments are those of the holdout."""
    document = evaluated.document(f"executions/{EXECUTION}/evaluation.json")
    names = [segment["name"] for segment in document["segments"]]
    assert {segment["by"] for segment in document["segments"]} == {"amount", "hour", "customer", "terminal"}
    assert all(set(item["segments"]) == set(names) for item in (document["baseline_rules"], *document["candidates"]))
    for by in ("amount", "hour", "customer", "terminal"):
        assert sum(part["rows"] for part in document["segments"] if part["by"] == by) == document["holdout"]["rows"]


def test_the_report_tells_promotion_grams_and_segments(reported: Workplace) -> None:
    """Enough for a person who reads nothing else."""
    report = reported.document(f"executions/{EXECUTION}/report.json")
    decision = reported.document(f"executions/{EXECUTION}/decision.json")
    assert report["promoted"] == {name: decision[name] for name in ("family", "version")}
    assert report["emissions_g_total"] > sum(family["emissions_g"] for family in report["families"].values())
    day = next(segment for segment in report["segments"] if segment["name"] == "hour: day")
    assert day["families"]["light"]["average_precision"]["frauds"] == day["frauds"] > 0


def test_what_is_forgotten_is_kept_beside_the_checkpoint_and_handed_on(trained: Workplace) -> None:
    """The parent has seen one chunk far below its usual already; the next one cuts its memory."""
    before, last = (version_of(chunk.id, EXECUTION) for chunk in trained.chunks[-2:])
    key = checkpoint_prefix("light", before) + FILE_NAME
    body = trained.s3.get_object(Bucket="artifacts", Key=key)["Body"].read()
    parent = Checkpoint.from_bytes(body)
    sure = replace(parent, usual_precisions=[1.0, 1.0], suspected=parent.replay.take(parent.replay.is_fraud.nonzero()[:5, 0]))
    trained.s3.put_object(Bucket="artifacts", Key=checkpoint_prefix("light", "sure") + FILE_NAME, Body=sure.to_bytes())
    plan = trained.plan(["light"], trained.chunks[-1:], FORGETTING)
    orders, channels = training_job(plan, "light", plan["families"][0]["chunks"][0])
    trained.run("train", orders, channels | {"parent": f"s3://artifacts/{checkpoint_prefix('light', 'sure')}"})
    result = trained.document(train_result_key(FORGETTING, "light", trained.chunks[-1].id))
    version = version_of(trained.chunks[-1].id, FORGETTING)
    assert result["has_drifted"]
    assert result["forgotten"]["key"] == checkpoint_prefix("light", version) + ARCHIVE_NAME
    archive = Checkpoint.from_bytes(trained.s3.get_object(Bucket="artifacts", Key=result["forgotten"]["key"])["Body"].read())
    assert int(archive.replay.is_fraud.sum()) == result["forgotten"]["frauds"]
    assert (archive.version, archive.usual_precisions) == (before, [1.0, 1.0])
    assert last != version
    found = trained.document(train_result_key(EXECUTION, "light", trained.chunks[-1].id))
    assert (found["has_drifted"], found["forgotten"]) == (False, None)
    assert 0 < found["usual_fraud_share"] < 1


def test_the_report_leaves_pages_with_pictures_that_name_nobody(reported: Workplace) -> None:
    """The report, and of every new model a card and a validation report; no customer, terminal or payment is on them."""
    prefix = pages_prefix(EXECUTION)
    listed = reported.s3.list_objects_v2(Bucket="artifacts", Prefix=prefix)["Contents"]
    names = {"report", *(f"{family}-{page}" for family in ("baseline", "light") for page in ("card", "validation"))}
    assert {item["Key"] for item in listed} == {f"{prefix}{name}.html" for name in names}
    assert reported.s3.head_object(Bucket="artifacts", Key=f"{prefix}report.html")["ContentType"] == "text/html; charset=utf-8"
    pages = [content(reported, item["Key"]).decode() for item in listed]
    words = set(re.findall(r"[\w-]+", re.sub(r"<[^>]*>", " ", " ".join(pages))))
    body = content(reported, features_key(load_manifest().version, reported.holdout.id), "lake")
    table = pq.read_table(io.BytesIO(body), columns=["transaction_id", "customer_id", "terminal_id"])
    assert not [column for column in table.column_names if words & {one for one in table[column].to_pylist() if not one.isdigit()}]
    report = next(page for page in pages if "<h1>Execution" in page)
    assert report.count('role="img"') >= 9
    assert "could not be made" not in "".join(pages)
    assert "could not be read" not in "".join(pages)
