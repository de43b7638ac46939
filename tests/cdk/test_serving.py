"""The API's routes, the live alias and the stream that feeds ingestion."""

from __future__ import annotations

import json

import pytest


def test_only_health_is_open(resources):
    """Every other route, named or not, is signed with IAM."""
    routes = [route["Properties"] for route in resources("AWS::ApiGatewayV2::Route").values()]
    assert {route["RouteKey"]: route["AuthorizationType"] for route in routes} == {
        "GET /health": "NONE",
        "ANY /v1/{proxy+}": "AWS_IAM",
        "GET /v1/production": "AWS_IAM",
        "POST /v1/production/promote": "AWS_IAM",
        "POST /v1/production/rollback": "AWS_IAM",
        "POST /v1/production/shadow": "AWS_IAM",
        "POST /v1/production/canary": "AWS_IAM",
        "POST /v1/production/policy": "AWS_IAM",
        "POST /v1/production/policy/undo": "AWS_IAM",
        "POST /v1/emergency/production/promote": "AWS_IAM",
        "POST /v1/emergency/production/rollback": "AWS_IAM",
        "POST /v1/emergency/production/canary": "AWS_IAM",
        "GET /v1/proposals": "AWS_IAM",
        "POST /v1/proposals/{number}/approve": "AWS_IAM",
        "POST /v1/proposals/{number}/withdraw": "AWS_IAM",
        "POST /v1/emergency/production/policy": "AWS_IAM",
        "POST /v1/emergency/production/policy/undo": "AWS_IAM",
        "$default": "AWS_IAM",
    }


def test_the_api_calls_the_live_version(resources, templates):
    """Never the unpublished code."""
    (alias,) = resources("AWS::Lambda::Alias").values()
    assert alias["Properties"]["Name"] == "live"
    score = integration_of(templates, "ANY /v1/{proxy+}")
    assert score == integration_of(templates, "$default") == integration_of(templates, "GET /health")
    assert score["IntegrationUri"]["Ref"].startswith("Live")
    assert score["PayloadFormatVersion"] == "2.0"


@pytest.mark.parametrize("route", ["GET /v1/production", "POST /v1/production/rollback", "POST /v1/production/policy"])
def test_what_is_asked_of_production_reaches_another_function_than_scores(templates, route):
    """The scoring function's role may not write what serves."""
    operate = integration_of(templates, route)
    assert operate["IntegrationUri"]["Fn::GetAtt"][0].startswith("Operate")
    assert operate["PayloadFormatVersion"] == "2.0"


def integration_of(templates, key):
    """Where a route leads."""
    serving = templates["GreenFraud-Serving"]["Resources"]
    (route,) = [item["Properties"] for item in serving.values() if item.get("Properties", {}).get("RouteKey") == key]
    _, (_, integration) = route["Target"]["Fn::Join"]
    return serving[integration["Ref"]]["Properties"]


def test_the_stage_is_throttled_and_logs_no_body(resources):
    """Access logs tell who, what and how long."""
    (stage,) = resources("AWS::ApiGatewayV2::Stage").values()
    settings = stage["Properties"]["DefaultRouteSettings"]
    assert settings["ThrottlingRateLimit"] > 0
    assert "body" not in json.dumps(stage["Properties"]["AccessLogSettings"]["Format"]).lower()


def test_what_is_open_has_a_throttle_of_its_own(resources):
    """Whoever asks for health takes nothing from those who score; the settings wait for the route they are for."""
    (stage,) = resources("AWS::ApiGatewayV2::Stage").values()
    routes = resources("AWS::ApiGatewayV2::Route").values()
    open_routes = {route["Properties"]["RouteKey"] for route in routes if route["Properties"]["AuthorizationType"] == "NONE"}
    limits = stage["Properties"]["RouteSettings"]
    assert set(limits) == open_routes
    default = stage["Properties"]["DefaultRouteSettings"]["ThrottlingRateLimit"]
    assert all(0 < one["ThrottlingRateLimit"] < default / 10 for one in limits.values())
    assert any("Health" in name or "health" in name for name in stage["DependsOn"])


def test_a_bad_deployment_goes_back_by_itself(resources):
    """The deployment group watches shares of bad answers, with a minimum of traffic: one bad answer takes nothing back."""
    (group,) = resources("AWS::CodeDeploy::DeploymentGroup").values()
    alarms = resources("AWS::CloudWatch::Alarm")
    shares = [alarms[f"GreenFraud-Serving/Watch/{name}"]["Properties"] for name in ("ServerErrorShare", "DegradedShare")]
    assert len(group["Properties"]["AlarmConfiguration"]["Alarms"]) == len(shares)
    for share in shares:
        assert [query["Expression"] for query in share["Metrics"] if "Expression" in query] == ["IF(every >= 20, bad / every, 0)"]
        assert 1 / 20 <= share["Threshold"] < 0.1  # one of the fewest is not above it; a canary's tenth is
    assert "DEPLOYMENT_STOP_ON_ALARM" in group["Properties"]["AutoRollbackConfiguration"]["Events"]


def test_ingestion_takes_inserts_and_reports_what_failed(resources):
    """One poisoned record neither blocks nor repeats its batch."""
    properties = source_of(resources, "Ingest")
    assert properties["BatchSize"] == 100
    assert properties["MaximumBatchingWindowInSeconds"] == 0
    assert properties["BisectBatchOnFunctionError"] is True
    assert properties["MaximumRetryAttempts"] == 5
    assert properties["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert properties["StartingPosition"] == "TRIM_HORIZON"
    assert [json.loads(item["Pattern"]) for item in properties["FilterCriteria"]["Filters"]] == [{"eventName": ["INSERT"]}]
    # A queue would be told where the records stood in the stream, and the stream forgets them.
    assert "BucketsAbandoned" in json.dumps(properties["DestinationConfig"]["OnFailure"]["Destination"])
    assert properties["MetricsConfig"] == {"Metrics": ["EventCount"]}


def test_what_was_allowed_never_reaches_the_function_that_tells(resources):
    """The stream's filter leaves it out, with every other record of a payment and every change."""
    properties = source_of(resources, "Notify")
    (pattern,) = [json.loads(item["Pattern"]) for item in properties["FilterCriteria"]["Filters"]]
    image = {"record": {"S": ["decision"]}, "decision": {"S": ["block", "challenge", "review"]}}
    assert pattern == {"eventName": ["INSERT"], "dynamodb": {"NewImage": image}}
    assert properties["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert "BucketsAbandoned" in json.dumps(properties["DestinationConfig"]["OnFailure"]["Destination"])


def source_of(resources, function):
    """The event source of one function."""
    sources = [source["Properties"] for source in resources("AWS::Lambda::EventSourceMapping").values()]
    (found,) = [source for source in sources if function in json.dumps(source["FunctionName"])]
    return found
