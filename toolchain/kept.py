"""Names what `cdk destroy` leaves behind, and remembers it: `.venv/bin/python -m toolchain.kept`.

`.local/kept.json` is what `cdk import --resource-mapping` takes to bring the data back. The one module here that needs `.venv`,
for boto3.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

STACK = "GreenFraud-Data"
RECORD = Path(".local/kept.json")
ASSEMBLY = Path("cdk.out/manifest.json")
IDENTIFIERS = {"AWS::S3::Bucket": "BucketName", "AWS::DynamoDB::Table": "TableName"}


def kept_resources(cloudformation: Any) -> dict[str, dict[str, str]]:
    """What names each bucket and table that the deployed template retains, by logical id."""
    template = cloudformation.get_template(StackName=STACK)["TemplateBody"]
    declared = (json.loads(template) if isinstance(template, str) else template)["Resources"]
    return {
        one["LogicalResourceId"]: {IDENTIFIERS[one["ResourceType"]]: one["PhysicalResourceId"]}
        for one in cloudformation.describe_stack_resources(StackName=STACK)["StackResources"]
        if one["ResourceType"] in IDENTIFIERS and declared[one["LogicalResourceId"]].get("DeletionPolicy") == "Retain"
    }


def main() -> int:
    """Print the names and write the record; returns the exit code."""
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    region = json.loads(ASSEMBLY.read_text(encoding="utf-8"))["artifacts"][STACK]["environment"].rsplit("/", 1)[-1]
    try:
        kept = kept_resources(boto3.client("cloudformation", region_name=region))
    except (ClientError, BotoCoreError) as error:
        print(f"stack {STACK} cannot be read: {error}", file=sys.stderr)
        return 1
    if not kept:
        print("nothing is kept: the stack was deployed with retain_data=false")
        return 0
    RECORD.parent.mkdir(exist_ok=True)
    RECORD.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")
    print("\n".join(f"kept: {name}" for identifier in kept.values() for name in identifier.values()))
    print(f"`cdk destroy` leaves these {len(kept)} buckets and tables; {RECORD} remembers their names")
    return 0


if __name__ == "__main__":
    sys.exit(main())
