"""Types that are recorded and do nothing: the honest list of what the embedded AWS does not emulate."""

from __future__ import annotations

from collections.abc import Callable

from local.cloudformation.providers.resource import Properties, Provider, Resource


def by_name(property_name: str) -> Callable[[Resource], str]:
    """`Ref` answers the name."""
    return lambda resource: resource.name(property_name)


def by_arn(service: str, kind: str, property_name: str) -> Callable[[Resource], str]:
    """`Ref` answers an ARN."""

    def arn(resource: Resource) -> str:
        return f"arn:aws:{service}:{resource.region}:{resource.account}:{kind}/{resource.name(property_name)}"

    return arn


# Type, what Ref answers, and why nothing stands behind it.
INERT: dict[str, tuple[Callable[[Resource], str], str]] = {
    "AWS::Budgets::Budget": (by_name("BudgetName"), "nothing costs money here"),
    "AWS::CDK::Metadata": (by_name("Name"), "a note of the CDK to itself"),
    "AWS::CloudWatch::CompositeAlarm": (by_name("AlarmName"), "only metric alarms are evaluated"),
    "AWS::CodeDeploy::Application": (by_name("ApplicationName"), "aliases move at once"),
    "AWS::CodeDeploy::DeploymentConfig": (by_name("DeploymentConfigName"), "aliases move at once"),
    "AWS::CodeDeploy::DeploymentGroup": (by_name("DeploymentGroupName"), "aliases move at once"),
    "AWS::SageMaker::MlflowApp": (
        by_arn("sagemaker", "mlflow-app", "Name"),
        "jobs are given a local SQLite store in place of this ARN",
    ),
}


def inert(type_: str, reference: Callable[[Resource], str]) -> Provider:
    """A provider that only answers `Ref` and `Arn`."""

    def record(resource: Resource, _: Properties | None = None) -> None:
        answer = reference(resource)
        resource.identify(answer, Arn=answer)

    return Provider(type=type_, create=record, update=record)


PROVIDERS = tuple(inert(type_, reference) for type_, (reference, _) in INERT.items())
