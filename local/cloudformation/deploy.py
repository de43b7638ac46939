"""Sends a synthesised cloud assembly to the embedded AWS, as the CDK's own deployment would: assets, then stacks."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local.cloudformation import assets
from local.cloudformation.bootstrap import VERSION_PARAMETER, assets_bucket
from local.context import ACCOUNT, DEFAULT_REGION, connect
from local.functions.runtime_layer import LayerBuildError

RECORD = Path(".local/deployed.json")
CHANGE_SET = "local-deploy"
UNKNOWN_REGION = "unknown-region"


class DeployError(Exception):
    """A stack that could not be brought to its template; the message names the resource and the reason."""


@dataclass(frozen=True)
class DeployedStack:
    """What was sent, and how long it took."""

    name: str
    status: str
    template_sha256: str
    seconds: float


@dataclass(frozen=True)
class AssemblyStack:
    """One stack of the assembly."""

    name: str
    region: str
    template: Path
    asset_manifests: tuple[Path, ...]
    tags: dict[str, str]
    after: tuple[str, ...]


def deploy(assembly: Path, *, endpoint: str, as_json: bool) -> list[DeployedStack]:
    """Deploy every stack in the order of its dependencies; DeployError at the first that fails."""
    deployed = []
    for stack in in_order(read_assembly(assembly)):
        began = time.monotonic()
        try:
            status, digest = deploy_stack(stack, endpoint)
        except (ClientError, BotoCoreError, LayerBuildError) as failure:
            message = f"{stack.name}: {failure}"
            raise DeployError(message) from failure
        result = DeployedStack(stack.name, status, digest, round(time.monotonic() - began, 2))
        deployed.append(result)
        if not as_json:
            print(f"{result.name}: {result.status} in {result.seconds:.2f} s", flush=True)
    if as_json:
        print(json.dumps([asdict(stack) for stack in deployed]), flush=True)
    write_record(deployed)
    return deployed


def write_record(deployed: list[DeployedStack]) -> None:
    """Leave the digests of the templates sent, and the times, in `.local/deployed.json`."""
    RECORD.parent.mkdir(parents=True, exist_ok=True)
    record = {one.name: {"template_sha256": one.template_sha256, "seconds": one.seconds} for one in deployed}
    RECORD.write_text(json.dumps(record, indent=2) + "\n")


def read_assembly(folder: Path) -> list[AssemblyStack]:
    """The stacks of an assembly; DeployError when `folder` is none."""
    manifest = folder / "manifest.json"
    if not manifest.exists():
        message = f"{folder} is no cloud assembly (it has no manifest.json): synthesise it first"
        raise DeployError(message)
    artifacts: dict[str, Any] = json.loads(manifest.read_text())["artifacts"]
    return [
        read_stack(folder, name, artifact, artifacts)
        for name, artifact in artifacts.items()
        if artifact["type"] == "aws:cloudformation:stack"
    ]


def read_stack(folder: Path, name: str, artifact: dict[str, Any], artifacts: dict[str, Any]) -> AssemblyStack:
    """One stack with the asset manifests it depends on."""
    properties, needed = artifact["properties"], artifact.get("dependencies", [])
    region = artifact["environment"].rsplit("/", 1)[-1]
    manifests = [artifacts[one] for one in needed if artifacts[one]["type"] == "cdk:asset-manifest"]
    return AssemblyStack(
        name=properties.get("stackName", name),
        region=DEFAULT_REGION if region == UNKNOWN_REGION else region,
        template=folder / properties["templateFile"],
        asset_manifests=tuple(folder / one["properties"]["file"] for one in manifests),
        tags=properties.get("tags", {}),
        after=tuple(one for one in needed if artifacts[one]["type"] == "aws:cloudformation:stack"),
    )


def in_order(stacks: list[AssemblyStack]) -> list[AssemblyStack]:
    """Each stack after those it depends on; otherwise in the assembly's order."""
    ordered: list[AssemblyStack] = []
    waiting = list(stacks)
    while waiting:
        done = {stack.name for stack in ordered}
        ready = next((stack for stack in waiting if done.issuperset(stack.after)), waiting[0])
        waiting.remove(ready)
        ordered.append(ready)
    return ordered


def deploy_stack(stack: AssemblyStack, endpoint: str) -> tuple[str, str]:
    """Publish, create or update; the stack's status and the digest of the template as it was sent."""
    check_region(stack, endpoint)
    s3, ecr = (connect(service, endpoint=endpoint, region=stack.region) for service in ("s3", "ecr"))
    substitute = {"AWS::AccountId": ACCOUNT, "AWS::Region": stack.region, "AWS::Partition": "aws"}
    for manifest in stack.asset_manifests:
        assets.publish(manifest, s3, substitute)
        assets.register_images(manifest, ecr, substitute)
    template = stack.template.read_bytes()
    url = template_url(stack, s3, endpoint, template)
    cloudformation = connect("cloudformation", endpoint=endpoint, region=stack.region)
    return apply_template(cloudformation, stack, url), hashlib.sha256(template).hexdigest()


def check_region(stack: AssemblyStack, endpoint: str) -> None:
    """The embedded AWS has one region; DeployError says how to start it in the stack's."""
    ssm = connect("ssm", endpoint=endpoint, region=stack.region)
    try:
        ssm.get_parameter(Name=VERSION_PARAMETER)
    except ssm.exceptions.ParameterNotFound as missing:
        message = f"{stack.name} is for {stack.region}, the embedded AWS is not: serve with --region {stack.region}"
        raise DeployError(message) from missing


def template_url(stack: AssemblyStack, s3: Any, endpoint: str, template: bytes) -> str:
    """Put the template's bytes beside the assets: too large templates may not travel inside the call."""
    bucket = assets_bucket(ACCOUNT, stack.region)
    key = f"{hashlib.sha256(template).hexdigest()}.json"
    s3.put_object(Bucket=bucket, Key=key, Body=template)
    return f"{endpoint}/{bucket}/{key}"


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
