"""Image repositories: recorded by moto, nothing is pushed or run from them here."""

from __future__ import annotations

from local.cloudformation.providers.resource import Properties, Provider, Resource


def create_repository(resource: Resource) -> None:
    """Create the repository; its name may hold lower case only."""
    name = resource.name("RepositoryName").lower()
    settings = resource.without("RepositoryName", "LifecyclePolicy", "RepositoryPolicyText")
    made = resource.call("ecr", "create_repository", {"repositoryName": name, **settings})["repository"]
    resource.identify(name, Arn=made["repositoryArn"])
    update_repository(resource, {})


def update_repository(resource: Resource, _: Properties) -> None:
    """Set its policies anew."""
    name = {"repositoryName": resource.physical_resource_id}
    if lifecycle := resource.properties.get("LifecyclePolicy"):
        resource.call("ecr", "put_lifecycle_policy", name | {"lifecyclePolicyText": lifecycle["LifecyclePolicyText"]})
    if policy := resource.properties.get("RepositoryPolicyText"):
        resource.call("ecr", "set_repository_policy", name | {"policyText": policy})


def delete_repository(resource: Resource) -> None:
    """Delete it with its images."""
    resource.client("ecr").delete_repository(repositoryName=resource.physical_resource_id, force=True)


PROVIDERS = (
    Provider("AWS::ECR::Repository", create_repository, update_repository, delete_repository, replaced_by=("RepositoryName",)),
)
