"""What outlives every deployment: the lake, the artifacts, the tables, and where alarms report to."""

from __future__ import annotations

from typing import Any

from aws_cdk import CfnOutput, Duration, RemovalPolicies, RemovalPolicy, Stack
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from cdk.components.alerts import Alerts
from cdk.components.buckets import Buckets
from cdk.components.id_key import OFF, IdKey
from cdk.components.keys import Keys
from cdk.components.tables import Tables
from cdk.components.tracking import Tracking
from cdk.settings import Settings

# What `cdk deploy` prints of the data's fate, before anybody destroys anything.
KEPT = "kept: cdk destroy leaves buckets, tables and the MLflow App behind; docs/deploy.md tells how to delete or bring them back"
DELETED = "deleted: cdk destroy takes the MLflow App, tables, and buckets that are empty, with it (retain_data is false)"


class DataStack(Stack):
    """Buckets, tables and the MLflow App; CloudFormation deletes nothing of it unless `retain_data` is false."""

    def __init__(self, scope: Construct, id_: str, *, settings: Settings, **stack: Any) -> None:
        super().__init__(scope, id_, **stack)
        self._retains, self._currency, self._stage = settings.retain_data, settings.currency, settings.stage
        self.key = Keys(self, "Keys").key if settings.own_keys else None
        self.buckets = Buckets(self, "Buckets", lake_days=settings.lake_days, ledger_lock=_lock(settings), key=self.key)
        self.tables = Tables(self, "Tables", key=self.key)
        self.id_key = IdKey(self, "IdKey", key=self.key) if settings.tokenise_ids else None
        self.alerts = Alerts(self, "Alerts")
        if settings.alarm_email:
            self.alerts.topic.add_subscription(subscriptions.EmailSubscription(settings.alarm_email))
        self.tracking = Tracking(self, "Tracking", artifacts=self.buckets.artifacts)
        if not self._retains:
            RemovalPolicies.of(self).destroy()
            if settings.ledger_lock == "compliance":  # nobody can delete what it holds: the stack would not go either
                self.buckets.ledger.apply_removal_policy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
        for output, value in self._outputs().items():
            CfnOutput(self, output, value=value)

    @property
    def id_tokens(self) -> str:
        """Where the key of the tokens is, or off."""
        return self.id_key.arn if self.id_key else OFF

    def _outputs(self) -> dict[str, str]:
        return {
            "LakeBucket": self.buckets.lake.bucket_name,
            "ArtifactsBucket": self.buckets.artifacts.bucket_name,
            "AbandonedBucket": self.buckets.abandoned.bucket_name,
            "InboxBucket": self.buckets.inbox.bucket_name,
            "LedgerBucket": self.buckets.ledger.bucket_name,
            "AccessLogsBucket": self.buckets.access_logs.bucket_name,
            "ControlTable": self.tables.control.table_name,
            "LedgerTable": self.tables.ledger.table_name,
            "LineageTable": self.tables.lineage.table_name,
            "LeasesTable": self.tables.leases.table_name,
            "DecisionsTable": self.tables.decisions.table_name,
            "ReceiptsTable": self.tables.receipts.table_name,
            "CustomerTable": self.tables.customer.table_name,
            "TerminalTable": self.tables.terminal.table_name,
            "IdTokens": self.id_tokens,
            "MlflowTrackingUri": self.tracking.uri,
            "AlertTopicArn": self.alerts.topic.topic_arn,
            "Currency": self._currency,
            "Stage": self._stage,
            "DataOnDestroy": KEPT if self._retains else DELETED,
        }


def _lock(settings: Settings) -> s3.ObjectLockRetention:
    lock = {"governance": s3.ObjectLockRetention.governance, "compliance": s3.ObjectLockRetention.compliance}
    return lock[settings.ledger_lock](Duration.days(settings.keep_ledger_days))
