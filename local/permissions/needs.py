"""What a call needs: an action on a resource, with what conditions may ask about."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from local.context import ACCOUNT, REGION

Parameters = Mapping[str, Any]


@dataclass(frozen=True)
class Need:
    """One permission; `context` is what conditions may ask about."""

    action: str
    resource: str
    context: Mapping[str, str] = field(default_factory=dict)


Needs = Iterator[Need]
Rule = Callable[[str, Parameters], Needs]


def arn(service: str, rest: str) -> str:
    """An ARN of this account and region."""
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{rest}"


def pass_role(role: str | None, service: str) -> Needs:
    """Handing a role to a service."""
    if role:
        yield Need("iam:PassRole", role, {"iam:PassedToService": service})
