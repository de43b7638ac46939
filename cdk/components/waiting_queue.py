"""A queue in which waits what nobody could deal with, until a person does."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from cdk.components.grants import allow
from cdk.components.keys import ENCRYPT, allow_key
from cdk.components.review import acknowledge

KEPT = Duration.days(14)  # the longest that SQS keeps a message


def waiting_queue(scope: Construct, id_: str, *, sender: iam.IRole, key: kms.IKey | None) -> sqs.Queue:
    """The queue, into which this role alone sends."""
    queue = sqs.Queue(scope, id_, encryption=sqs.QueueEncryption.SQS_MANAGED, enforce_ssl=True, retention_period=KEPT)
    acknowledge(queue, "AwsSolutions-SQS3", "This queue is a dead-letter queue.")
    allow(sender, ["sqs:SendMessage"], [queue.queue_arn])
    allow_key(sender, key, ENCRYPT, service="sqs")
    return queue
