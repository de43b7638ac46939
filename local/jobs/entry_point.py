"""What a training job may start here: the training entry point with one of its steps, of an image that was deployed.

On AWS a job runs whatever its image brings, inside a machine of its own. Here it is a process of whoever runs the server.
"""

from __future__ import annotations

import os
import sys
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.ecr.models import ecr_backends

from local.context import ACCOUNT, REGION
from local.jobs.processes import ROOT

ENTRY_POINT = ["python", "-m", "training"]
# Variables by which an interpreter, the loader or a shell runs code of somebody else's choice.
STEERING_PREFIXES = ("PYTHON", "LD_")
STEERING_NAMES = ("PATH", "HOME", "GREENFRAUD_ML_ROOT")
# Read once, when the server starts, so that no request can set it: tests run small scripts as jobs.
TEST_ONLY_VARIABLE = "GREENFRAUD_TEST_ONLY_JOBS_RUN_ANY_COMMAND"


class RefusedJobError(JsonRESTError):  # type: ignore[misc]
    """The job would start something else."""

    def __init__(self, message: str) -> None:
        super().__init__("ValidationException", message)


class EntryPoint:
    """The check of every CreateTrainingJob."""

    def __init__(self) -> None:
        self._runs_anything = os.environ.get(TEST_ONLY_VARIABLE) == "yes"
        if self._runs_anything:
            print(f"TEST ONLY: {TEST_ONLY_VARIABLE}=yes, training jobs run any command", file=sys.stderr, flush=True)

    def check(self, request: dict[str, Any]) -> None:
        """Raise RefusedJobError, naming the field, the value and what may stand there."""
        check_environment(request.get("Environment") or {})
        if not self._runs_anything:
            check_command(request["AlgorithmSpecification"])
            check_image(request["AlgorithmSpecification"].get("TrainingImage") or "")


def check_environment(variables: dict[str, str]) -> None:
    """No variable decides which code runs."""
    for name in variables:
        if name in STEERING_NAMES or name.startswith(STEERING_PREFIXES):
            raise RefusedJobError(f"Environment.{name}: here a job's variables may not decide which code is run")


def check_command(algorithm: dict[str, Any]) -> None:
    """The entry point to the letter, and one step."""
    command, arguments = algorithm.get("ContainerEntrypoint"), algorithm.get("ContainerArguments") or []
    if command != ENTRY_POINT:
        message = f"AlgorithmSpecification.ContainerEntrypoint is {command}: the embedded AWS starts nothing but {ENTRY_POINT}"
        raise RefusedJobError(message)
    if len(arguments) != 1 or arguments[0] not in steps():
        message = f"AlgorithmSpecification.ContainerArguments is {arguments}: give one step of {', '.join(sorted(steps()))}"
        raise RefusedJobError(message)


def steps() -> set[str]:
    """The steps that training has, by their files."""
    return {file.stem for file in (ROOT / "training/steps").glob("[a-z]*.py")}


def check_image(image: str) -> None:
    """A tag that a deployment recorded in a repository of this account; SageMaker's words for one that is not there."""
    name, _, tag = image.rpartition(":")
    registry, _, repository = name.partition("/")
    found = ecr_backends[ACCOUNT][REGION].repositories.get(repository)
    ours = registry == f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
    if not ours or found is None or not any(tag in one.image_tags for one in found.images):
        raise RefusedJobError(
            f"Requested image {image} not found: AlgorithmSpecification.TrainingImage must be one that was deployed"
        )
