"""Sends a synthesised cloud assembly to the embedded AWS, as the CDK's own deployment would: assets, then stacks."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local.cloudformation import assets
from local.cloudformation.bootstrap import ASSETS_BUCKET, EXECUTION_ROLE_ARN, OF_PRODUCTION, allow_production
from local.context import ACCOUNT, REGION, connect
from local.functions.runtime_layer import LayerBuildError

RECORD = Path(".local/deployed.json")
CHANGE_SET = "local-deploy"
REGIONS = (REGION, "unknown-region")  # the second: a template for every region
SUBSTITUTE = {"AWS::AccountId": ACCOUNT, "AWS::Region": REGION, "AWS::Partition": "aws"}


class DeployError(Exception):
    """A stack that could not be brought to its template; the message names the resource and the reason."""


@dataclass(frozen=True)
class AssemblyStack:
    """One stack of the assembly."""

    name: str
    template: Path
    asset_manifests: tuple[Path, ...]
    tags: dict[str, str]


def deploy(assembly: Path, *, endpoint: str) -> None:
    """Deploy every stack in the order of its dependencies; DeployError at the first that fails.

    The digests of the templates and the seconds each stack took are left in `.local/deployed.json`.
    """
    record = {}
    for stack in read_assembly(assembly):
        began = time.monotonic()
        try:
            status, digest = deploy_stack(stack, endpoint)
        except (ClientError, BotoCoreError, LayerBuildError) as failure:
            raise DeployError(f"{stack.name}: {failure}") from failure
        seconds = round(time.monotonic() - began, 2)
        record[stack.name] = {"template_sha256": digest, "seconds": seconds}
        print(f"{stack.name}: {status} in {seconds:.2f} s", flush=True)
    RECORD.parent.mkdir(parents=True, exist_ok=True)
    RECORD.write_text(json.dumps(record, indent=2) + "\n")


def read_assembly(folder: Path) -> list[AssemblyStack]:
    """The stacks of an assembly, each after those it depends on; DeployError when `folder` is none."""
    manifest = folder / "manifest.json"
    if not manifest.exists():
        raise DeployError(f"{folder} is no cloud assembly (it has no manifest.json): synthesise it first")
    artifacts: dict[str, Any] = json.loads(manifest.read_text())["artifacts"]
    ordered = TopologicalSorter({name: artifact.get("dependencies", []) for name, artifact in artifacts.items()}).static_order()
    return [read_stack(folder, name, artifacts) for name in ordered if artifacts[name]["type"] == "aws:cloudformation:stack"]


def read_stack(folder: Path, name: str, artifacts: dict[str, Any]) -> AssemblyStack:
    """One stack with the asset manifests it depends on; DeployError when it is for another region."""
    artifact = artifacts[name]
    properties, needed = artifact["properties"], artifact.get("dependencies", [])
    region = artifact["environment"].rsplit("/", 1)[-1]
    if region not in REGIONS:
        raise DeployError(f"{name} is for {region}: the embedded AWS has one region, {REGION}")
    manifests = [artifacts[one] for one in needed if artifacts[one]["type"] == "cdk:asset-manifest"]
    return AssemblyStack(
        name=properties.get("stackName", name),
        template=folder / properties["templateFile"],
        asset_manifests=tuple(folder / one["properties"]["file"] for one in manifests),
        tags=properties.get("tags", {}),
    )


def deploy_stack(stack: AssemblyStack, endpoint: str) -> tuple[str, str]:
    """Publish, create or update; the stack's status and the digest of the template as it was sent."""
    s3, ecr, cloudformation = (connect(service, endpoint=endpoint) for service in ("s3", "ecr", "cloudformation"))
    for manifest in stack.asset_manifests:
        assets.publish(manifest, s3, SUBSTITUTE)
        assets.register_images(manifest, ecr, SUBSTITUTE)
    template = stack.template.read_bytes()
    if OF_PRODUCTION in template:
        allow_production(connect("iam", endpoint=endpoint))
    digest = hashlib.sha256(template).hexdigest()
    # Beside the assets: templates are too large to travel inside the call.
    s3.put_object(Bucket=ASSETS_BUCKET, Key=f"{digest}.json", Body=template)
    return apply_template(cloudformation, stack, f"{endpoint}/{ASSETS_BUCKET}/{digest}.json"), digest


def apply_template(cloudformation: Any, stack: AssemblyStack, url: str) -> str:
    """Create the stack or change it; its final status, "unchanged" when nothing differs."""
    kind = change_kind(cloudformation, stack.name)
    names = {"StackName": stack.name, "ChangeSetName": CHANGE_SET}
    cloudformation.delete_change_set(**names)
    cloudformation.create_change_set(
        **names,
        ChangeSetType=kind,
        TemplateURL=url,
        Capabilities=["CAPABILITY_NAMED_IAM"],
        RoleARN=EXECUTION_ROLE_ARN,
        Tags=[{"Key": key, "Value": value} for key, value in stack.tags.items()],
    )
    if cloudformation.describe_change_set(**names)["Status"] == "FAILED":
        return "unchanged"
    cloudformation.execute_change_set(**names)
    described = cloudformation.describe_stacks(StackName=stack.name)["Stacks"][0]
    status: str = described["StackStatus"]
    if "ROLLBACK" in status:
        message = f"{stack.name}: {status}: {described.get('StackStatusReason', 'no reason given')}"
        raise DeployError(message)
    return status


def change_kind(cloudformation: Any, name: str) -> str:
    """CREATE or UPDATE; a stack whose creation was rolled back can only be deleted, as in AWS."""
    try:
        status = cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]
    except ClientError:
        return "CREATE"
    if status in ("ROLLBACK_COMPLETE", "REVIEW_IN_PROGRESS"):
        cloudformation.delete_stack(StackName=name)
        return "CREATE"
    return "UPDATE"
