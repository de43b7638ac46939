"""Who asks: as API Gateway verified it, and which human that may be.

What a caller may choose tells nobody apart. The name of a session is free to whoever assumes a role, so all sessions of a role
are one person. IAM Identity Center chooses that name itself, the user's, for its own roles, which nobody else can create or
assume; so these are told apart by it, and one user with two permission sets is still one person.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from greenfraud.errors import UnknownCaller

SINGLE_SIGN_ON = "AWSReservedSSO_"
Event = Mapping[str, Any]


def caller_of(event: Event) -> str:
    """Return the ARN of who signed the request, as API Gateway verified it. Raises UnknownCaller where it says nothing of that."""
    found: Any = event
    for name in ("requestContext", "authorizer", "iam", "userArn"):
        found = found.get(name) if isinstance(found, Mapping) else None
    if not isinstance(found, str) or not found:
        raise UnknownCaller(
            "who asks is not known: sign the request (Signature Version 4, service execute-api) and send it to the API"
        )
    return found


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


def name_of(arn: str) -> str:
    """Return what colleagues call a caller: as short as an ARN allows.

    >>> [name_of(f"arn:aws:iam::123456789012:{one}") for one in ("user/fraud/ada", "root")]
    ['ada', 'root']
    >>> name_of("arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Fraud_1/Ada@example.com")
    'ada@example.com'
    >>> name_of("arn:aws:sts::123456789012:assumed-role/analyst/ada")
    'analyst/ada'
    """
    _, _, rest = arn.partition(":assumed-role/")
    if not rest:
        return arn.rpartition(":")[2].rpartition("/")[2]
    role, _, session = rest.partition("/")
    return session.lower() if role.startswith(SINGLE_SIGN_ON) else rest
