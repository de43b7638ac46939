"""A training job starts the training entry point and nothing else."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError


def refusal(server, **changes):
    """The words of SageMaker's refusal; no job was made."""
    name = server.name("job")
    request = server.training_job(name)
    algorithm = request["AlgorithmSpecification"] | changes.pop("algorithm", {})
    with pytest.raises(ClientError) as refused:
        server.client("sagemaker").create_training_job(**request | {"AlgorithmSpecification": algorithm} | changes)
    assert refused.value.response["Error"]["Code"] == "ValidationException"
    assert server.client("sagemaker").list_training_jobs(NameContains=name)["TrainingJobSummaries"] == []
    return refused.value.response["Error"]["Message"]


@pytest.mark.parametrize(
    "command",
    [
        ["touch", "/tmp/x"],
        ["python", "-c", "1"],
        ["python3", "-m", "training"],
        ["python", "-m", "training", "features"],
        ["python"],
    ],
)
def test_any_other_command_is_refused(strict, command):
    """To the letter; the message says what would start."""
    words = refusal(strict, algorithm={"ContainerEntrypoint": command})
    assert "ContainerEntrypoint" in words
    assert "['python', '-m', 'training']" in words


@pytest.mark.parametrize("arguments", [["nothing"], ["features", "train"], ["../steps/features"]])
def test_any_other_argument_than_one_step_is_refused(strict, arguments):
    """The message lists the steps."""
    words = refusal(strict, algorithm={"ContainerArguments": arguments})
    assert "ContainerArguments" in words
    assert "evaluate, features, label, materialize, monitor, reconcile, report, train" in words


@pytest.mark.parametrize(
    "image",
    ["evil.example/training:1", "123456789012.dkr.ecr.eu-north-1.amazonaws.com/training:1", "210987654321{}", "{}x", "{}@sha256:0"],
)
def test_an_image_that_was_not_deployed_is_not_found(strict, image):
    """Another registry, repository, account or tag."""
    image = image.format(strict.image().removeprefix("123456789012") if image.startswith("2") else strict.image())
    assert f"Requested image {image} not found" in refusal(strict, algorithm={"TrainingImage": image})


def test_without_a_command_nothing_starts(strict):
    """On AWS the image would say what to run; here nobody looks into images."""
    algorithm = strict.training_job("job")["AlgorithmSpecification"]
    del algorithm["ContainerEntrypoint"]
    name = strict.name("job")
    with pytest.raises(ClientError, match="ContainerEntrypoint is None"):
        strict.client("sagemaker").create_training_job(**strict.training_job(name) | {"AlgorithmSpecification": algorithm})


@pytest.mark.parametrize("variable", ["PYTHONPATH", "PYTHONSTARTUP", "LD_PRELOAD", "PATH", "GREENFRAUD_ML_ROOT"])
@pytest.mark.parametrize("kind", ["strict", "embedded"])
def test_a_variable_that_decides_which_code_runs_is_refused(request, kind, variable):
    """Also where tests run any command."""
    assert f"Environment.{variable}" in refusal(request.getfixturevalue(kind), Environment={variable: "x"})


def test_the_entry_point_itself_starts(strict):
    """Every other request of this file differs from this one by what is refused."""
    name = strict.name("job")
    strict.client("sagemaker").create_training_job(**strict.training_job(name))
    strict.client("sagemaker").stop_training_job(TrainingJobName=name)
