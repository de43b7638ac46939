"""What each deployment tells once its scoring function answers: which features it computes; at first, that nothing serves yet."""

from __future__ import annotations

from aws_cdk import CustomResource, Duration
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from cdk.components.control import MEMORY_MB
from cdk.components.function import ServiceFunction
from cdk.components.grants import allow_items
from cdk.components.layers import Layers
from cdk.components.network import Network
from cdk.components.tables import Tables
from cdk.settings import Settings

SECONDS = 60
WAITED = Duration.minutes(5)  # for an answer; CloudFormation would wait an hour


class Release(Construct):
    """A resource that CloudFormation makes by calling a function of ours with the layers of the scoring function.

    It comes after the traffic has shifted to a new version, and a deployment that is taken back tells the old version's again.
    """

    def __init__(  # noqa: PLR0913
        self,
        scope: Construct,
        id_: str,
        *,
        live: lambda_.Alias,
        settings: Settings,
        layers: Layers,
        tables: Tables,
        network: Network | None = None,
    ) -> None:
        super().__init__(scope, id_)
        self.tell = ServiceFunction(
            self,
            "Tell",
            name="control.release",
            layers=layers,
            architecture=settings.architecture,
            memory_mb=MEMORY_MB,
            timeout_seconds=SECONDS,
            environment={"CONTROL_TABLE": tables.control.table_name, "LEDGER_TABLE": tables.ledger.table_name},
            log_retention_days=settings.log_retention_days,
        )
        allow_items(self.tell.role, ["PutItem"], tables.control)
        allow_items(self.tell.role, ["ConditionCheckItem", "Query"], tables.ledger)
        if network:
            network.run_function(self.tell.function)
        told = CustomResource(
            self,
            "Told",
            resource_type="Custom::Release",
            service_token=self.tell.function.function_arn,
            service_timeout=WAITED,
            properties={"Answers": live.version.function_arn},  # another version is told anew
        )
        told.node.add_dependency(live)
