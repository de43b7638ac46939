"""The first execution on an untouched platform: started with `{}`, by the template's own state machine, on real parts."""

from __future__ import annotations

import hashlib
import json
import os
import re

import pytest

from tests.e2e.first_run import WORLD
from tests.e2e.running import running

pytestmark = pytest.mark.xdist_group("e2e")

FAMILIES = {"baseline", "light", "heavy"}


def literals_of(joined):
    """A pattern of an Fn::Join: its literals as they stand, a name where it refers to a resource."""
    separator, parts = joined["Fn::Join"]
    return re.escape(separator).join(re.escape(part) if isinstance(part, str) else r"[\w:/.@-]+" for part in parts)


def test_the_first_execution_trains_three_families_and_promotes(deployment, first_run):
    """Every family learns every chunk, and the gate finds one that beats the rules."""
    trained = {(result["family"], result["chunk"]) for result in first_run.train_results}
    chunks = [chunk["chunk"] for chunk in first_run.execution.results["plan.json"]["families"][0]["chunks"]]
    assert len(chunks) >= 3
    assert {(family, chunk) for family in FAMILIES for chunk in chunks} == trained
    assert first_run.execution.results["decision.json"]["outcome"] == "promote"
    assert first_run.execution.results["report.json"]["holdout"]["frauds"] >= 30


def test_health_names_the_promoted_model(first_run):
    """Nobody restarts anything between the promotion and the answer."""
    assert (first_run.health["status"], first_run.health["model"]) == ("ok", first_run.promoted)
    assert first_run.health["revision"] == 1


def test_the_deployed_templates_are_the_synthesised_files(deployment):
    """Byte for byte: the digests the deployer took of what it sent, and what CloudFormation holds."""
    sent = json.loads((deployment.folder / ".local/deployed.json").read_text())
    for stack, content in deployment.templates.items():
        assert hashlib.sha256(content).hexdigest() == sent[stack]["template_sha256"]
        held = deployment.client("cloudformation").get_template(StackName=stack)["TemplateBody"]
        assert json.loads(content) == (json.loads(held) if isinstance(held, str) else held)


def test_the_asl_that_ran_is_the_templates(deployment, first_run):
    """The definition of the execution's own machine differs from the template only where that refers to resources."""
    machines = deployment.synthesised("GreenFraud-Training", "AWS::StepFunctions::StateMachine")
    (machine,) = [one for one in machines if one["StateMachineName"] == "fraud-detection-pipeline"]
    described = deployment.client("stepfunctions").describe_state_machine_for_execution(executionArn=first_run.execution.arn)
    assert re.fullmatch(literals_of(machine["DefinitionString"]), described["definition"])


def test_jobs_run_in_the_layout_of_sagemaker(first_run):
    """Orders, channels and checkpoints below /opt/ml, in a process that only the job has."""
    assert {job.name for job in first_run.execution.jobs} >= set(first_run.seen)
    processes = {process.pid for process, _ in first_run.seen.values()}
    assert len(processes) == len(first_run.seen)
    assert os.getpid() not in processes
    training = [files for name, (_, files) in first_run.seen.items() if name.split("-")[1] in FAMILIES]
    assert training
    for files in training:
        assert {"input/config/hyperparameters.json", "input/data/features/part.parquet"} <= files
        assert {"input/data/parent/genesis.json", "input/data/parent/checkpoint.pt"} & files


def test_each_job_leaves_what_sagemaker_leaves(deployment, first_run):
    """Described as completed, from the template's image and entry point, its model archived in S3."""
    names = [job.name for job in first_run.execution.jobs]
    assert len(set(names)) == 3 * 3 + 4
    for name in names:
        described = deployment.client("sagemaker").describe_training_job(TrainingJobName=name)
        assert described["TrainingJobStatus"] == "Completed"
        assert described["AlgorithmSpecification"]["TrainingImage"] == deployment.outputs["TrainingImageUri"]
        assert described["AlgorithmSpecification"]["ContainerEntrypoint"] == ["python", "-m", "training"]
        bucket, _, key = described["ModelArtifacts"]["S3ModelArtifacts"].removeprefix("s3://").partition("/")
        assert deployment.client("s3").head_object(Bucket=bucket, Key=key)["ContentLength"] > 0


def test_each_chunk_starts_from_its_parents_checkpoint(first_run):
    """A family's second model names its first as parent, and so on; the first has none."""
    for family in FAMILIES:
        results = sorted(
            (result for result in first_run.train_results if result["family"] == family),
            key=lambda result: result["chunk"],
        )
        versions = [result["version"] for result in results]
        assert [None, *versions[:-1]] == [result["parent_version"] for result in results]


def test_each_function_runs_from_its_own_zip_in_a_process_of_its_own(deployment, first_run):
    """Under the runtime client, in a folder that holds that function and no other."""
    deployment.health()
    functions = {
        process.command[-1]: process
        for process in running()
        if "awslambdaric" in process.command and process.folder.is_relative_to(deployment.folder)
    }
    for name in ("plan", "control.record", "control.gate", "control.promote", "score"):
        process = functions[f"functions.{name}.handler.handler"]
        assert process.parent == deployment.process.pid
        packages = {entry.name for entry in (process.folder / "functions").iterdir() if entry.is_dir()}
        assert packages - {"__pycache__"} == {name.partition(".")[0]}


def test_the_online_store_is_filled_by_the_execution(deployment, first_run):
    """As many customers and terminals in DynamoDB as the data set has."""
    described = {
        name: deployment.client("dynamodb").describe_table(TableName=deployment.outputs[name])["Table"]
        for name in ("CustomerTable", "TerminalTable")
    }
    dataset = json.loads(deployment.read(deployment.outputs["LakeBucket"], "dataset.json"))
    assert dataset["rows"] > 20_000
    assert dataset["name"] == WORLD.name
    assert described["CustomerTable"]["ItemCount"] >= dataset["customers"]
    assert described["TerminalTable"]["ItemCount"] >= dataset["terminals"]
