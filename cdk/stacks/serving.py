"""Answering: the API, the scoring function behind its live alias, the ingestion of what it decided, and who is told."""

from __future__ import annotations

from typing import Any, cast

from aws_cdk import CfnOutput, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_codedeploy as codedeploy
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from cdk.components.alerts import alarm
from cdk.components.control import operate_function
from cdk.components.function import ServiceFunction
from cdk.components.granted import granted
from cdk.components.grants import allow, allow_items, allow_listing, allow_objects
from cdk.components.guard import Guard
from cdk.components.ingestion import Ingestion
from cdk.components.layers import Layers
from cdk.components.network import Network
from cdk.components.notification import Notification
from cdk.components.release import Release
from cdk.components.review import acknowledge
from cdk.components.score_alarms import ScoreAlarms
from cdk.components.scoring_api import ScoringApi
from cdk.settings import Settings
from cdk.stacks.data import DataStack

RATES_KEY = "rates/rates.csv"


class ServingStack(Stack):
    """Scores transactions and keeps the online state up to date."""

    def __init__(
        self, scope: Construct, id_: str, *, settings: Settings, data: DataStack, network: Network | None = None, **stack: Any
    ) -> None:
        super().__init__(scope, id_, **stack)
        self._settings, self._data, self._network = settings, data, network
        self._layers = Layers(self, "Layers", architecture=settings.architecture)
        self.score = self._score()
        self.ingest = self._ingest()
        self.operate = operate_function(
            self,
            "Operate",
            settings=settings,
            layers=self._layers,
            buckets=data.buckets,
            tables=data.tables,
            id_key=data.id_key,
            network=network,
        )
        self.live = lambda_.Alias(self, "Live", alias_name="live", version=self.score.function.current_version)
        self.release = Release(
            self, "Release", live=self.live, settings=settings, layers=self._layers, tables=data.tables, network=network
        )
        self.http = ScoringApi(
            self,
            "Http",
            target=self.live,
            operate=self.operate.function,
            requests_per_second=settings.score_requests_per_second,
            burst=settings.score_burst,
            log_retention_days=settings.log_retention_days,
        )
        self.ingestion = Ingestion(
            self,
            "Ingestion",
            table=data.tables.decisions,
            function=self.ingest.function,
            abandoned=data.buckets.abandoned,
            topic=data.alerts.topic,
            key=data.key,
        )
        self.notification = Notification(
            self,
            "Notification",
            settings=settings,
            layers=self._layers,
            tables=data.tables,
            abandoned=data.buckets.abandoned,
            topic=data.alerts.topic,
            key=data.key,
            network=network,
        )
        self.watch = ScoreAlarms(
            self, "Watch", http=self.http, function=self.score.function, topic=data.alerts.topic, settings=settings
        )
        self.guard = Guard(
            self,
            "Guard",
            settings=settings,
            layers=self._layers,
            buckets=data.buckets,
            tables=data.tables,
            topic=data.alerts.topic,
            of_production=self.watch.of_answers,
            network=network,
        )
        self.alarms = [*self.watch.all, *self.guard.alarms, self._expensive()]
        self._shift_traffic()
        for output, value in self._outputs().items():
            CfnOutput(self, output, value=value)

    def _outputs(self) -> dict[str, str]:
        return {
            "ApiUrl": self.http.api.api_endpoint,
            "ApiId": self.http.api.api_id,
            "ScoreFunction": self.score.function.function_name,
            "IngestFunction": self.ingest.function.function_name,
            "RejectedQueueUrl": self.ingestion.rejected.queue_url,
            "NotifyFunction": self.notification.notify.function.function_name,
            "UntoldQueueUrl": self.notification.untold.queue_url,
            "EventBus": self.notification.bus.event_bus_name,
            **(self.notification.webhook.outputs if self.notification.webhook else {}),
        }

    def _score(self) -> ServiceFunction:
        tables, artifacts = self._data.tables, self._data.buckets.artifacts
        score = self._function(
            "Score",
            "score",
            self._settings.score_memory_mb,
            10,
            {
                "CONTROL_TABLE": tables.control.table_name,
                "CUSTOMER_TABLE": tables.customer.table_name,
                "TERMINAL_TABLE": tables.terminal.table_name,
                "DECISIONS_TABLE": tables.decisions.table_name,
                "ARTIFACTS_BUCKET": artifacts.bucket_name,
                "DYNAMODB_CLIENT": self._settings.score_dynamodb_client,
                "CURRENCY": self._settings.currency,
                "REVIEW_ABOVE": str(self._settings.review_above),
                "EXPLORATION_SHARE": str(self._settings.exploration_share),
                "EXPLORATION_LIMIT_MINOR": str(self._settings.exploration_limit_minor),
                "ID_TOKENS": self._data.id_tokens,
            },
        )
        if reserved := self._settings.score_reserved_concurrency:
            cast("lambda_.CfnFunction", score.function.node.default_child).reserved_concurrent_executions = reserved
        allow_listing(score.role, artifacts)
        allow_objects(score.role, artifacts, ["s3:GetObject"], "models/", "policies/", RATES_KEY)
        allow_items(score.role, ["BatchGetItem"], tables.control, *tables.states)
        allow_items(score.role, ["BatchGetItem", "GetItem", "PutItem", "Query", "UpdateItem"], tables.decisions)
        by_day = f"{tables.decisions.table_arn}/index/by_day"
        allow(score.role, ["dynamodb:Query"], [by_day])
        if self._data.id_key:
            self._data.id_key.allow_read(score.role)
        return score

    def _ingest(self) -> ServiceFunction:
        tables, lake = self._data.tables, self._data.buckets.lake
        ingest = self._function(
            "Ingest",
            "ingest",
            512,
            60,
            {
                "CUSTOMER_TABLE": tables.customer.table_name,
                "TERMINAL_TABLE": tables.terminal.table_name,
                "RECEIPTS_TABLE": tables.receipts.table_name,
                "LAKE_BUCKET": lake.bucket_name,
            },
        )
        allow_items(ingest.role, ["BatchGetItem", "PutItem"], *tables.states, tables.receipts)
        allow_objects(ingest.role, lake, ["s3:PutObject"], "transactions/", "labels/", "releases/", "decisions/", "emissions/")
        return ingest

    def _function(self, id_: str, name: str, memory_mb: int, timeout_seconds: int, environment: dict[str, str]) -> ServiceFunction:
        settings = self._settings
        footprint = {"GRID_INTENSITY_G_PER_KWH": str(settings.grid_intensity_g_per_kwh), "PUE": str(settings.pue)}
        service = ServiceFunction(
            self,
            id_,
            name=name,
            layers=self._layers,
            architecture=settings.architecture,
            memory_mb=memory_mb,
            timeout_seconds=timeout_seconds,
            environment={**environment, **footprint},
            log_retention_days=settings.log_retention_days,
        )
        if self._network:
            self._network.run_function(service.function)
        return service

    def _expensive(self) -> cloudwatch.Alarm:
        requests = self._settings.requests_a_day
        return alarm(
            self,
            "RequestsExpensive",
            metric=self.http.requests(minutes=24 * 60),
            above=requests,
            why=f"More than {requests} requests in a day: each costs, whoever sends it.",
            topic=self._data.alerts.topic,
        )

    def _shift_traffic(self) -> None:
        """A new version takes a tenth of the traffic for five minutes and goes back when too many answers are bad."""
        group = codedeploy.LambdaDeploymentGroup(
            self,
            "Deployment",
            alias=self.live,
            deployment_config=codedeploy.LambdaDeploymentConfig.CANARY_10_PERCENT_5_MINUTES,
            alarms=self.watch.of_shares,
        )
        granted(group.role, ["policy:AWSCodeDeployRoleForLambdaLimited"], ["*"])
        managed = "arn:<AWS::Partition>:iam::aws:policy/service-role/AWSCodeDeployRoleForLambdaLimited"
        acknowledge(group, f"AwsSolutions-IAM4[Policy::{managed}]", "AWS keeps it to what shifting an alias needs.")
