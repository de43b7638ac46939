"""MLflow is down through a whole execution, which promotes all the same; a later one tells what was left."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from cli.data.dataset import hold_back
from cli.data.upload import upload
from cli.data.world import make_world
from greenfraud.naming import execution_key, mlflow_key
from tests.e2e.deployed import deployed
from tests.e2e.deployment import ASSEMBLY, Deployment
from tests.e2e.first_run import WORLD

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("mlflow-away"),
    pytest.mark.skipif(not (ASSEMBLY / "manifest.json").exists(), reason="cdk.out is missing: run `make synth`"),
]

NOBODY = "http://127.0.0.1:9"
BASELINE = {"families": ["baseline"]}
TOLD = ("features", "baseline", "report")  # the steps that tell MLflow of themselves


@dataclass(frozen=True)
class Outage:
    """The ended execution without MLflow, what was seen right after it, and the ended one after it."""

    during: dict[str, Any]
    failures: float | None
    health: dict[str, Any]
    mlflow: dict[str, Any]
    after: dict[str, Any]


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """A platform of its own, untouched, with data to learn."""
    made = Deployment(tmp_path_factory.mktemp("away"))
    with deployed(made):
        dataset, _ = hold_back(make_world(WORLD))
        upload(made.client("s3"), made.outputs["LakeBucket"], dataset, [])
        yield made


@pytest.fixture(scope="module")
def outage(platform: Deployment) -> Outage:
    """Jobs of the deployed machine are given an address where nobody listens; then the machine is as it was."""
    client, machine = platform.client("stepfunctions"), platform.outputs["StateMachineArn"]
    deployed = client.describe_state_machine(stateMachineArn=machine)["definition"]
    app = platform.outputs["MlflowTrackingUri"]
    assert app in deployed
    client.update_state_machine(stateMachineArn=machine, definition=deployed.replace(app, NOBODY))
    during = platform.execute(BASELINE)
    found = platform.metric_total("TrackingFailures"), platform.health(), mlflow_document(platform, during)
    client.update_state_machine(stateMachineArn=machine, definition=deployed)
    return Outage(during, *found, platform.execute({**BASELINE, "force": True}))


def mlflow_document(platform: Deployment, execution: dict[str, Any]) -> dict[str, Any]:
    """What an execution keeps about MLflow."""
    key = mlflow_key(execution_key(execution["executionArn"]))
    found: dict[str, Any] = json.loads(platform.read(platform.outputs["ArtifactsBucket"], key))
    return found


def decision_of(platform: Deployment, execution: dict[str, Any]) -> dict[str, Any]:
    """What the gate said."""
    return platform.document(execution_key(execution["executionArn"]), "decision.json")


@pytest.fixture(scope="module")
def mlflow(platform: Deployment, outage: Outage) -> Any:
    """MLflow's client, after all of it."""
    from mlflow import MlflowClient

    assert outage.after["status"] == "SUCCEEDED"
    return MlflowClient(tracking_uri=f"sqlite:///{platform.state / 'mlflow/mlflow.db'}")


def test_an_execution_without_mlflow_promotes(platform: Deployment, outage: Outage) -> None:
    """No job fails or is tried again, and the next request is answered by the promoted model."""
    assert outage.during["status"] == "SUCCEEDED", outage.during
    decision = decision_of(platform, outage.during)
    assert decision["outcome"] == "promote"
    assert outage.health["model"] == "{family}/{version}".format(**decision)
    assert {job["TrainingJobStatus"] for job in jobs_of(platform, outage.during)} == {"Completed"}


def jobs_of(platform: Deployment, execution: dict[str, Any]) -> list[dict[str, Any]]:
    """The jobs of an execution's steps that tell MLflow of themselves."""
    plan = platform.document(execution_key(execution["executionArn"]), "plan.json")
    keys = {plan["execution"], *(chunk["job_key"] for family in plan["families"] for chunk in family["chunks"])}
    jobs = [job for step in TOLD for job in platform.jobs(f"gf-{step}-")]
    return [job for job in jobs if job["TrainingJobName"].rpartition("-")[2] in keys]


def test_every_job_that_could_not_tell_is_counted(platform: Deployment, outage: Outage) -> None:
    """Once each; none after MLflow came back."""
    assert outage.failures == len(jobs_of(platform, outage.during)) >= 5
    assert platform.metric_total("TrackingFailures") == outage.failures


def test_the_record_says_what_is_left_and_then_that_nothing_is(platform: Deployment, outage: Outage) -> None:
    """Of the same execution."""
    assert (outage.mlflow["run_id"], outage.mlflow["is_complete"]) == (None, False)
    now = mlflow_document(platform, outage.during)
    assert now["run_id"]
    assert now["is_complete"] is True


def test_the_runs_of_the_outage_are_caught_up(platform: Deployment, outage: Outage, mlflow: Any) -> None:
    """One for the execution, one for each chunk, ended, with what their jobs found out; a run per later training beside them."""
    (experiment,) = [one for one in mlflow.search_experiments() if one.name == "greenfraud"]
    for execution in (outage.during, outage.after):
        key = execution_key(execution["executionArn"])
        runs = mlflow.search_runs([experiment.experiment_id], f"tags.execution = '{key}'")
        (parent,) = [run for run in runs if "mlflow.parentRunId" not in run.data.tags]
        children = [run for run in runs if run.data.tags.get("mlflow.parentRunId") == parent.info.run_id]
        (planned,) = platform.document(key, "plan.json")["families"]
        assert sorted(chunk["chunk"] for chunk in planned["chunks"]) == sorted(run.data.tags["chunk"] for run in children)
        assert {run.info.status for run in runs} == {"FINISHED"}
        assert all(run.data.metrics["emissions_g"] > 0 and run.data.params["seed"] for run in children)
        assert parent.data.params["decision"] == decision_of(platform, execution)["outcome"]


def test_the_registry_knows_both_and_its_alias_names_what_serves(platform: Deployment, outage: Outage, mlflow: Any) -> None:
    """A version per execution, with the gate's word; `production` is the newest that was promoted."""
    versions = {one.tags["execution"]: one for one in mlflow.search_model_versions("name = 'greenfraud'")}
    for execution in (outage.during, outage.after):
        version = versions.pop(execution_key(execution["executionArn"]))
        assert version.tags["gate"] == decision_of(platform, execution)["outcome"]
        assert version.tags["family"] == "baseline"
    assert not versions
    production = mlflow.get_model_version_by_alias("greenfraud", "production")
    assert "{family}/{version}".format(**production.tags) == platform.health()["model"]
    assert production.tags["stage"] == "production"
