"""The guide's figures follow from the template and from its own stated assumptions."""

from __future__ import annotations

import ast
import json
import operator
import re
from collections.abc import Iterator
from typing import Any

import pytest
from deploy_steps import GUIDE
from deploy_story import ROOT

from toolchain.kept import IDENTIFIERS

OPERATORS = {ast.Add: operator.add, ast.Mult: operator.mul, ast.Div: operator.truediv}
EQUATION = re.compile(r"([\d.]+(?: [x+/] [\d.]+)+|\(\d+ \+ \d+\) x \d+ \+ \d+) = \**([\d.]*\d)")


def value_of(node: ast.expr) -> float:
    """The value of a sum of products."""
    if isinstance(node, ast.BinOp):
        return float(OPERATORS[type(node.op)](value_of(node.left), value_of(node.right)))
    assert isinstance(node, ast.Constant)
    return float(node.value)


def states(scope: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every state by name, those inside branches and maps included."""
    for name, state in scope["States"].items():
        yield name, state
        for inner in [*state.get("Branches", []), *([state["ItemProcessor"]] if "ItemProcessor" in state else [])]:
            yield from states(inner)


@pytest.fixture(scope="module")
def template() -> dict[str, dict[str, Any]]:
    """Templates by stack, as they were synthesised last."""
    paths = sorted((ROOT / "cdk.out").glob("*.template.json"))
    if not paths:
        pytest.skip("cdk.out is missing: run `make synth`")
    return {path.name.split(".")[0]: json.loads(path.read_text(encoding="utf-8")) for path in paths}


@pytest.fixture(scope="module")
def jobs(template) -> dict[str, dict[str, Any]]:
    """The states that run a training job."""
    resources = template["GreenFraud-Training"]["Resources"].values()
    machines = [item["Properties"] for item in resources if item["Type"] == "AWS::StepFunctions::StateMachine"]
    (machine,) = [one for one in machines if one["StateMachineName"] == "fraud-detection-pipeline"]
    parts = machine["DefinitionString"]["Fn::Join"][1]
    definition = json.loads("".join(part if isinstance(part, str) else "<reference>" for part in parts))
    return {name: state for name, state in states(definition) if "createTrainingJob" in state.get("Resource", "")}


def test_every_equation_of_the_guide_holds():
    """To the last digit it shows."""
    found = EQUATION.findall(GUIDE.prose)
    assert len(found) >= 8
    for left, right in found:
        digits = len(right.partition(".")[2])
        result = value_of(ast.parse(left.replace("x", "*"), mode="eval").body)
        assert f"{result:.{digits}f}" == right, f"{left} is {result}"


def test_jobs_machines_and_limits_are_those_of_the_template(jobs):
    """Four steps once per run, training per family and week; spot; an hour each, and one more attempt."""
    assert sorted(jobs) == ["BuildFeatures", "BuildFeaturesWhenFree", "Evaluate", "Materialize", "Report", "Train"]
    for job in (state["Parameters"] for state in jobs.values()):
        assert job["ResourceConfig"]["InstanceType"] == "ml.m5.large"
        assert job["ResourceConfig"]["VolumeSizeInGB"] == 30
        assert (job["EnableManagedSpotTraining"], job["StoppingCondition"]["MaxRuntimeInSeconds"]) == (True, 3600)
        assert job["StoppingCondition"]["MaxWaitTimeInSeconds"] == 7200
    for said in ("`ml.m5.large`, 30 GB, managed spot", "4 + 3 x 9 = **31", "after 3,600 seconds"):
        assert said in re.sub(r"\s+", " ", GUIDE.text)


def test_a_full_quota_is_waited_for_as_long_as_the_guide_says(jobs):
    """For six hours; the first job of a run finds out within 90 seconds whether there is a quota at all."""
    full, _, failed = jobs["Train"]["Retry"]
    first = jobs["BuildFeatures"]["Retry"][0]
    assert full["ErrorEquals"] == first["ErrorEquals"] == ["SageMaker.ResourceLimitExceededException"]
    assert pauses(full)[:5] == [60, 120, 240, 480, 900]
    assert (sum(pauses(full)), sum(pauses(first)), failed["MaxAttempts"]) == (6 * 3600, 90, 1)


def pauses(retry: dict[str, Any]) -> list[float]:
    """How long each attempt waits, in seconds."""
    longest = retry.get("MaxDelaySeconds", float("inf"))
    return [min(retry["IntervalSeconds"] * retry["BackoffRate"] ** attempt, longest) for attempt in range(retry["MaxAttempts"])]


def test_alarms_and_throttle_are_those_of_the_template(template):
    """What idles costs what the guide counts."""
    resources = [item for stack in template.values() for item in stack["Resources"].values()]
    alarms = [item for item in resources if item["Type"] == "AWS::CloudWatch::Alarm"]
    (stage,) = [item for item in resources if item["Type"] == "AWS::ApiGatewayV2::Stage"]
    assert f"{len(alarms)} alarms" in GUIDE.text
    assert f"{stage['Properties']['DefaultRouteSettings']['ThrottlingRateLimit']} requests a second" in GUIDE.text


def test_what_is_kept_is_counted_in_the_template(template):
    """By kind, and what an import takes up again."""
    words = {5: "five", 6: "six", 8: "eight", 15: "fifteen", 16: "sixteen", 17: "seventeen", 18: "eighteen"}
    data = template["GreenFraud-Data"]["Resources"].values()
    kinds = [item["Type"] for item in data if item.get("DeletionPolicy") == "RetainExceptOnCreate" and item["Type"] in IDENTIFIERS]
    buckets, tables = kinds.count("AWS::S3::Bucket"), kinds.count("AWS::DynamoDB::Table")
    assert f"{words[buckets]} buckets, {words[tables]} tables and the MLflow App with its role" in GUIDE.text
    # Production's key and secret come on top.
    assert f"of {words[len(kinds)]} resources, with `prod` {words[len(kinds) + 2]}, in one step" in GUIDE.text


def test_whoever_asks_finds_out_that_nothing_ran_on_aws():
    """At the top, and at length at the end."""
    assert "None of it has been run on a real account yet" in GUIDE.text
    assert GUIDE.headings[-1] == (2, "What has never been run on AWS")
