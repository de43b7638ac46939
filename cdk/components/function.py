"""A Lambda function of ours: its own code, its own log group, its own role, and nothing it did not ask for."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import Duration, IgnoreMode, RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from cdk.components.grants import allow
from cdk.components.layers import RUNTIME, Layers, lambda_architecture
from cdk.components.review import acknowledge
from cdk.components.source import ROOT, only

RETENTION = {
    7: logs.RetentionDays.ONE_WEEK,
    30: logs.RetentionDays.ONE_MONTH,
    90: logs.RetentionDays.THREE_MONTHS,
    365: logs.RetentionDays.ONE_YEAR,
}


class ServiceFunction(Construct):
    """A package below `functions` as a Lambda function that may write its own logs and no more until granted."""

    def __init__(  # noqa: PLR0913
        self,
        scope: Construct,
        id_: str,
        *,
        name: str,
        layers: Layers,
        architecture: str,
        memory_mb: int,
        timeout_seconds: int,
        environment: Mapping[str, str],
        log_retention_days: int,
    ) -> None:
        super().__init__(scope, id_)
        self.log_group = log_group(self, "Logs", retention_days=log_retention_days)
        self.role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        allow(self.role, ["logs:CreateLogStream", "logs:PutLogEvents"], [self.log_group.log_group_arn])
        self.function = lambda_.Function(
            self,
            "Function",
            runtime=RUNTIME,
            architecture=lambda_architecture(architecture),
            handler=f"functions.{name}.handler.handler",
            code=function_code(name.partition(".")[0]),
            layers=layers.all,
            memory_size=memory_mb,
            timeout=Duration.seconds(timeout_seconds),
            environment=dict(environment),
            role=self.role,
            log_group=self.log_group,
            logging_format=lambda_.LoggingFormat.JSON,
        )

        # The pinned wheels of the runtime layer are proven on 3.13; the newest runtime follows when they are.
        acknowledge(self.function, "AwsSolutions-L1", "python3.13 is supported until 2029 and what the layer is for.")


def function_code(name: str) -> lambda_.Code:
    """The function's folder under its real package path, so that imports are the same here and in Lambda."""
    return lambda_.Code.from_asset(
        str(ROOT), exclude=only("functions/__init__.py", f"functions/{name}/"), ignore_mode=IgnoreMode.GIT
    )


def log_group(scope: Construct, id_: str, *, retention_days: int, name: str | None = None) -> logs.LogGroup:
    """A log group that forgets after `retention_days` and goes with its stack."""
    return logs.LogGroup(
        scope,
        id_,
        log_group_name=name,
        retention=RETENTION[retention_days],
        removal_policy=RemovalPolicy.DESTROY,
    )
