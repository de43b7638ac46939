"""The API's routes, the live alias and the stream that feeds ingestion."""

from __future__ import annotations

import json


def test_only_health_is_open(resources):
    """Every other route, named or not, is signed with IAM."""
    routes = [route["Properties"] for route in resources("AWS::ApiGatewayV2::Route").values()]
    assert {route["RouteKey"]: route["AuthorizationType"] for route in routes} == {
        "GET /health": "NONE",
        "ANY /v1/{proxy+}": "AWS_IAM",
        "$default": "AWS_IAM",
    }


def test_the_api_calls_the_live_version(resources):
    """Never the unpublished code."""
    (integration,) = resources("AWS::ApiGatewayV2::Integration").values()
    (alias,) = resources("AWS::Lambda::Alias").values()
    assert alias["Properties"]["Name"] == "live"
    assert integration["Properties"]["IntegrationUri"]["Ref"].startswith("Live")
    assert integration["Properties"]["PayloadFormatVersion"] == "2.0"


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
    """The deployment group watches alarms; without any nothing would roll back."""
    (group,) = resources("AWS::CodeDeploy::DeploymentGroup").values()
    assert len(group["Properties"]["AlarmConfiguration"]["Alarms"]) == 3
    assert "DEPLOYMENT_STOP_ON_ALARM" in group["Properties"]["AutoRollbackConfiguration"]["Events"]


def test_ingestion_takes_inserts_and_reports_what_failed(resources):
    """One poisoned record neither blocks nor repeats its batch."""
    (source,) = resources("AWS::Lambda::EventSourceMapping").values()
    properties = source["Properties"]
    assert properties["BatchSize"] == 100
    assert properties["MaximumBatchingWindowInSeconds"] == 0
    assert properties["BisectBatchOnFunctionError"] is True
    assert properties["MaximumRetryAttempts"] == 5
    assert properties["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert properties["StartingPosition"] == "TRIM_HORIZON"
    assert [json.loads(item["Pattern"]) for item in properties["FilterCriteria"]["Filters"]] == [{"eventName": ["INSERT"]}]
    assert "OnFailure" in properties["DestinationConfig"]
