"""Who may change what serves: the right to record is not the right to promote, and nobody names himself."""

from __future__ import annotations

import json
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RECORD, GATE, PROMOTE = (f"GreenFraud-Training/Control/{verb}/Role" for verb in ("Record", "Gate", "Promote"))
PLAN = "GreenFraud-Training/Plan/Role"
OPERATE = "GreenFraud-Serving/Operate/Role"
RELEASE = "GreenFraud-Serving/Release/Tell/Role"
GUARD = "GreenFraud-Serving/Guard/Act/Role"
UPKEEP = "GreenFraud-Training/Upkeep/Machine/Role"
MACHINE = "GreenFraud-Training/Pipeline/Machine/Role"
WRITES = ("dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:BatchWriteItem", "dynamodb:PartiQLUpdate")


@pytest.fixture(scope="module")
def granted(templates):
    """Every action of every role with its resource as text: (construct path of the role, action, resource)."""
    return [
        (template["Resources"][role["Ref"]]["Metadata"]["aws:cdk:path"].removesuffix("/Resource"), action, json.dumps(resource))
        for template in templates.values()
        for policy in template["Resources"].values()
        if policy["Type"] == "AWS::IAM::Policy"
        for role in policy["Properties"]["Roles"]
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        for action in listed(statement["Action"])
        for resource in listed(statement["Resource"])
    ]


def listed(value):
    """IAM writes a list of one as its element."""
    return value if isinstance(value, list) else [value]


def holders(granted, actions, fragment):
    """The roles that may call one of the actions on a resource whose text holds a fragment."""
    return {role for role, action, resource in granted if action in actions and fragment in resource}


@pytest.mark.parametrize(
    ("table", "writers"),
    [
        ("TablesControl", {PROMOTE, OPERATE, RELEASE, GUARD}),
        ("TablesLedger", {PROMOTE, OPERATE, GUARD}),
        ("TablesLineage", {RECORD}),
        ("TablesLeases", {PLAN, UPKEEP}),
    ],
)
def test_only_one_kind_of_right_writes_a_table(granted, table, writers):
    """What serves: a promotion, a person, an alarm, a first deployment. Lineage: the record. What was begun: who begins."""
    assert holders(granted, WRITES, table) == writers


def test_recording_and_judging_reach_no_table_of_production(granted):
    """Not even to read."""
    seen = {
        table
        for role, _, resource in granted
        for table in ("Control", "Ledger")
        if role in (RECORD, GATE) and f"Tables{table}" in resource
    }
    assert seen == set()


def test_the_gate_alone_writes_a_decision(granted):
    """A promotion believes what is stored there."""
    ours = {
        role
        for role, action, resource in granted
        if action == "s3:PutObject" and covers(resource, "executions/0123456789ab/decision.json")
    }
    assert ours == {GATE}


def covers(resource, key):
    """Whether an object ARN of a template stands for a key of the artifacts."""
    *_, pattern = json.loads(resource)["Fn::Join"][1] if "Fn::Join" in resource else [""]
    return "Artifacts" in resource and isinstance(pattern, str) and fnmatch(key, pattern.lstrip("/"))


def test_the_pipeline_alone_may_call_what_promotes(granted):
    """And nobody in the template may call what a person operates: API Gateway does, under the function's own policy."""
    for function in ("ControlRecord", "ControlGate", "ControlPromote"):
        assert holders(granted, {"lambda:InvokeFunction"}, function) == {MACHINE}
    for function in ("Operate", "Release", "Guard"):
        assert holders(granted, {"lambda:InvokeFunction"}, function) == set()


def test_only_the_routes_of_the_api_may_invoke_what_a_person_operates(resources):
    """Each permission is bound to its method and path."""
    found = [item["Properties"] for item in resources("AWS::Lambda::Permission").values()]
    operate = [item for item in found if "Operate" in json.dumps(item["FunctionName"])]
    assert {item["Principal"] for item in operate} == {"apigateway.amazonaws.com"}
    paths = {item["SourceArn"]["Fn::Join"][1][-1] for item in operate}
    assert paths == {
        "/*/*/v1/production",
        "/*/*/v1/production/promote",
        "/*/*/v1/production/rollback",
        "/*/*/v1/production/shadow",
        "/*/*/v1/production/canary",
        "/*/*/v1/production/policy",
        "/*/*/v1/production/policy/undo",
        "/*/*/v1/emergency/production/policy",
        "/*/*/v1/emergency/production/policy/undo",
        "/*/*/v1/emergency/production/promote",
        "/*/*/v1/emergency/production/rollback",
        "/*/*/v1/emergency/production/canary",
        "/*/*/v1/proposals",
        "/*/*/v1/proposals/{number}/approve",
        "/*/*/v1/proposals/{number}/withdraw",
    }


def test_every_described_question_about_production_is_a_route_of_its_own(resources):
    """Else the greedy route would hand it to the scoring function, under its permission."""
    described = json.loads((ROOT / "docs/openapi.json").read_text(encoding="utf-8"))["paths"]
    asked = {f"{method.upper()} {path}" for path in described if path.startswith("/v1/production") for method in described[path]}
    routes = {route["Properties"]["RouteKey"] for route in resources("AWS::ApiGatewayV2::Route").values()}
    assert asked == {route for route in routes if "/v1/production" in route}
    assert asked


def test_a_plan_and_a_promotion_ask_about_executions_of_our_machine_alone(granted):
    """Whether the holder of the lease runs, and who asks for a promotion; the other machine's may not act in their name."""
    asked = {role: resource for role, action, resource in granted if action == "states:DescribeExecution"}
    assert set(asked) == {PLAN, PROMOTE}
    assert all(":execution:fraud-detection-pipeline:*" in resource for resource in asked.values())
