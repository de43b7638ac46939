"""Roles, policies and keys. Recorded faithfully; nothing is enforced except the access rules moto checks itself."""

from __future__ import annotations

from local.cloudformation.providers.resource import Properties, Provider, Resource

ATTACHED = ("ManagedPolicyArns", "Policies")


def create_role(resource: Resource) -> None:
    """Create the role with its managed and inline policies."""
    name = resource.name("RoleName")
    made = resource.call("iam", "create_role", {"RoleName": name, **resource.without("RoleName", *ATTACHED)})["Role"]
    resource.identify(name, Arn=made["Arn"], RoleId=made["RoleId"])
    attach(resource, {})


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
    """Change the trust, the description and the policies in place."""
    role = {"RoleName": resource.physical_resource_id}
    trust = {"PolicyDocument": resource.properties["AssumeRolePolicyDocument"]}
    resource.call("iam", "update_assume_role_policy", role | trust)
    resource.call("iam", "update_role", role | resource.only("Description", "MaxSessionDuration"))
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
    named = resource.only("PolicyName", "PolicyDocument")
    unknown = set(resource.properties) - {"PolicyName", "PolicyDocument", "Roles"}
    if unknown:
        message = f"AWS::IAM::Policy: the embedded AWS knows no property {', '.join(sorted(unknown))}"
        raise ValueError(message)
    for role in resource.properties["Roles"]:
        resource.call("iam", "put_role_policy", {"RoleName": role, **named})
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
    """Create the policy and attach it to its roles."""
    arguments = {
        "PolicyName": resource.name("ManagedPolicyName"),
        **resource.without("ManagedPolicyName", "Roles"),
    }
    arn = resource.call("iam", "create_policy", arguments)["Policy"]["Arn"]
    resource.identify(arn, PolicyArn=arn)
    for role in resource.properties.get("Roles", []):
        resource.client("iam").attach_role_policy(RoleName=role, PolicyArn=arn)


def delete_managed_policy(resource: Resource) -> None:
    """Detach and delete it."""
    client, arn = resource.client("iam"), resource.physical_resource_id
    for role in client.list_entities_for_policy(PolicyArn=arn)["PolicyRoles"]:
        client.detach_role_policy(RoleName=role["RoleName"], PolicyArn=arn)
    client.delete_policy(PolicyArn=arn)


KEY_AFTERWARDS = ("EnableKeyRotation", "PendingWindowInDays", "Enabled", "Tags", "KeyPolicy", "RotationPeriodInDays")


def create_key(resource: Resource) -> None:
    """Create the key with its policy and rotation."""
    arguments = resource.without(*KEY_AFTERWARDS) | {"Policy": resource.properties["KeyPolicy"]}
    tags = [{"TagKey": tag["Key"], "TagValue": tag["Value"]} for tag in resource.properties.get("Tags", [])]
    made = resource.call("kms", "create_key", arguments | {"Tags": tags})["KeyMetadata"]
    resource.identify(made["KeyId"], Arn=made["Arn"], KeyId=made["KeyId"])
    rotate(resource)


def rotate(resource: Resource) -> None:
    """Switch rotation on where the template asks for it."""
    if str(resource.properties.get("EnableKeyRotation", False)).lower() == "true":
        resource.client("kms").enable_key_rotation(KeyId=resource.physical_resource_id)


def update_key(resource: Resource, _: Properties) -> None:
    """Policy and rotation change in place."""
    arguments = {
        "KeyId": resource.physical_resource_id,
        "PolicyName": "default",
        "Policy": resource.properties["KeyPolicy"],
    }
    resource.call("kms", "put_key_policy", arguments)
    rotate(resource)


def delete_key(resource: Resource) -> None:
    """Schedule the deletion, in days as declared."""
    days = int(resource.properties.get("PendingWindowInDays", 30))
    resource.client("kms").schedule_key_deletion(KeyId=resource.physical_resource_id, PendingWindowInDays=days)


def create_key_alias(resource: Resource) -> None:
    """Name a key."""
    resource.call("kms", "create_alias", resource.properties)
    resource.identify(resource.properties["AliasName"])


def update_key_alias(resource: Resource, _: Properties) -> None:
    """Point the name at another key."""
    resource.call("kms", "update_alias", resource.properties)


def delete_key_alias(resource: Resource) -> None:
    """Forget the name."""
    resource.client("kms").delete_alias(AliasName=resource.physical_resource_id)


PROVIDERS = (
    Provider(
        type="AWS::IAM::Role",
        create=create_role,
        update=update_role,
        delete=delete_role,
        replaced_by=frozenset({"RoleName", "Path"}),
    ),
    Provider(
        type="AWS::IAM::Policy",
        create=put_inline_policy,
        update=put_inline_policy,
        delete=delete_inline_policy,
        replaced_by=frozenset({"PolicyName", "Roles"}),
    ),
    Provider(type="AWS::IAM::ManagedPolicy", create=create_managed_policy, delete=delete_managed_policy),
    Provider(
        type="AWS::KMS::Key",
        create=create_key,
        update=update_key,
        delete=delete_key,
        replaced_by=frozenset({"KeySpec", "KeyUsage", "MultiRegion"}),
    ),
    Provider(
        type="AWS::KMS::Alias",
        create=create_key_alias,
        update=update_key_alias,
        delete=delete_key_alias,
        replaced_by=frozenset({"AliasName"}),
    ),
)
