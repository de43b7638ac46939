"""The HTTP API in front of the functions that score and operate: health open, everything else signed."""

from __future__ import annotations

import json
from typing import cast

from aws_cdk import Duration
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_apigatewayv2_authorizers as authorizers
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from cdk.components.alerts import NAMESPACE
from cdk.components.function import log_group
from cdk.components.granted import granted
from cdk.components.review import acknowledge

# Who asked what and how it went; never a body, which carries customers' ids.
ACCESS_LOG = {
    "requestId": "$context.requestId",
    "time": "$context.requestTime",
    "caller": "$context.identity.userArn",
    "route": "$context.routeKey",
    "status": "$context.status",
    "latencyMs": "$context.responseLatency",
    "integrationError": "$context.integrationErrorMessage",
}

# What a person may ask of production; the caller's ARN, which API Gateway alone can tell, is the ledger's actor.
OPERATIONS = {
    "/v1/production": apigateway.HttpMethod.GET,
    "/v1/production/promote": apigateway.HttpMethod.POST,
    "/v1/production/rollback": apigateway.HttpMethod.POST,
    "/v1/production/shadow": apigateway.HttpMethod.POST,
    "/v1/production/canary": apigateway.HttpMethod.POST,
    "/v1/production/policy": apigateway.HttpMethod.POST,
    "/v1/production/policy/undo": apigateway.HttpMethod.POST,
    "/v1/emergency/production/promote": apigateway.HttpMethod.POST,
    "/v1/emergency/production/rollback": apigateway.HttpMethod.POST,
    "/v1/emergency/production/canary": apigateway.HttpMethod.POST,
    "/v1/emergency/production/policy": apigateway.HttpMethod.POST,
    "/v1/emergency/production/policy/undo": apigateway.HttpMethod.POST,
    "/v1/proposals": apigateway.HttpMethod.GET,
    "/v1/proposals/{number}/approve": apigateway.HttpMethod.POST,
    "/v1/proposals/{number}/withdraw": apigateway.HttpMethod.POST,
}
# A balancer or a page asks every few seconds; each instance of the function remembers what it said.
OPEN_REQUESTS_PER_SECOND, OPEN_BURST = 5, 10


class ScoringApi(Construct):
    """Routes of the API; IAM signs every call but the health check."""

    def __init__(  # noqa: PLR0913
        self,
        scope: Construct,
        id_: str,
        *,
        target: lambda_.IFunction,
        operate: lambda_.IFunction,
        requests_per_second: int,
        burst: int,
        log_retention_days: int,
    ) -> None:
        super().__init__(scope, id_)
        integration = integrations.HttpLambdaIntegration("Score", target)
        self.api = apigateway.HttpApi(
            self,
            "Api",
            api_name="greenfraud",
            create_default_stage=False,
            # Signed unless a route says otherwise; what no route names gets the application's own 404.
            default_integration=integration,
            default_authorizer=authorizers.HttpIamAuthorizer(),
        )
        granted(self.api, ["lambda:InvokeFunction"], [target.function_arn, operate.function_arn])  # by each route
        health = self._add_routes(integration)
        self._add_operations(integrations.HttpLambdaIntegration("Operate", operate))
        self.access_logs = log_group(self, "AccessLogs", retention_days=log_retention_days)
        self.stage = apigateway.HttpStage(
            self,
            "Stage",
            http_api=self.api,
            stage_name="$default",
            auto_deploy=True,
            throttle=apigateway.ThrottleSettings(rate_limit=requests_per_second, burst_limit=burst),
        )
        self._log_access()
        self.refused = self._refused()
        self._throttle(health)

    def _add_routes(self, integration: apigateway.HttpRouteIntegration) -> list[apigateway.HttpRoute]:
        self.api.add_routes(path="/v1/{proxy+}", methods=[apigateway.HttpMethod.ANY], integration=integration)
        health = self.api.add_routes(
            path="/health",
            methods=[apigateway.HttpMethod.GET],
            integration=integration,
            authorizer=apigateway.HttpNoneAuthorizer(),
        )
        for route in health:
            acknowledge(route, "AwsSolutions-APIG4", "Health tells nothing but that the service is up.")
        return list(health)

    def _add_operations(self, integration: apigateway.HttpRouteIntegration) -> None:
        """Exact paths, which go before the scoring function's: each is a permission of its own, by method and path."""
        for path, method in OPERATIONS.items():
            self.api.add_routes(path=path, methods=[method], integration=integration)

    def _log_access(self) -> None:
        stage = cast("apigateway.CfnStage", self.stage.node.default_child)
        stage.access_log_settings = apigateway.CfnStage.AccessLogSettingsProperty(
            destination_arn=self.access_logs.log_group_arn, format=json.dumps(ACCESS_LOG)
        )

    def _refused(self) -> cloudwatch.Metric:
        """Answers of 429 in five minutes: the API counts them among all of 400 and above, so they are taken from its access log."""
        refused = self.access_logs.add_metric_filter(
            "Refused",
            filter_pattern=logs.FilterPattern.string_value("$.status", "=", "429"),
            metric_namespace=NAMESPACE,
            metric_name="RefusedRequests",
        )
        return refused.metric(statistic="Sum", period=Duration.minutes(5))

    def server_errors(self, *, minutes: int = 1) -> cloudwatch.Metric:
        """Answers of 500 and above."""
        return self.api.metric_server_error(period=Duration.minutes(minutes), statistic="Sum")

    def requests(self, *, minutes: int = 1) -> cloudwatch.Metric:
        """All requests."""
        return self.api.metric_count(period=Duration.minutes(minutes), statistic="Sum")

    def latency(self) -> cloudwatch.Metric:
        """What a hundredth of the answers of five minutes took longer than, in ms, as their callers see it: cold starts count."""
        return self.api.metric_latency(period=Duration.minutes(5), statistic="p99")

    def _throttle(self, open_routes: list[apigateway.HttpRoute]) -> None:
        """What anybody may ask takes nothing from what callers are let through."""
        limits = {"ThrottlingRateLimit": OPEN_REQUESTS_PER_SECOND, "ThrottlingBurstLimit": OPEN_BURST}
        stage = cast("apigateway.CfnStage", self.stage.node.default_child)
        stage.route_settings = {f"GET {route.path}": limits for route in open_routes}
        self.stage.node.add_dependency(*open_routes)  # settings of a route that is not there yet are refused
