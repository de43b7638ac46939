"""`python -m toolchain.calibrate_scores`: how long a node, an operation and a byte of a model's graph hold a processor.

Graphs of known work are run one row at a time on one thread, and CPU time is fitted by their nodes, operations and bytes. What
it prints is written into `greenfraud/carbon/scoring.py` with its date: once for all families, so that their order never hangs
on a stopwatch again. Run it on an idle machine of the kind that scores.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from training.evaluation.graph_work import Work, work_of
from training.job.tracker import cpu_model
from training.model.onnx_graph import session_of

ROUNDS, SECONDS_A_ROUND = 15, 0.02


def graphs() -> Iterator[bytes]:
    """Chains of small nodes, products from a kilobyte to a megabyte, and functions of long rows."""
    for nodes in (1, 10, 20, 40, 80):
        yield chain("Add", nodes, 8)
    for width in (64, 256, 1024, 4096, 16384):
        yield chain("Add", 4, width)
        yield chain("Log", 4, width)
    for rows, columns in ((64, 8), (256, 16), (512, 64), (1024, 64), (1024, 256)):
        yield product(rows, columns)


def chain(operator: str, nodes: int, width: int) -> bytes:
    """A row of `width` through as many nodes of one kind."""
    weight = numpy_helper.from_array(np.ones(width, np.float32), "weight")
    names = ["features", *(f"step{index}" for index in range(nodes))]
    two = ["weight"] if operator == "Add" else []
    steps = [helper.make_node(operator, [one, *two], [next_]) for one, next_ in pairwise(names)]
    return _model(steps, [weight] if two else [], width, names[-1], width)


def product(rows: int, columns: int) -> bytes:
    """A row times a matrix."""
    weight = numpy_helper.from_array(np.ones((rows, columns), np.float32), "weight")
    return _model([helper.make_node("MatMul", ["features", "weight"], ["out"])], [weight], rows, "out", columns)


def _model(nodes: list[Any], constants: list[Any], width: int, output: str, columns: int) -> bytes:
    given = helper.make_tensor_value_info("features", TensorProto.FLOAT, ["n", width])
    told = helper.make_tensor_value_info(output, TensorProto.FLOAT, ["n", columns])
    graph = helper.make_graph(nodes, "calibration", [given], [told], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def seconds_per_row(model: bytes) -> float:
    """CPU seconds of one row, the least of many rounds: what else ran only adds."""
    session: Any = session_of(model)
    width = session.get_inputs()[0].shape[1]
    row = {"features": np.ones((1, width), np.float32)}
    output = [session.get_outputs()[0].name]
    session.run(output, row)
    return min(_round(session, output, row) for _ in range(ROUNDS))


def _round(session: Any, output: list[str], row: dict[str, Any]) -> float:
    runs, started = 0, time.process_time()
    until = started + SECONDS_A_ROUND
    while time.process_time() < until:
        for _ in range(20):
            session.run(output, row)
        runs += 20
    return (time.process_time() - started) / runs


def fit(works: list[Work], seconds: list[float]) -> np.ndarray[Any, Any]:
    """Seconds per call, node, operation and byte: least squares of relative errors, none of them below 0."""
    terms = np.array([[1.0, work.nodes, work.operations, work.bytes] for work in works]) / np.array(seconds)[:, None]
    kept = [0, 1, 2, 3]
    while True:
        found, *_ = np.linalg.lstsq(terms[:, kept], np.ones(len(seconds)), rcond=None)
        if (found >= 0).all():
            return np.array([found[kept.index(place)] if place in kept else 0.0 for place in range(4)])
        kept.pop(int(np.argmin(found)))


def main() -> None:
    """Measure, fit, print."""
    models = list(graphs())
    works, seconds = [work_of(model) for model in models], [seconds_per_row(model) for model in models]
    found = fit(works, seconds)
    for work, measured in zip(works, seconds, strict=True):
        expected = float(np.dot(found, [1.0, work.nodes, work.operations, work.bytes]))
        print(f"{work.nodes:3} nodes {work.operations:8,} operations {work.bytes:9,} bytes", end=" ")
        print(f"{measured * 1e6:8.2f} us, fitted {expected * 1e6:8.2f}")
    for name, value in zip(("CALL", "NODE", "OPERATION", "BYTE"), found, strict=True):
        print(f"SECONDS_PER_{name} = {value:.3g}")
    print(f"{cpu_model() or 'an unnamed processor'}, {datetime.now(UTC):%Y-%m-%d}")


if __name__ == "__main__":
    main()
