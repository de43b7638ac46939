"""The registered model: it loads as MLflow's users expect, answers what the bundle answers, and describes itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import mlflow
import numpy as np
import pandas as pd
import pytest
from workplace import EXECUTION, Workplace

from greenfraud.bundle import MANIFEST_FILE, MODEL_FILE, BundleManifest
from greenfraud.naming import decision_key, evaluation_key, models_prefix
from training.model.onnx_graph import probabilities
from training.tracking.model_card import version_card

pytestmark = pytest.mark.xdist_group("training-jobs")
PRODUCTION = "models:/greenfraud@production"


@pytest.fixture(scope="module")
def registry(reported: Workplace) -> Iterator[Workplace]:
    """A reported execution whose MLflow is the one that MLflow's own functions talk to."""
    mlflow.set_tracking_uri(reported.tracking()._settings.mlflow_tracking_uri)
    yield reported
    mlflow.set_tracking_uri(None)


def bundle_in_production(workplace: Workplace) -> tuple[BundleManifest, bytes]:
    """What the functions would load."""
    decision = workplace.document(decision_key(EXECUTION))
    prefix = models_prefix(decision["family"], decision["version"])
    files = (workplace.s3.get_object(Bucket="artifacts", Key=prefix + name)["Body"].read() for name in (MANIFEST_FILE, MODEL_FILE))
    return BundleManifest.from_bytes(next(files)), next(files)


def versions(workplace: Workplace) -> list[Any]:
    """All registered versions."""
    return list(workplace.tracking().client.search_model_versions("name = 'greenfraud'"))


def test_the_registry_holds_what_the_gate_decided(reported: Workplace) -> None:
    """The alias `production` names the promoted version; a repeated report registers nothing twice."""
    decision = reported.document(decision_key(EXECUTION))
    production = reported.tracking().client.get_model_version_by_alias("greenfraud", "production")
    assert {"production": decision["family"]} == {production.tags["stage"]: production.tags["family"]}
    assert sorted(version.tags["stage"] for version in versions(reported)) == ["challenger", "production"]
    assert {"promote", "not chosen"} == {version.tags["gate"] for version in versions(reported)}
    report = reported.document(f"executions/{EXECUTION}/report.json")
    assert report["promoted"] == {name: decision[name] for name in ("family", "version")}


def test_the_model_in_production_loads_by_its_alias_and_answers_as_the_bundle(registry: Workplace) -> None:
    """From a table with names of columns, in any order, missing values included."""
    manifest, model = bundle_in_production(registry)
    inputs = np.array([vector["inputs"] for vector in manifest.golden], np.float32)
    table = pd.DataFrame(inputs.astype(float), columns=manifest.feature_names)
    answers = mlflow.pyfunc.load_model(PRODUCTION).predict(table[table.columns[::-1]])
    np.testing.assert_array_equal(answers["fraud_probability"], probabilities(model, inputs))


def test_its_onnx_graph_is_the_bundles_byte_for_byte(registry: Workplace) -> None:
    """Whoever loads it without pandas has the same model."""
    _, model = bundle_in_production(registry)
    assert mlflow.onnx.load_model(PRODUCTION).SerializeToString() == model


def test_it_has_a_signature_and_an_example_that_it_takes(registry: Workplace) -> None:
    """A row short of a column is refused by name."""
    manifest, _ = bundle_in_production(registry)
    loaded = mlflow.pyfunc.load_model(PRODUCTION)
    assert list(manifest.feature_names) == loaded.metadata.get_input_schema().input_names()
    assert loaded.metadata.get_output_schema().input_names() == ["fraud_probability", "log_odds"]
    example = loaded.input_example
    np.testing.assert_allclose(
        loaded.predict(example)["fraud_probability"], [vector["probability"] for vector in manifest.golden], atol=1e-6
    )
    with pytest.raises(mlflow.MlflowException, match=manifest.feature_names[0]):
        loaded.predict(example.drop(columns=manifest.feature_names[0]))
    assert loaded.metadata.metadata["bundle_sha256"] == manifest.digest()


def test_a_version_describes_itself(reported: Workplace) -> None:
    """Quality with intervals, the gate's reason, lineage, emissions with their method, and where the bundle lies."""
    for version in versions(reported):
        card, name = version.description, f"{version.tags['family']}/{version.tags['version']}"
        assert card.startswith(f"{name}, gate: **{version.tags['gate']}**")
        assert re.search(r"^- average precision: 0\.\d+ \(0\.\d+ to 0\.\d+\)$", card, re.MULTILINE)
        assert re.search(rf"^- {name} \(\w+\): average precision \+", card, re.MULTILINE)
        assert f"3 chunks, {reported.chunks[0].id} to {reported.chunks[-1].id}; parent `" in card
        assert re.search(r"µg for the whole lineage \(method \w+, 8 g/kWh \(Cloud Carbon Footprint\), PUE 1.135\)", card)
        assert f"s3://artifacts/models/{name}/" in card


def test_a_figure_that_could_not_be_computed_says_why(reported: Workplace) -> None:
    """It is no zero, and no gap."""
    evaluation, decision = (reported.document(key) for key in (evaluation_key(EXECUTION), decision_key(EXECUTION)))
    candidate = evaluation["candidates"][0] | {"emissions_g_per_1000": None}
    candidate["metrics"]["auc_roc"] = {"value": None, "reason": "the holdout has no frauds", "n": 0}
    manifest, _ = bundle_in_production(reported)
    card = version_card(candidate, evaluation, decision, manifest, "artifacts")
    assert "- auc roc: unavailable, the holdout has no frauds" in card
    assert "; unavailable per 1,000 scores" in card
