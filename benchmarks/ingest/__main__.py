"""`python -m benchmarks.ingest`: every run of ingestion beside a stock push, against the embedded DynamoDB."""

from __future__ import annotations

import io
import sys
from contextlib import redirect_stdout

from benchmarks.ingest.embedded import embedded
from benchmarks.ingest.runs import RUNS, Bench
from benchmarks.options import parser
from benchmarks.progress import Progress
from benchmarks.report import publish

PEERS = {
    "stock push": "per event and view one get and one put of the row, as a push into a stock feature store does; no condition",
}


def main() -> int:
    """Run all; 1 when anything was lost, counted twice, or differs from the sequential state."""
    options = parser(__doc__ or "").parse_args()
    measures: dict[str, float] = {}
    with embedded() as endpoint:
        bench, progress = Bench(endpoint, options.scale), Progress("ingest", len(RUNS))
        for run in RUNS:
            with redirect_stdout(io.StringIO()):  # the function prints a line of metrics per batch
                measures |= run(bench)
            progress.finish(run.__name__.replace("_", " "))
    publish("ingest", measures, PEERS)
    return int(measures["lost"] > 0 or measures["duplicated"] > 0 or measures["writers_equal"] != 1)


if __name__ == "__main__":
    sys.exit(main())
