"""For how long one score holds its function: a part that is the same for every model, and the model's own, from its graph.

No stopwatch at evaluation: the same graph takes the same time, whatever else a machine does.
"""

from __future__ import annotations

from greenfraud.carbon.coefficients import UNSEEN_SECONDS_PER_SCORE

CALIBRATION_SOURCE = (
    "python -m toolchain.calibrate_scores (onnxruntime 1.31, one thread, AMD EPYC, 2026-11-29; 20 graphs, fitted within 25 %)"
)
SECONDS_PER_CALL = 4.3e-6
SECONDS_PER_NODE = 3.1e-7
SECONDS_PER_OPERATION = 2.5e-11
SECONDS_PER_BYTE = 4.1e-12
FIXED_SOURCE = "a served score on the embedded AWS, 2026-11: 17 ms by its own clock, and 8 that it does not see; for every family"
FIXED_SECONDS_PER_SCORE = 0.017 + UNSEEN_SECONDS_PER_SCORE


def model_seconds(*, operations: int, moved_bytes: int, nodes: int) -> float:
    """Return the seconds of one vCPU that a model's graph takes for one row.

    >>> f"{model_seconds(operations=20_583, moved_bytes=68_764, nodes=42) * 1e6:.1f} microseconds"
    '18.1 microseconds'
    """
    work = nodes * SECONDS_PER_NODE + operations * SECONDS_PER_OPERATION + moved_bytes * SECONDS_PER_BYTE
    return SECONDS_PER_CALL + work
