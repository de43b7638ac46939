"""One line of metrics per batch, in CloudWatch's Embedded Metric Format: counts and lag, no ids."""

from __future__ import annotations

import json
import time

UNITS = {
    "IngestedEvents": "Count",
    "IngestFailures": "Count",
    "IngestRejected": "Count",
    "IngestRefusedLate": "Count",
    "IngestLagMilliseconds": "Milliseconds",
}


def line_of(*, ingested: int, failed: int, rejected: int, refused_late: int, lag_milliseconds: float) -> str:
    """The line to print; the lag is that of the batch's oldest event when the batch was done."""
    metadata = {
        "Timestamp": time.time_ns() // 1_000_000,
        "CloudWatchMetrics": [
            {
                "Namespace": "GreenFraud",
                "Dimensions": [[]],
                "Metrics": [{"Name": name, "Unit": unit} for name, unit in UNITS.items()],
            }
        ],
    }
    values = dict(zip(UNITS, (ingested, failed, rejected, refused_late, lag_milliseconds), strict=True))
    return json.dumps({"_aws": metadata, **values})
