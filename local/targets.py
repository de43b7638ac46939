"""Delivers a message to what schedules, alarms and failed stream batches point at."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from local.context import Context


class UnsupportedTargetError(Exception):
    """The target's service cannot be delivered to here."""


def deliver(context: Context, arn: str, message: str, subject: str | None = None) -> None:
    """Hand `message` to the state machine, topic or queue at `arn`; only a topic shows the subject.

    Raises UnsupportedTargetError, or the service's own error.
    """
    service = arn.split(":")[2]
    if service not in SENDERS:
        raise UnsupportedTargetError(f"{arn}: {service} cannot be a target here, only {', '.join(sorted(SENDERS))}")
    for _ in range(context.deliveries):  # AWS promises at least one
        SENDERS[service](context, arn, message, subject)


def start_execution(context: Context, arn: str, message: str, _: str | None) -> None:
    """Start an execution with the message as its input."""
    context.client("stepfunctions").start_execution(stateMachineArn=arn, name=str(uuid.uuid4()), input=message)


def publish(context: Context, arn: str, message: str, subject: str | None) -> None:
    """Publish a notification."""
    context.client("sns").publish(TopicArn=arn, Message=message, **({"Subject": subject} if subject else {}))


def send_message(context: Context, arn: str, message: str, _: str | None) -> None:
    """Put the message on the queue."""
    client = context.client("sqs")
    url = client.get_queue_url(QueueName=arn.rsplit(":", 1)[-1])["QueueUrl"]
    client.send_message(QueueUrl=url, MessageBody=message)


SENDERS: dict[str, Callable[[Context, str, str, str | None], None]] = {
    "states": start_execution,
    "sns": publish,
    "sqs": send_message,
}
