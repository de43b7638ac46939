"""What a policy says, and what whoever is refused is told."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

ACCOUNT = "123456789012"
SERVICES = [f"{name}.amazonaws.com" for name in ("lambda", "states", "sagemaker", "scheduler")]


def document(*statements):
    """A policy of statements that allow unless they say otherwise."""
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **one} for one in statements]})


def refused(call, **arguments):
    """Code and message of the answer to a call that must fail."""
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    return caught.value.response["Error"]["Code"], caught.value.response["Error"]["Message"]
