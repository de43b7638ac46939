"""Delivers a message to what schedules, alarms and failed stream batches point at."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from local.context import Context
from local.permissions.callers import Caller
from local.permissions.decision import check
from local.permissions.needs import Need


class UnsupportedTargetError(Exception):
    """The target's service cannot be delivered to here."""


def deliver(  # noqa: PLR0913 - what is delivered, by whom, and in whose name
    context: Context, arn: str, message: str, *, caller: Caller, source_arn: str, subject: str | None = None
) -> None:
    """Hand `message` to the function, state machine, topic or queue at `arn`; only a topic shows the subject.

    The caller delivers on behalf of what is at `source_arn`, which policies may ask about. Raises AccessDeniedError,
    UnsupportedTargetError, or the service's own error.
    """
    service = arn.split(":")[2]
    if service not in SENDERS:
        raise UnsupportedTargetError(f"{arn}: {service} cannot be a target here, only {', '.join(sorted(SENDERS))}")
    check(caller, Need(ACTIONS[service], arn, {"aws:SourceArn": source_arn}))
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


def invoke(context: Context, arn: str, message: str, _: str | None) -> None:
    """Call the function with the message as its event. AWS hands it over and tries again what fails; here it is tried once."""
    context.client("lambda").invoke(FunctionName=arn, Payload=message.encode())


ACTIONS = {"lambda": "lambda:InvokeFunction", "states": "states:StartExecution", "sns": "sns:Publish", "sqs": "sqs:SendMessage"}
SENDERS: dict[str, Callable[[Context, str, str, str | None], None]] = {
    "lambda": invoke,
    "states": start_execution,
    "sns": publish,
    "sqs": send_message,
}
