"""What outlives every deployment: the lake, the artifacts, the tables, and where alarms report to."""

from __future__ import annotations

from typing import Any

from aws_cdk import CfnOutput, Stack
from constructs import Construct

from cdk.components.alerts import Alerts
from cdk.components.buckets import Buckets
from cdk.components.tables import Tables


class DataStack(Stack):
    """Buckets and tables; nothing in here is ever deleted by CloudFormation."""

    def __init__(self, scope: Construct, id_: str, **stack: Any) -> None:
        super().__init__(scope, id_, **stack)
        self.buckets = Buckets(self, "Buckets")
        self.tables = Tables(self, "Tables")
        self.alerts = Alerts(self, "Alerts")
        for output, value in self._outputs().items():
            CfnOutput(self, output, value=value)

    def _outputs(self) -> dict[str, str]:
        return {
            "LakeBucket": self.buckets.lake.bucket_name,
            "ArtifactsBucket": self.buckets.artifacts.bucket_name,
            "ControlTable": self.tables.control.table_name,
            "LedgerTable": self.tables.ledger.table_name,
            "LineageTable": self.tables.lineage.table_name,
            "DecisionsTable": self.tables.decisions.table_name,
            "ReceiptsTable": self.tables.receipts.table_name,
            "CustomerTable": self.tables.customer.table_name,
            "TerminalTable": self.tables.terminal.table_name,
            "AlertTopicArn": self.alerts.topic.topic_arn,
        }
