"""The policies that resources carry themselves: buckets, topics, queues and functions."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from moto.awslambda.models import lambda_backends
from moto.s3.models import s3_backends
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends

from local.context import ACCOUNT, REGION


def policy_of(resource: str) -> str | None:
    """The policy text of the resource at an ARN, if it has one."""
    service = resource.split(":")[2] if resource.startswith("arn:") else ""
    reader = READERS.get(service)
    return reader(resource) if reader else None


def of_bucket(resource: str) -> str | None:
    """A bucket's policy governs its objects too."""
    name = resource.removeprefix("arn:aws:s3:::").partition("/")[0]
    bucket = s3_backends[ACCOUNT]["aws"].buckets.get(name)
    return as_text(None if bucket is None else bucket.policy)


def of_topic(resource: str) -> str | None:
    """A topic's policy; until one is set, the account may publish, which its identity policies decide."""
    topic = sns_backends[ACCOUNT][REGION].topics.get(resource)
    return None if topic is None else as_text(topic._policy_json)


def of_queue(resource: str) -> str | None:
    """A queue's policy."""
    queue = sqs_backends[ACCOUNT][REGION].queues.get(resource.rsplit(":", 1)[-1])
    return None if queue is None else as_text(queue.policy)


def of_function(resource: str) -> str | None:
    """The statements added to the function, version or alias that the ARN names."""
    name = resource.split(":function:", 1)[-1]
    backend = lambda_backends[ACCOUNT][REGION]
    for function in backend.list_functions():
        if function.function_name != name.partition(":")[0] or function.policy is None:
            continue
        statements = [one for one in function.policy.statements if one["Resource"] in (resource, function.function_arn)]
        return json.dumps({"Statement": statements}) if statements else None
    return None


def as_text(policy: Any) -> str | None:
    """Moto keeps policies as text, as bytes or parsed."""
    if not policy:
        return None
    if isinstance(policy, bytes):
        return policy.decode()
    return policy if isinstance(policy, str) else json.dumps(policy)


READERS: dict[str, Callable[[str], str | None]] = {"s3": of_bucket, "sns": of_topic, "sqs": of_queue, "lambda": of_function}
