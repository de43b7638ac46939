"""A real bundle, small: a logistic regression over three features, in ONNX."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from greenfraud.bundle import LOG_ODDS, MANIFEST_FILE, MODEL_FILE, BundleManifest
from greenfraud.canonical import sha256_hex
from greenfraud.control import ModelRef
from greenfraud.features.manifest import load_manifest
from greenfraud.naming import models_prefix

WEIGHTS = {"amount": 0.01, "customer_count_1d": 0.5, "terminal_report_ratio_7d": 4.0}
BIAS = -4.0
GOLDEN = ([10.0, 1.0, 0.0], [500.0, None, 0.5])
UNMOVED = dict.fromkeys(WEIGHTS, 0.0)  # a model that answers the same whatever comes, as a trained one does beyond what it has seen
REFERENCE = {"amount": 50.0, "customer_count_1d": 2.0, "terminal_report_ratio_7d": 0.0}


def probability_of(inputs: list[float | None], *, bias: float = BIAS, weights: Mapping[str, float] = WEIGHTS) -> float:
    """What the model answers, by hand; missing counts as 0."""
    score = bias + sum(weight * (value or 0.0) for weight, value in zip(weights.values(), inputs, strict=True))
    return 1 / (1 + math.exp(-score))


def model_bytes(*, bias: float = BIAS, weights: Mapping[str, float] = WEIGHTS, tells_log_odds: bool = True) -> bytes:
    """The graph: missing to zero, weigh, add, squash; one of an earlier release tells no log odds."""
    nodes = [
        helper.make_node("IsNaN", ["rows"], ["is_missing"]),
        helper.make_node("Where", ["is_missing", "zero", "rows"], ["known"]),
        helper.make_node("Gemm", ["known", "weights", "bias"], ["scores"]),
        helper.make_node("Sigmoid", ["scores"], ["squashed"]),
        helper.make_node("Squeeze", ["squashed", "last"], ["probability"]),
        helper.make_node("Squeeze", ["scores", "last"], [LOG_ODDS]),
    ]
    constants = {
        "zero": np.zeros(1, np.float32),
        "weights": np.asarray([[weight] for weight in weights.values()], dtype=np.float32),
        "bias": np.asarray([bias], np.float32),
        "last": np.asarray([1], np.int64),
    }
    graph = helper.make_graph(
        nodes,
        "logistic",
        [helper.make_tensor_value_info("rows", TensorProto.FLOAT, ["n", len(WEIGHTS)])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n"]) for name in ("probability", LOG_ODDS)[: 1 + tells_log_odds]],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(model)
    content: bytes = model.SerializeToString()
    return content


def bundle(
    version: str = "v1",
    *,
    family: str = "light",
    bias: float = BIAS,
    weights: Mapping[str, float] = WEIGHTS,
    tells_log_odds: bool = True,
    **changes: Any,
) -> dict[str, bytes]:
    """The files of a bundle that passes every check, or fails one because of a change."""
    model = model_bytes(bias=bias, weights=weights, tells_log_odds=tells_log_odds)
    golden = [
        {"inputs": list(inputs), "probability": probability_of(list(inputs), bias=bias, weights=weights)} for inputs in GOLDEN
    ]
    computed = load_manifest()
    manifest = {
        "family": family,
        "version": version,
        "features": [{"name": name, "hash": computed.feature(name).hash} for name in WEIGHTS],
        "files": {MODEL_FILE: sha256_hex(model)},
        "reference": REFERENCE,
        "golden": golden,
        "metrics": {"average_precision": {"value": 0.7}},
        **changes,
    }
    return {MODEL_FILE: model, MANIFEST_FILE: BundleManifest(**manifest).to_bytes()}


def put_bundle(s3: Any, files: Mapping[str, bytes], bucket: str = "artifacts") -> ModelRef:
    """Store a bundle and refer to it as the control document does."""
    described = json.loads(files[MANIFEST_FILE])
    prefix = models_prefix(described["family"], described["version"])
    for name, content in files.items():
        s3.put_object(Bucket=bucket, Key=f"{prefix}{name}", Body=content)
    return ModelRef(described["family"], described["version"], prefix, sha256_hex(files[MANIFEST_FILE]))
