"""How CloudFormation is told what became of its request: by a PUT to the address that it gave, or it waits for an hour.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import urllib3

SECONDS = 5.0
ATTEMPTS = 3
MOST_REASON = 1_000  # characters; the whole answer may have 4,096 bytes
OK = 200


class UnansweredError(Exception):
    """CloudFormation was not reached; the runtime tries the whole request again."""


def answer(event: Mapping[str, Any], physical_id: str, failure: str | None = None) -> None:
    """Tell success, or the failure's reason. Raises UnansweredError."""
    body = {
        "Status": "FAILED" if failure else "SUCCESS",
        "Reason": (failure or "")[:MOST_REASON],
        "PhysicalResourceId": physical_id,
        **{name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")},
    }
    pool = urllib3.PoolManager(timeout=SECONDS, retries=ATTEMPTS)
    try:
        response = pool.request("PUT", event["ResponseURL"], body=json.dumps(body).encode())  # no content type: none was signed
    except urllib3.exceptions.HTTPError as error:
        raise UnansweredError(type(error).__name__) from None  # the address is a secret
    if response.status != OK:
        raise UnansweredError(f"status {response.status}")
