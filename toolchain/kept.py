"""Names what `cdk destroy` leaves behind, and remembers it: `.venv/bin/python -m toolchain.kept`.

`.local/kept.json` is what `cdk import --resource-mapping` takes to bring the data back. The one module here that needs `.venv`,
for boto3.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

STACK = "GreenFraud-Data"
RECORD = Path(".local/kept.json")
ASSEMBLY = Path("cdk.out/manifest.json")
# What identifies a resource that `cdk import` takes over, and how a person calls it.
IDENTIFIERS = {
    "AWS::S3::Bucket": "BucketName",
    "AWS::DynamoDB::Table": "TableName",
    "AWS::SageMaker::MlflowApp": "Arn",
    "AWS::IAM::Role": "RoleName",
    "AWS::KMS::Key": "KeyId",
    "AWS::SecretsManager::Secret": "Id",
}
RETAINING = {"Retain", "RetainExceptOnCreate"}  # the second deletes what a failed first deployment made
Names = dict[str, dict[str, str]]


def kept_resources(cloudformation: Any) -> Names:
    """What names each resource that the deployed template retains, by logical id; none where there is no such stack."""
    template = cloudformation.get_template(StackName=STACK)["TemplateBody"]
    declared = (json.loads(template) if isinstance(template, str) else template)["Resources"]
    return {
        one["LogicalResourceId"]: {IDENTIFIERS[one["ResourceType"]]: one["PhysicalResourceId"]}
        for one in cloudformation.describe_stack_resources(StackName=STACK)["StackResources"]
        if one["ResourceType"] in IDENTIFIERS and declared[one["LogicalResourceId"]].get("DeletionPolicy") in RETAINING
    }


def remembered() -> Names:
    """What an earlier destruction kept, or was about to."""
    names: Names = json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.exists() else {}
    return names


def remember(kept: Names) -> None:
    """Add to the record, whole or not at all: it may be the only place where these names still stand.

    What it names otherwise was kept of another deployment; that record is put aside.
    """
    before = remembered()
    RECORD.parent.mkdir(exist_ok=True)
    if any(before[logical_id] != names for logical_id, names in kept.items() if logical_id in before):
        aside = RECORD.with_name(f"kept-{time.strftime('%Y%m%dT%H%M%S')}.json")
        RECORD.replace(aside)
        print(f"{aside} names what was kept of another deployment")
        before = {}
    beside = RECORD.with_suffix(".new")
    beside.write_text(json.dumps({**before, **kept}, indent=2) + "\n", encoding="utf-8")
    beside.replace(RECORD)


def main() -> int:
    """Print the names and add them to the record, before anything is destroyed; returns the exit code."""
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    region = json.loads(ASSEMBLY.read_text(encoding="utf-8"))["artifacts"][STACK]["environment"].rsplit("/", 1)[-1]
    try:
        kept = kept_resources(boto3.client("cloudformation", region_name=region))
    except (ClientError, BotoCoreError) as error:
        if remembered() and "does not exist" in str(error):  # a destruction that was interrupted goes on
            print(f"stack {STACK} is gone; {RECORD} remembers what it kept")
            return 0
        print(f"stack {STACK} cannot be read: {error}", file=sys.stderr)
        return 1
    if not kept:
        print("nothing is kept: the stack was deployed with retain_data=false")
        return 0
    remember(kept)
    print("\n".join(f"kept: {name}" for identifier in kept.values() for name in identifier.values()))
    print(
        f"`cdk destroy` leaves these {len(kept)} buckets, tables and the MLflow App with its role; {RECORD} remembers their names"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
