"""The network as an ONNX graph, built by hand: exporters cost seconds of import, and the graph has twenty nodes.

Input `features`, float32 [n, d], NaN for missing; outputs `fraud_probability` and, for reasons, its `log_odds`, float32 [n].
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from greenfraud.bundle import LOG_ODDS
from greenfraud.errors import BundleError
from greenfraud.onnx_session import PROVIDERS, single_threaded
from training.model.network import ABSENT, LEAK, Z_LIMIT, inverse_widths

if TYPE_CHECKING:
    import torch
    from numpy.typing import NDArray

    from training.model.network import FraudNetwork

OPSET, IR_VERSION = 17, 8  # old enough for every onnxruntime still in use
INPUT, OUTPUT = "features", "fraud_probability"
PARITY_TOLERANCE = 1e-5  # torch and onnxruntime round differently, on the same machine by less than this


class _Graph:
    """Collects nodes and constants; `add` returns the name of what a node computes."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def add(self, operator: str, *inputs: str, name: str, **attributes: object) -> str:
        self.nodes.append(helper.make_node(operator, inputs, [name], name=name, **attributes))
        return name

    def constant(self, name: str, value: torch.Tensor | NDArray[np.generic] | float) -> str:
        array = np.asarray(value)
        array = array.astype(np.float32) if array.dtype.kind == "f" else array
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name


class _Codes(NamedTuple):
    """Names of the encoding's parts, each [n, codes]; the plain codes are missing and z of every feature."""

    smooth: str
    steps: str
    plain: str


def to_onnx(network: FraudNetwork) -> bytes:
    """Return the model file: pre-processing, members and calibration in one graph without external data."""
    graph = _Graph()
    codes = _encoding(graph, network)
    logit = _with_odds(graph, _signs(graph, network, codes), _background(graph, network, codes))
    slope, shift = network.platt.tolist()
    slanted = graph.add("Mul", logit, graph.constant("platt_slope", slope), name="slanted")
    graph.add("Sigmoid", graph.add("Add", slanted, graph.constant("platt_shift", shift), name=LOG_ODDS), name=OUTPUT)
    inputs = [helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, ["n", network.feature_count])]
    outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n"]) for name in (OUTPUT, LOG_ODDS)]
    body = helper.make_graph(graph.nodes, "greenfraud", inputs, outputs, graph.constants)
    model = helper.make_model(body, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def _encoding(graph: _Graph, network: FraudNetwork) -> _Codes:
    missing = graph.add("IsNaN", INPUT, name="is_missing")
    filled = graph.add("Where", missing, graph.constant("lowest", ABSENT), INPUT, name="filled")
    scaled = _signed_log(graph, filled)
    axis = graph.constant("codes_axis", np.array([1]))
    z = graph.add("Where", missing, graph.constant("zero", 0.0), _standardised(graph, network, scaled), name="known_z")
    absent = graph.add("Cast", missing, name="absent", to=TensorProto.FLOAT)
    deep = [graph.add("Unsqueeze", values, axis, name=f"{values}_deep") for values in (absent, z, scaled, filled)]
    smooth = graph.add("Concat", deep[0], deep[1], _reach(graph, network, deep[2]), name="smooth_deep", axis=1)
    smooth = _flat(graph, smooth, "smooth", network.smooth_width)
    steps = _flat(graph, _entered(graph, network, deep[3]), "steps", network.steps_width)
    return _Codes(smooth, steps, graph.add("Concat", absent, z, name="plain", axis=1))


def _flat(graph: _Graph, codes: str, name: str, width: int) -> str:
    return graph.add("Reshape", codes, graph.constant(f"{name}_shape", np.array([-1, width])), name=name)


def _signed_log(graph: _Graph, values: str) -> str:
    size = graph.add("Abs", values, name="size")
    shifted = graph.add("Add", size, graph.constant("unit", 1.0), name="shifted")
    logarithm = graph.add("Log", shifted, name="logarithm")
    return graph.add("Mul", graph.add("Sign", values, name="sign"), logarithm, name="scaled")


def _standardised(graph: _Graph, network: FraudNetwork, scaled: str) -> str:
    centred = graph.add("Sub", scaled, graph.constant("mean", network.mean), name="centred")
    z = graph.add("Div", centred, graph.constant("scale", network.scale), name="z")
    limits = graph.constant("z_low", -Z_LIMIT), graph.constant("z_high", Z_LIMIT)
    return graph.add("Clip", z, *limits, name="z_clipped")


def _reach(graph: _Graph, network: FraudNetwork, scaled: str) -> str:
    into = graph.add("Sub", scaled, graph.constant("lower", network.borders[:, :-1].T), name="into")
    reached = graph.add("Mul", into, graph.constant("inverse_width", inverse_widths(network.borders).T), name="reached")
    return graph.add("Clip", reached, "zero", "unit", name="reach")


def _entered(graph: _Graph, network: FraudNetwork, filled: str) -> str:
    is_entered = graph.add("GreaterOrEqual", filled, graph.constant("limits", network.limits[:, :-1].T), name="is_entered")
    return graph.add("Cast", is_entered, name="entered", to=TensorProto.FLOAT)


def _signs(graph: _Graph, network: FraudNetwork, codes: _Codes) -> str:
    """The members' mean is linear in their outputs, so all of them become one vector."""
    wide, entered = network.wide_weight.detach().mean(0), network.step_weight.detach().mean(0)
    smooth = graph.add("MatMul", codes.smooth, graph.constant("wide_weight", wide), name="smooth_logit")
    steps = graph.add("MatMul", codes.steps, graph.constant("step_weight", entered), name="steps_logit")
    bias = graph.constant("bias", network.bias.detach().mean())
    logit = graph.add("Add", graph.add("Add", smooth, steps, name="wide_logit"), bias, name="biased")
    if not network.architecture.hidden_units:
        return logit
    weight = graph.constant("hidden_weight", network.hidden_weight.detach().T)
    hidden = graph.add("MatMul", codes.smooth, weight, name="hidden_sum")
    hidden = graph.add("Add", hidden, graph.constant("hidden_bias", network.hidden_bias.detach()), name="hidden_biased")
    hidden = graph.add("LeakyRelu", hidden, name="hidden", alpha=LEAK)
    output = graph.constant("output", network.output_weight.detach() / network.architecture.members)
    return graph.add("Add", logit, graph.add("MatMul", hidden, output, name="deep_logit"), name="signs")


def _background(graph: _Graph, network: FraudNetwork, codes: _Codes) -> str:
    weight = graph.constant("background_weight", network.background_weight.detach()[0])
    logit = graph.add("MatMul", codes.plain, weight, name="background_logit")
    bias = network.background_bias.detach()[0] + network.background_shift
    return graph.add("Add", logit, graph.constant("background_bias", bias), name="background")


def _with_odds(graph: _Graph, logit: str, other: str) -> str:
    excess = graph.add("Softplus", graph.add("Sub", other, logit, name="difference"), name="excess")
    return graph.add("Add", logit, excess, name="logit")


def session_of(model: bytes) -> object:
    """Return a single-threaded onnxruntime session, as serving uses it."""
    import onnxruntime

    return onnxruntime.InferenceSession(model, single_threaded(onnxruntime.SessionOptions()), providers=PROVIDERS)


def probabilities(model: bytes, values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return what onnxruntime answers for rows of raw feature values."""
    (answer,) = session_of(model).run([OUTPUT], {INPUT: values})  # type: ignore[attr-defined]
    return np.asarray(answer)


def check_parity(model: bytes, network: FraudNetwork, values: torch.Tensor) -> float:
    """Return the largest difference between torch and onnxruntime. Raises BundleError beyond PARITY_TOLERANCE."""
    difference = float(np.abs(probabilities(model, values.numpy()) - network(values).detach().numpy()).max())
    if not difference <= PARITY_TOLERANCE:
        raise BundleError(f"onnxruntime differs from torch by {difference:.2e}, more than {PARITY_TOLERANCE}")
    return difference
