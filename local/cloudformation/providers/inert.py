"""Types that are recorded and do nothing: the honest list of what the embedded AWS does not emulate."""

from __future__ import annotations

from local.cloudformation.providers.resource import Properties, Provider, Resource
from local.context import ACCOUNT, REGION

NO_NETWORK = "everything runs on this machine"
# Type, the property that names it, the prefix of the ARN that `Ref` answers (none: the name), why nothing stands behind it.
INERT = {
    "AWS::CodeDeploy::Application": ("ApplicationName", "", "aliases move at once"),
    "AWS::CodeDeploy::DeploymentGroup": ("DeploymentGroupName", "", "aliases move at once"),
    "AWS::EC2::FlowLog": ("Id", "", NO_NETWORK),
    "AWS::EC2::RouteTable": ("RouteTableId", "", NO_NETWORK),
    "AWS::EC2::SecurityGroup": ("GroupName", "", NO_NETWORK),
    "AWS::EC2::SecurityGroupIngress": ("Id", "", NO_NETWORK),
    "AWS::EC2::Subnet": ("SubnetId", "", NO_NETWORK),
    "AWS::EC2::SubnetRouteTableAssociation": ("Id", "", NO_NETWORK),
    "AWS::EC2::VPC": ("VpcId", "", NO_NETWORK),
    "AWS::EC2::VPCEndpoint": ("Id", "", NO_NETWORK),
    "AWS::KMS::Alias": ("AliasName", "", "nothing is encrypted here"),
    "AWS::KMS::Key": ("KeyId", f"arn:aws:kms:{REGION}:{ACCOUNT}:key/", "nothing is encrypted here"),
    "AWS::SageMaker::MlflowApp": (
        "Name",
        f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:mlflow-app/",
        "jobs are given a local SQLite store in place of this ARN",
    ),
}


def record(resource: Resource, _: Properties | None = None) -> None:
    """Answer `Ref`, `Arn` and a security group's `GroupId`, and nothing else."""
    named_by, prefix, _why = INERT[resource.type]
    answer = prefix + resource.name(named_by)
    resource.identify(answer, Arn=answer, GroupId=answer)


def adopt(resource: Resource, identifier: dict[str, str]) -> None:
    """Answer as what is named would."""
    (answer,) = identifier.values()
    resource.identify(answer, Arn=answer)


PROVIDERS = tuple(Provider(type_, record, record, adopt=adopt) for type_ in INERT)
