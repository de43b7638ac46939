"""Whose word counts where two people must agree; which human an ARN stands for says greenfraud.callers."""

from __future__ import annotations

from greenfraud.errors import UnknownCaller


def check_nameable(arn: str) -> None:
    """Raise UnknownCaller for a federated user: who calls GetFederationToken chooses that name, and stays a user of another one."""
    if ":federated-user/" in arn:
        raise UnknownCaller("a federated user tells nobody apart: propose and approve as a user, a role or by IAM Identity Center")
