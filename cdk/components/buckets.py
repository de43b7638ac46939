"""The lake, the artifacts, what ingestion gave up on, what is dropped, copies of the ledger, and the access logs of them all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from cdk.components.keys import of_bucket
from cdk.components.review import acknowledge

# Compaction replaces hundreds of thousands of files a day at 50 payments a second; a lost day is missed by the next night.
LAKE_VERSIONS_DAYS = 7
KEPT_DAYS = 30  # as long as a receipt: what is older cannot be told from what was counted


class Buckets(Construct):
    """Private, encrypted, TLS-only buckets that survive their stack, unless it asks otherwise."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        lake_days: Mapping[str, int],
        ledger_lock: s3.ObjectLockRetention,
        key: kms.IKey | None = None,
    ) -> None:
        super().__init__(scope, id_)
        self.key = key
        # S3 delivers access logs to no bucket with a key of ours.
        self.access_logs = _private_bucket(self, "AccessLogs", lifecycle_rules=[_expire(90)])
        acknowledge(self.access_logs, "AwsSolutions-S1", "Logging the bucket of access logs would log its own writes.")
        self.lake = _private_bucket(
            self,
            "Lake",
            key=key,
            versioned=True,  # what was merged, replaced or deleted can be brought back
            server_access_logs_bucket=self.access_logs,
            server_access_logs_prefix="lake/",
            lifecycle_rules=[
                _forget_versions(LAKE_VERSIONS_DAYS),
                *(_expire(days, prefix=prefix) for prefix, days in lake_days.items()),
            ],
        )
        self.artifacts = _private_bucket(
            self,
            "Artifacts",
            key=key,
            versioned=True,  # a bundle or checkpoint overwritten by mistake can be brought back
            server_access_logs_bucket=self.access_logs,
            server_access_logs_prefix="artifacts/",
            lifecycle_rules=[
                _forget_versions(30),
                _expire(7, prefix="spot/"),  # resume points of interrupted jobs, useless once the job ended
                _expire(30, prefix="jobs/"),  # SageMaker's own archive of what we store by name elsewhere
            ],
        )
        # Whole records of batches that the stream's retries could not mend: payments, as their receipts live.
        self.abandoned = _private_bucket(
            self,
            "Abandoned",
            key=key,
            server_access_logs_bucket=self.access_logs,
            server_access_logs_prefix="abandoned/",
            lifecycle_rules=[_expire(KEPT_DAYS)],
        )
        # What somebody drops, as it came, and the receipts: nothing that was left here stays, and its events are few.
        self.inbox = _private_bucket(
            self,
            "Inbox",
            key=key,
            server_access_logs_bucket=self.access_logs,
            server_access_logs_prefix="inbox/",
            lifecycle_rules=[_expire(KEPT_DAYS)],
        )
        _tell_of_objects(self.inbox)
        # A copy of each entry of the ledger, which nobody may overwrite or remove before its time.
        self.ledger = _private_bucket(
            self,
            "Ledger",
            key=key,
            versioned=True,
            object_lock_enabled=True,
            object_lock_default_retention=ledger_lock,
            server_access_logs_bucket=self.access_logs,
            server_access_logs_prefix="ledger/",
        )


def _private_bucket(
    scope: Construct, id_: str, *, key: kms.IKey | None = None, lifecycle_rules: Sequence[s3.LifecycleRule] = (), **props: Any
) -> s3.Bucket:
    abandoned = s3.LifecycleRule(abort_incomplete_multipart_upload_after=Duration.days(1))
    return s3.Bucket(
        scope,
        id_,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        enforce_ssl=True,
        lifecycle_rules=[abandoned, *lifecycle_rules],
        removal_policy=RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,  # a first deployment that fails leaves no name taken
        **of_bucket(key),
        **props,
    )


def _tell_of_objects(bucket: s3.Bucket) -> None:
    """Tell EventBridge of every object; the construct's own way is a custom resource."""
    cfn = bucket.node.default_child
    assert isinstance(cfn, s3.CfnBucket)
    told = s3.CfnBucket.EventBridgeConfigurationProperty(event_bridge_enabled=True)
    cfn.notification_configuration = s3.CfnBucket.NotificationConfigurationProperty(event_bridge_configuration=told)


def _forget_versions(days: int) -> s3.LifecycleRule:
    """What was deleted leaves a marker, which goes with the last version: a listing skips markers one by one."""
    return s3.LifecycleRule(noncurrent_version_expiration=Duration.days(days), expired_object_delete_marker=True)


def _expire(days: int, prefix: str | None = None) -> s3.LifecycleRule:
    return s3.LifecycleRule(expiration=Duration.days(days), prefix=prefix)
