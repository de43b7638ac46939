"""Bucket policies that demand TLS: moto takes a Deny whose condition it cannot evaluate as denying everything."""

from __future__ import annotations

import json
from typing import Any

from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.s3.models import FakeBucket

from local.context import Context
from local.patches import replace


def install(_: Context) -> None:
    """Evaluate a bucket's policy without its TLS-only statements: here every request is plain HTTP on the loopback."""
    replace(FakeBucket, "get_permission", get_permission)


def get_permission(self: FakeBucket, action: str, resource: str) -> Any:
    """Replaces `FakeBucket.get_permission`."""
    policy = json.loads(self.policy) if self.policy is not None else {"Statement": []}
    policy["Statement"] = [statement for statement in policy["Statement"] if not demands_tls(statement)]
    if not policy["Statement"]:
        return PermissionResult.NEUTRAL
    return IAMPolicy(json.dumps(policy)).is_action_permitted(action, resource)


def demands_tls(statement: dict[str, Any]) -> bool:
    """Whether a statement denies what does not come over TLS."""
    return statement.get("Effect") == "Deny" and "aws:SecureTransport" in json.dumps(statement.get("Condition", {}))
