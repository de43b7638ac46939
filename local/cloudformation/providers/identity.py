"""Roles and policies. Recorded faithfully; nothing is enforced except the access rules moto checks itself."""

from __future__ import annotations

from local.cloudformation.providers.resource import Properties, Provider, Resource


def create_role(resource: Resource) -> None:
    """Create the role with its managed and inline policies."""
    name = resource.name("RoleName")
    arguments = {"RoleName": name, **resource.without("RoleName", "ManagedPolicyArns", "Policies")}
    resource.identify(name, Arn=resource.call("iam", "create_role", arguments)["Role"]["Arn"])
    attach(resource, {})


def adopt_role(resource: Resource, identifier: dict[str, str]) -> None:
    """Take over the role of that name, as it is."""
    role = resource.client("iam").get_role(**identifier)["Role"]
    resource.identify(role["RoleName"], Arn=role["Arn"])


def attach(resource: Resource, old: Properties) -> None:
    """Attach what the template names now, detach what it no longer names."""
    client, role = resource.client("iam"), resource.physical_resource_id
    before, after = set(old.get("ManagedPolicyArns", [])), set(resource.properties.get("ManagedPolicyArns", []))
    for arn in sorted(before - after):
        client.detach_role_policy(RoleName=role, PolicyArn=arn)
    for arn in sorted(after - before):
        client.attach_role_policy(RoleName=role, PolicyArn=arn)
    inline = {policy["PolicyName"]: policy for policy in resource.properties.get("Policies", [])}
    for policy in old.get("Policies", []):
        if policy["PolicyName"] not in inline:
            client.delete_role_policy(RoleName=role, PolicyName=policy["PolicyName"])
    for policy in inline.values():
        resource.call("iam", "put_role_policy", {"RoleName": role, **policy})


def update_role(resource: Resource, old: Properties) -> None:
    """Change the trust and the policies in place."""
    trust = {"PolicyDocument": resource.properties["AssumeRolePolicyDocument"]}
    resource.call("iam", "update_assume_role_policy", {"RoleName": resource.physical_resource_id, **trust})
    attach(resource, old)


def delete_role(resource: Resource) -> None:
    """Detach everything first, as the API demands."""
    client, role = resource.client("iam"), resource.physical_resource_id
    for policy in client.list_attached_role_policies(RoleName=role)["AttachedPolicies"]:
        client.detach_role_policy(RoleName=role, PolicyArn=policy["PolicyArn"])
    for name in client.list_role_policies(RoleName=role)["PolicyNames"]:
        client.delete_role_policy(RoleName=role, PolicyName=name)
    client.delete_role(RoleName=role)


def put_inline_policy(resource: Resource, _: Properties | None = None) -> None:
    """Put the policy on each of its roles."""
    for role in resource.properties["Roles"]:
        resource.call("iam", "put_role_policy", {"RoleName": role, **resource.without("Roles")})
    resource.identify(resource.properties["PolicyName"])


def delete_inline_policy(resource: Resource) -> None:
    """Take the policy off each role; a role that is gone took it along."""
    client = resource.client("iam")
    for role in resource.properties["Roles"]:
        try:
            client.delete_role_policy(RoleName=role, PolicyName=resource.physical_resource_id)
        except client.exceptions.NoSuchEntityException:
            continue


def create_managed_policy(resource: Resource) -> None:
    """Create the policy."""
    arguments = {"PolicyName": resource.name("ManagedPolicyName"), **resource.without("ManagedPolicyName")}
    resource.identify(resource.call("iam", "create_policy", arguments)["Policy"]["Arn"])


def delete_managed_policy(resource: Resource) -> None:
    """Detach and delete it."""
    client, arn = resource.client("iam"), resource.physical_resource_id
    for role in client.list_entities_for_policy(PolicyArn=arn)["PolicyRoles"]:
        client.detach_role_policy(RoleName=role["RoleName"], PolicyArn=arn)
    client.delete_policy(PolicyArn=arn)


PROVIDERS = (
    Provider(
        "AWS::IAM::Role",
        create_role,
        update_role,
        delete_role,
        adopt=adopt_role,
        replaced_by=("RoleName", "PermissionsBoundary"),
    ),
    Provider("AWS::IAM::Policy", put_inline_policy, put_inline_policy, delete_inline_policy, replaced_by=("PolicyName", "Roles")),
    Provider("AWS::IAM::ManagedPolicy", create_managed_policy, delete=delete_managed_policy),
)
