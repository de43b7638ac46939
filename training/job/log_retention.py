"""The log group that SageMaker writes every training job of the account to: it comes with the first job, and keeps everything."""

from __future__ import annotations

from training.job.bucket import client

GROUP = "/aws/sagemaker/TrainingJobs"


def limit_log_retention(days: int) -> bool:
    """Let the group forget after `days`, unless somebody chose otherwise; returns whether that was needed.

    The group is the account's, not ours: a stack that declared it could not be created where it exists already.
    """
    logs = client("logs")
    found = logs.describe_log_groups(logGroupNamePrefix=GROUP)["logGroups"]
    keeps_all = any(group["logGroupName"] == GROUP and "retentionInDays" not in group for group in found)
    if keeps_all:
        logs.put_retention_policy(logGroupName=GROUP, retentionInDays=days)
    return keeps_all
