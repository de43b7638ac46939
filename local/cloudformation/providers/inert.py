"""Types that are recorded and do nothing: the honest list of what the embedded AWS does not emulate."""

from __future__ import annotations

from local.cloudformation.providers.resource import Properties, Provider, Resource
from local.context import ACCOUNT, REGION

# Type, the property that names it, the prefix of the ARN that `Ref` answers (none: the name), why nothing stands behind it.
INERT = {
    "AWS::CodeDeploy::Application": ("ApplicationName", "", "aliases move at once"),
    "AWS::CodeDeploy::DeploymentGroup": ("DeploymentGroupName", "", "aliases move at once"),
    "AWS::KMS::Alias": ("AliasName", "", "nothing is encrypted here"),
    "AWS::KMS::Key": ("KeyId", f"arn:aws:kms:{REGION}:{ACCOUNT}:key/", "nothing is encrypted here"),
    "AWS::SageMaker::MlflowApp": (
        "Name",
        f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:mlflow-app/",
        "jobs are given a local SQLite store in place of this ARN",
    ),
}


def record(resource: Resource, _: Properties | None = None) -> None:
    """Answer `Ref` and `Arn`, and nothing else."""
    named_by, prefix, _why = INERT[resource.type]
    answer = prefix + resource.name(named_by)
    resource.identify(answer, Arn=answer)


def adopt(resource: Resource, identifier: dict[str, str]) -> None:
    """Answer as what is named would."""
    (answer,) = identifier.values()
    resource.identify(answer, Arn=answer)


PROVIDERS = tuple(Provider(type_, record, record, adopt=adopt) for type_ in INERT)
