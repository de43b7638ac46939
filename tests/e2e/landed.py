"""What lies in one of the lake's files, as it landed or merged into its day's whole file."""

from __future__ import annotations

import io
import json

import pyarrow.parquet as pq

from tests.e2e.deployment import Deployment


def ids_in(deployment: Deployment, key: str) -> list[str]:
    """The transactions that a file of the lake is about, in its order."""
    body = deployment.read(deployment.outputs["LakeBucket"], key)
    if key.endswith(".parquet"):
        return list(pq.read_table(io.BytesIO(body), columns=["transaction_id"])["transaction_id"].to_pylist())
    return [json.loads(line)["transaction_id"] for line in body.splitlines()]
