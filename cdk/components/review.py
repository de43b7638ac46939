"""The security review every synthesis passes: AWS Solutions rules, and the findings we accept, each with its reason."""

from __future__ import annotations

from typing import Any

from aws_cdk import Acknowledgment, App, Stack, Validations
from cdk_nag import AwsSolutionsChecks
from constructs import IConstruct


def review(app: App) -> None:
    """Makes synthesis fail on any finding that is not acknowledged."""
    Validations.of(app).add_plugins(AwsSolutionsChecks(app, verbose=True))


def acknowledge(construct: IConstruct, rule: str, reason: str) -> None:
    """Accepts one finding on one construct and what is below it; the reason stays with the code that causes it."""
    Validations.of(construct).acknowledge(Acknowledgment(id=rule, reason=reason))


def finding(scope: IConstruct, arn: str) -> str:
    """An ARN as the review spells it: references to resources as `<Name>` or `<Name.Attribute>`."""
    return _spelled(Stack.of(scope).resolve(arn))


def _spelled(value: Any) -> str:
    match value:
        case str():
            return value
        case {"Fn::Join": [separator, parts]}:
            return str(separator).join(_spelled(part) for part in parts)
        case {"Ref": name}:
            return f"<{name}>"
        case {"Fn::GetAtt": [name, attribute]}:
            return f"<{name}.{attribute}>"
        case {"Fn::ImportValue": export}:
            return str(export)
    raise ValueError(f"the review has no spelling for {value}")
