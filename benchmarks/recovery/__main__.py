"""`python -m benchmarks.recovery`: the rebuild drill, over the embedded DynamoDB and S3, with the code that is deployed."""

from __future__ import annotations

import io
import os
import sys
from contextlib import redirect_stdout

from benchmarks.ingest.embedded import embedded
from benchmarks.options import parser
from benchmarks.progress import Progress
from benchmarks.recovery.drill import Drill
from benchmarks.report import publish
from local.context import ACCESS_KEY, REGION

PARTS = ("payments before", "rebuild under way", "compared at rest", "replayed one by one")


def main() -> int:
    """Run the drill; 1 when a state differs from the lake or from the payments, or when an event is lost or counts twice."""
    options = parser(__doc__ or "").parse_args()
    with embedded() as endpoint, redirect_stdout(io.StringIO()):  # the function prints a line of metrics per batch
        keys = {"AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": ACCESS_KEY}
        os.environ |= {"AWS_ENDPOINT_URL": endpoint, "AWS_DEFAULT_REGION": REGION, **keys}  # where jobs look
        drill, progress = Drill.of(endpoint, options.scale), Progress("recovery", len(PARTS))
        for part, work in zip(PARTS, (drill.pay, drill.rebuild, drill.settle, drill.judge), strict=True):
            work()
            progress.finish(part)
    publish("recovery", drill.measures, {})
    return int(any(drill.measures[name] for name in ("differing", "differing_from_replay", "lost", "duplicated")))


if __name__ == "__main__":
    sys.exit(main())
