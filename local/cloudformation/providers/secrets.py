"""Secrets of Secrets Manager: generated once, and the same again after a restart."""

from __future__ import annotations

from local.cloudformation.providers.resource import Properties, Provider, Resource
from local.tables.state import kept_secret


def create_secret(resource: Resource) -> None:
    """Generate the value, unless an earlier start did."""

    def generate() -> str:
        return str(
            resource.call("secretsmanager", "get_random_password", resource.properties["GenerateSecretString"])["RandomPassword"]
        )

    name, client = resource.name("Name"), resource.client("secretsmanager")
    arguments = {"Name": name, "SecretString": kept_secret(name, generate), **resource.only("Description", "KmsKeyId", "Tags")}
    try:
        resource.identify(resource.call("secretsmanager", "create_secret", arguments)["ARN"])
    except client.exceptions.ResourceExistsException:  # retained by a stack before; AWS would have made up another name
        resource.identify(client.describe_secret(SecretId=name)["ARN"])


def adopt_secret(resource: Resource, identifier: dict[str, str]) -> None:
    """Take over the secret of that ARN, with its value."""
    (arn,) = identifier.values()
    resource.identify(resource.client("secretsmanager").describe_secret(SecretId=arn)["ARN"])


def update_secret(resource: Resource, _: Properties) -> None:
    """Change what describes it; the value stays."""
    arguments = {"SecretId": resource.physical_resource_id, **resource.only("Description", "KmsKeyId")}
    resource.call("secretsmanager", "update_secret", arguments)


def delete_secret(resource: Resource) -> None:
    """Delete it at once: its name is free again."""
    resource.client("secretsmanager").delete_secret(SecretId=resource.physical_resource_id, ForceDeleteWithoutRecovery=True)


PROVIDERS = (
    Provider(
        "AWS::SecretsManager::Secret",
        create_secret,
        update_secret,
        delete_secret,
        adopt=adopt_secret,
        replaced_by=("GenerateSecretString",),
    ),
)
