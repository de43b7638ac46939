"""What the platform says about itself: metrics, emissions and experiments, read back from where they are kept."""

from __future__ import annotations

import csv
import sqlite3

import pytest

from cli.emissions import read_emissions, scores_accounted, wait_for_inference, write_csv
from tests.e2e.deployment import wait_until

pytestmark = pytest.mark.xdist_group("e2e")

FAMILIES = ("baseline", "heavy", "light")


@pytest.fixture(scope="module")
def scored(deployment, first_run):
    """The answers to every kept-back transaction."""
    return [deployment.answer("POST", "/v1/score", held.transaction.to_json()) for held in first_run.held_back]


def test_training_emissions_are_metrics_by_family(deployment, first_run):
    """As many grams as the jobs' own results say."""
    for family in FAMILIES:
        results = [result for result in first_run.train_results if result["family"] == family]
        grams = deployment.metric_total("TrainingEmissionsGrams", Family=family)
        assert grams >= sum(result["emissions_g"] for result in results) * 0.999
        assert deployment.metric_total("TrainingEnergyKwh", Family=family) > 0


def test_inference_emissions_are_metrics(deployment, first_run, scored):
    """The lines that the scoring function prints become metrics, overall and by family."""
    family = first_run.promoted.partition("/")[0]
    assert wait_until(lambda: (deployment.metric_total("Decisions") or 0) >= len(scored))
    assert deployment.metric_total("EmissionsGrams") >= sum(answer["emissions_g"] for answer in scored)
    assert deployment.metric_total("EmissionsGrams", Family=family) > 0
    assert deployment.metric_total("LatencyMilliseconds") > 0


def test_the_emissions_file_has_rows_of_training_and_of_inference(deployment, scored, tmp_path):
    """Every job once, every score counted, each figure with its method and the source of its intensity."""
    records = wait_for_inference(deployment.target, len(scored))
    assert scores_accounted(records) >= len(scored)
    path = write_csv(read_emissions(deployment.target), tmp_path / "emissions.csv")
    rows = list(csv.DictReader(path.open(encoding="utf-8")))
    assert {"features", "train", "evaluate", "materialize", "report", "serve"} <= {row["stage"] for row in rows}
    assert {row["family"] for row in rows if row["stage"] == "train"} == set(FAMILIES)
    for row in rows:
        assert float(row["emissions_g"]) > 0
        assert row["method"]
        assert row["intensity_source"]


def test_the_same_totals_stand_in_the_file_in_mlflow_and_in_cloudwatch(deployment, first_run, scored, tmp_path):
    """Each read through its own interface: what a family's training emitted, and what the execution did in all."""
    from mlflow import MlflowClient

    wait_for_inference(deployment.target, len(scored))
    rows = list(csv.DictReader(write_csv(read_emissions(deployment.target), tmp_path / "emissions.csv").open(encoding="utf-8")))
    client = MlflowClient(tracking_uri=f"sqlite:///{deployment.state / 'mlflow/mlflow.db'}")
    experiment = client.get_experiment_by_name("greenfraud").experiment_id
    execution = first_run.execution.key
    runs = client.search_runs([experiment], f"tags.execution = '{execution}'", max_results=100)
    for family in FAMILIES:
        trained = [row for row in rows if (row["stage"], row["family"]) == ("train", family)]
        here = [row for row in trained if row["version"].endswith(execution[:8])]
        children = [run for run in runs if run.data.tags.get("family") == family]
        for column, metric in (("emissions_g", "TrainingEmissionsGrams"), ("energy_kwh", "TrainingEnergyKwh")):
            assert deployment.metric_total(metric, Family=family) == pytest.approx(sum(float(row[column]) for row in trained))
            assert sum(run.data.metrics[column] for run in children) == pytest.approx(sum(float(row[column]) for row in here))
        embodied = sum(float(row["embodied_g"]) for row in here)
        assert sum(run.data.metrics["embodied_g"] for run in children) == pytest.approx(embodied)
        assert {row["method"] for row in here} == {"reserved"}
        assert all(row["hardware"].startswith("local, 50% of a machine") for row in here)
    (parent,) = (run for run in runs if "mlflow.parentRunId" not in run.data.tags)
    report = first_run.execution.results["report.json"]
    for name in ("emissions_g_total", "embodied_g_total", "energy_kwh_total"):
        assert parent.data.metrics[name] == pytest.approx(report[name])
    answered = sum(float(row["emissions_g"]) for row in rows if row["stage"] == "serve")
    assert wait_until(lambda: (deployment.metric_total("EmissionsGrams") or 0) >= answered * 0.999999)


def test_the_report_sums_up_what_its_jobs_emitted(first_run):
    """The total holds at least the training of all families."""
    trained = sum(result["emissions_g"] for result in first_run.train_results)
    assert first_run.execution.results["report.json"]["emissions_g_total"] > trained


def test_mlflow_has_a_run_per_execution_and_a_child_per_family_and_chunk(deployment, first_run):
    """Parameters, metrics and emissions in each child; the model with the last of a family."""
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=f"sqlite:///{deployment.state / 'mlflow/mlflow.db'}")
    experiment = client.get_experiment_by_name("greenfraud").experiment_id
    runs = client.search_runs([experiment], f"tags.execution = '{first_run.execution.key}'", max_results=100)
    (parent,) = (run for run in runs if "mlflow.parentRunId" not in run.data.tags)
    children = [run for run in runs if run.data.tags.get("mlflow.parentRunId") == parent.info.run_id]
    assert first_run.execution.results["report.json"]["mlflow_parent_run_id"] == parent.info.run_id
    assert sorted((one["family"], one["chunk"]) for one in first_run.train_results) == sorted(
        (run.data.tags["family"], run.data.tags["chunk"]) for run in children
    )
    assert {run.info.status for run in runs} == {"FINISHED"}
    for run in children:
        assert run.data.metrics["emissions_g"] > 0
        assert run.data.params["seed"]
    last = max(children, key=lambda run: (run.data.tags["chunk"], run.data.tags["family"]))
    prefix = last.info.artifact_uri.partition("://")[2].partition("/")[2]
    assert deployment.read(deployment.outputs["ArtifactsBucket"], f"{prefix}/model/model.onnx")


def test_the_registry_points_at_production(deployment, first_run):
    """The alias names a version of the family and version that serve."""
    with sqlite3.connect(deployment.state / "mlflow/mlflow.db") as database:
        found = database.execute(
            "select tags.key, tags.value from registered_model_aliases aliases join model_version_tags tags "
            "on tags.name = aliases.name and tags.version = aliases.version where aliases.alias = 'production'"
        ).fetchall()
    assert "{family}/{version}".format(**dict(found)) == deployment.health()["model"]
