"""What a function reads and calls is what its stack sets and allows, both ways."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CONTROL = ("record", "gate", "promote", "operate", "release", "guard")
NAMES = ("score", "ingest", "notify", "plan", *(f"control.{verb}" for verb in CONTROL))
# What Lambda itself calls in a function's name, and listing, without which a missing object reads as a refused one.
PLATFORM = {
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "dynamodb:DescribeStream",
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
    "dynamodb:ListStreams",
    "sqs:GetQueueAttributes",
    "sqs:GetQueueUrl",
    "sqs:SendMessage",
    "s3:ListBucket",
}
KEEPS_BATCHES = {"notify": {"s3:PutObject"}}  # what Lambda gives up on; ingest writes to a bucket itself


@pytest.fixture
def functions(resources):
    """Function resources by the package of their handler, below `functions`."""
    found = resources("AWS::Lambda::Function").values()
    packages = {item["Properties"]["Handler"]: item["Properties"] for item in found}
    return {handler.removeprefix("functions.").removesuffix(".handler.handler"): item for handler, item in packages.items()}


def folder_of(name: str) -> Path:
    """Where a function's own settings and actions stand."""
    return ROOT / "functions" / name.replace(".", "/")


def variables(settings: Path) -> set[str]:
    """The environment variables a settings module declares: the fields of its `Settings` in upper case."""
    classes = [node for node in ast.parse(settings.read_text(encoding="utf-8")).body if isinstance(node, ast.ClassDef)]
    (declared,) = [node for node in classes if node.name == "Settings"]
    fields = [node.target for node in declared.body if isinstance(node, ast.AnnAssign)]
    return {field.id.upper() for field in fields if isinstance(field, ast.Name)}


@pytest.mark.parametrize("name", NAMES)
def test_a_function_gets_exactly_the_variables_it_reads(functions, name):
    """A variable too few fails at cold start, one too many misleads."""
    given = set(functions[name]["Environment"]["Variables"])
    assert given == variables(folder_of(name) / "settings.py")


@pytest.mark.parametrize("name", NAMES)
def test_a_function_may_call_exactly_what_it_says_it_calls(functions, allowed_actions, name):
    """Its own list of actions is checked against real calls by its own tests."""
    listed = folder_of(name) / "actions.json"
    allowed = allowed_actions[functions[name]["Role"]["Fn::GetAtt"][0]]
    called = set(json.loads(listed.read_text(encoding="utf-8")))
    assert called <= allowed
    assert allowed - PLATFORM - KEEPS_BATCHES.get(name, set()) <= called


def test_every_function_runs_the_newest_proven_python_on_the_greener_processor(functions):
    """One runtime and architecture for all, or a layer would fit some and break others."""
    assert set(functions) == set(NAMES)
    assert {(item["Runtime"], *item["Architectures"]) for item in functions.values()} == {("python3.13", "arm64")}


def test_memory_and_time_are_what_each_function_needs(functions):
    """Score has exactly one vCPU; batches get a minute."""
    sizes = {name: (item["MemorySize"], item["Timeout"]) for name, item in functions.items()}
    control = {f"control.{verb}": (256, 60) for verb in ("record", "gate", "promote", "release", "guard")}
    operate = {"control.operate": (256, 29)}  # API Gateway waits no longer than 30
    assert sizes == {"score": (1769, 10), "ingest": (512, 60), "notify": (256, 60), "plan": (256, 60), **control, **operate}


def test_a_training_job_gets_every_variable_it_reads(states):
    """All steps share one environment; where MLflow is, only those are told that tell it of themselves."""
    declared = variables(ROOT / "training/job/settings.py")
    jobs = [state["Parameters"] for state in states.values() if "sagemaker" in state.get("Resource", "")]
    tracked = {"features", "train", "report"}
    assert {job["AlgorithmSpecification"]["ContainerArguments"][0] for job in jobs} >= tracked
    for job in jobs:
        (step,) = job["AlgorithmSpecification"]["ContainerArguments"]
        assert set(job["Environment"]) == declared - (set() if step in tracked else {"MLFLOW_TRACKING_URI"}), step
