"""Delivers a message to what rules, schedules, alarms and failed invocations may point at."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from local.context import Context

Parameters = Mapping[str, Any]
NO_PARAMETERS: Parameters = {}
UNIVERSAL = "arn:aws:scheduler:::aws-sdk:"


class UnsupportedTargetError(Exception):
    """The target's service is not emulated here."""


def deliver(context: Context, arn: str, message: str, parameters: Parameters = NO_PARAMETERS) -> None:
    """Hand `message` to the function, state machine, topic, queue or bus at `arn`.

    `parameters` are the target's own, such as SqsParameters. Raises UnsupportedTargetError, or the service's own error.
    """
    if arn.startswith(UNIVERSAL):
        call_any_service(context, arn, message)
        return
    service = arn.split(":")[2]
    if service not in SENDERS:
        raise UnsupportedTargetError(f"{arn}: {service} cannot be a target here, only {', '.join(sorted(SENDERS))}")
    SENDERS[service](context, arn, message, parameters)


def call_any_service(context: Context, arn: str, message: str) -> None:
    """Scheduler's universal target: any API operation, its parameters being the message."""
    service, operation = arn.removeprefix(UNIVERSAL).split(":")
    client = context.client({"sfn": "stepfunctions"}.get(service, service))
    given = json.loads(message or "{}")
    names = {name.lower(): name for name in client.meta.service_model.operation_names}
    shape = client.meta.service_model.operation_model(names[operation.lower()]).input_shape
    members = {name.lower(): name for name in shape.members}
    python_name = {api: python for python, api in client.meta.method_to_api_mapping.items()}[names[operation.lower()]]
    getattr(client, python_name)(**{members.get(name.lower(), name): value for name, value in given.items()})


def invoke_function(context: Context, arn: str, message: str, _: Parameters) -> None:
    """An asynchronous invocation."""
    context.client("lambda").invoke(FunctionName=arn, InvocationType="Event", Payload=message.encode())


def start_execution(context: Context, arn: str, message: str, _: Parameters) -> None:
    """A new execution, named as EventBridge names it: event id and target id."""
    name = f"{uuid.uuid4()}_{uuid.uuid4()}"
    context.client("stepfunctions").start_execution(stateMachineArn=arn, name=name, input=message)


def publish(context: Context, arn: str, message: str, parameters: Parameters) -> None:
    """A notification; `Subject` may be among the parameters."""
    subject = {name: parameters[name] for name in ("Subject",) if name in parameters}
    context.client("sns").publish(TopicArn=arn, Message=message, **subject)


def send_message(context: Context, arn: str, message: str, parameters: Parameters) -> None:
    """A message on the queue."""
    client = context.client("sqs")
    url = client.get_queue_url(QueueName=arn.rsplit(":", 1)[-1])["QueueUrl"]
    client.send_message(QueueUrl=url, MessageBody=message, **parameters.get("SqsParameters", {}))


def put_event(context: Context, arn: str, message: str, _: Parameters) -> None:
    """The same event on another bus."""
    event = json.loads(message)
    entry = {"Source": event["source"], "DetailType": event["detail-type"], "Detail": json.dumps(event["detail"])}
    context.client("events").put_events(Entries=[entry | {"EventBusName": arn.rsplit("/", 1)[-1]}])


SENDERS: dict[str, Callable[[Context, str, str, Parameters], None]] = {
    "lambda": invoke_function,
    "states": start_execution,
    "sns": publish,
    "sqs": send_message,
    "events": put_event,
}
