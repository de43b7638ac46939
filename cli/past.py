"""What earlier executions left among the artifacts."""

from __future__ import annotations

from typing import Any

from cli.data.upload import keys_below, read_json
from cli.target import Target

REPORT = "report.json"


def last_reported(target: Target) -> dict[str, Any]:
    """The results of the last execution that reported, by key below its prefix; empty before the first one."""
    s3, bucket = target.client("s3"), target.outputs["ArtifactsBucket"]
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix="executions/")
    reports = [entry for page in pages for entry in page.get("Contents", []) if entry["Key"].endswith(f"/{REPORT}")]
    if not reports:
        return {}
    newest = max(reports, key=lambda entry: entry["LastModified"])
    prefix = newest["Key"].removesuffix(REPORT)
    keys = [key for key in keys_below(s3, bucket, prefix) if "/progress/" not in key and key.endswith(".json")]
    return {key.removeprefix(prefix): read_json(s3, bucket, key) for key in keys}
