"""How CloudFormation is told what became of its request: by a PUT to the address that it gave, or it waits until it gives up.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref-responses.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.request import Request, urlopen

SECONDS = 10.0
MOST_REASON = 1_000  # characters; the whole answer may have 4,096 bytes


class UnansweredError(Exception):
    """CloudFormation was not reached; Lambda tries an event that ends so again."""


def answer(event: Mapping[str, Any], physical_id: str, failure: str | None = None) -> None:
    """Tell success, or the failure's reason. Raises UnansweredError."""
    body = {
        "Status": "FAILED" if failure else "SUCCESS",
        "Reason": (failure or "")[:MOST_REASON],
        "PhysicalResourceId": physical_id,
        **{name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")},
    }
    # The content type is left empty, as it was signed.
    request = Request(event["ResponseURL"], json.dumps(body).encode(), {"Content-Type": ""}, method="PUT")  # noqa: S310
    try:
        urlopen(request, timeout=SECONDS).close()  # noqa: S310  an address of CloudFormation's own
    except (OSError, ValueError) as error:  # of HTTP, of the connection, or no address
        raise UnansweredError(type(error).__name__) from None  # the address is a secret
