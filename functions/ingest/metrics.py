"""One line of metrics per batch: counts and lag, no ids."""

from __future__ import annotations

import json

from greenfraud.metrics import embedded_metrics

UNITS = {
    "IngestedEvents": "Count",
    "IngestFailures": "Count",
    "IngestRejected": "Count",
    "IngestRefusedLate": "Count",
    "IngestLagMilliseconds": "Milliseconds",
}


def line_of(*, ingested: int, failed: int, rejected: int, refused_late: int, lag_milliseconds: float) -> str:
    """Return the line to print; the lag is that of the batch's oldest event when the batch was done."""
    values = dict(zip(UNITS, (ingested, failed, rejected, refused_late, lag_milliseconds), strict=True))
    return json.dumps(embedded_metrics(values, UNITS))
