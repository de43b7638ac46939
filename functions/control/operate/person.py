"""Which human an ARN stands for, so that nobody approves what he proposed.

What a caller may choose tells nobody apart. The name of a session is free to whoever assumes a role, so all sessions of a role
are one person. IAM Identity Center chooses that name itself, the user's, for its own roles, which nobody else can create or
assume; so these are told apart by it, and one user with two permission sets is still one person.
"""

from __future__ import annotations

from greenfraud.errors import UnknownCaller

SINGLE_SIGN_ON = "AWSReservedSSO_"


def person_of(arn: str) -> str:
    """Return the same text for ARNs that may be one person's.

    >>> person_of("arn:aws:sts::123456789012:assumed-role/operator/ada")
    'arn:aws:sts::123456789012:assumed-role/operator'
    >>> sso = "arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_{}/{}".format
    >>> person_of(sso("Fraud_1", "ada@example.com")) == person_of(sso("Admin_2", "ada@example.com"))
    True
    >>> person_of(sso("Fraud_1", "ada@example.com")) == person_of(sso("Fraud_1", "bob@example.com"))
    False
    >>> person_of("arn:aws:iam::123456789012:user/ada")
    'arn:aws:iam::123456789012:user/ada'
    """
    head, _, rest = arn.partition(":assumed-role/")
    if not rest:
        return arn
    role, _, session = rest.partition("/")
    return f"user of single sign-on {session.lower()}" if role.startswith(SINGLE_SIGN_ON) else f"{head}:assumed-role/{role}"


def check_nameable(arn: str) -> None:
    """Raise UnknownCaller for a federated user: who calls GetFederationToken chooses that name, and stays a user of another one."""
    if ":federated-user/" in arn:
        raise UnknownCaller("a federated user tells nobody apart: propose and approve as a user, a role or by IAM Identity Center")
