"""The work of one score by a model's ONNX graph: operations, bytes and nodes, from its shapes; the same graph is the same work.

A multiplication and an addition count one each; a function such as a logarithm as many as it takes the time of. A node
reads its inputs and writes its outputs once; of a table that is looked up, only the rows that are taken. What only renames a
tensor moves nothing. A node whose work nobody has told here makes the whole graph's unavailable: it is never taken for none.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, NamedTuple

import onnx
from onnx import TensorProto, helper, shape_inference

from greenfraud.errors import ContractError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SERIES = 60  # a logarithm, an exponential or an error function takes as long as so many multiplications of a product
BY_OUTPUT = {
    **dict.fromkeys(("Add", "Sub", "Mul", "Div", "Neg", "Abs", "Sign", "Relu", "IsNaN", "Not", "And", "Or", "Cast", "Where"), 1),
    **dict.fromkeys(("Min", "Max", "Less", "LessOrEqual", "Greater", "GreaterOrEqual", "Equal"), 1),
    **dict.fromkeys(("Clip", "LeakyRelu"), 2),
    **dict.fromkeys(("Log", "Exp", "Tanh", "Erf", "Sqrt", "Pow"), SERIES),
    **dict.fromkeys(("Sigmoid", "Softmax"), SERIES + 2),
    "Softplus": 2 * SERIES + 1,
    "LayerNormalization": 8,  # mean, centred, square, mean, root, quotient, scale, bias
}
BY_INPUT = {"ReduceSum": 1, "ReduceMean": 1, "ReduceMax": 1, "ReduceMin": 1}
MOVES = {"Concat", "Gather", "Slice", "Split", "Transpose", "Expand", "Pad"}
RENAMES = {"Reshape", "Unsqueeze", "Squeeze", "Flatten", "Identity", "Constant", "Shape"}

Shape = tuple[int, ...]
Tensors = dict[str, tuple[Shape, int]]


class WorkUnavailableError(ContractError):
    """A graph has a node or a shape that nobody can count."""


class Work(NamedTuple):
    """What one score takes of a model's graph."""

    operations: int
    bytes: int
    nodes: int


def work_of(model: bytes) -> Work:
    """Return the work of one row. Raises WorkUnavailableError naming the operator or the tensor that cannot be counted."""
    graph, tensors = _shaped(model)
    total = Work(0, 0, 0)
    for node in graph.node:
        if node.domain not in {"", "ai.onnx"}:
            raise WorkUnavailableError(f"operator {node.domain}.{node.op_type} is not counted")
        operations, moved = _work(node, tensors)
        total = Work(total.operations + operations, total.bytes + moved, total.nodes + 1)
    return total


def _work(node: onnx.NodeProto, tensors: Tensors) -> tuple[int, int]:
    """Operations and bytes of a node."""
    kind = node.op_type
    if kind in RENAMES:
        return 0, 0
    inputs, outputs = _of(tensors, node.input), _of(tensors, node.output)
    written = sum(_bytes(one) for one in outputs)
    if kind in MOVES:
        return 0, 2 * written  # what is taken is read and written; a table of which rows are taken is not read whole
    read = sum(_bytes(one) for one in inputs)
    return _operations(kind, [shape for shape, _ in inputs], [shape for shape, _ in outputs]), read + written


def _operations(kind: str, inputs: Sequence[Shape], outputs: Sequence[Shape]) -> int:
    results = prod(outputs[0])
    if kind == "MatMul":
        return 2 * results * inputs[0][-1]
    if kind == "Gemm":  # either operand may come transposed; a third is added
        return 2 * results * (prod(inputs[0]) // outputs[0][0]) + (results if len(inputs) > 2 else 0)
    if kind in BY_OUTPUT:
        return BY_OUTPUT[kind] * results
    if kind in BY_INPUT:
        return BY_INPUT[kind] * prod(inputs[0])
    raise WorkUnavailableError(f"operator {kind} is not counted")


def _shaped(model: bytes) -> tuple[onnx.GraphProto, Tensors]:
    """The graph for one row, and shape and bytes per element of each of its tensors, as far as they can be inferred."""
    proto = onnx.load_model_from_string(model)
    for given in proto.graph.input:
        for size in given.type.tensor_type.shape.dim:
            if not size.HasField("dim_value"):
                size.dim_value = 1
    for told in proto.graph.output:
        told.type.tensor_type.ClearField("shape")  # the batch again, under its name
    graph = shape_inference.infer_shapes(proto, data_prop=True).graph
    tensors: Tensors = {one.name: (tuple(one.dims), _width(one.data_type)) for one in graph.initializer}
    for value in (*graph.input, *graph.value_info, *graph.output):
        kind = value.type.tensor_type
        if kind.HasField("shape") and all(size.HasField("dim_value") for size in kind.shape.dim):
            tensors[value.name] = (tuple(size.dim_value for size in kind.shape.dim), _width(kind.elem_type))
    return graph, tensors


def _of(tensors: Mapping[str, tuple[Shape, int]], names: Sequence[str]) -> list[tuple[Shape, int]]:
    unknown = [name for name in names if name and name not in tensors]
    if unknown:
        raise WorkUnavailableError(f"the shape of {unknown[0]} is not known")
    return [tensors[name] for name in names if name]


def _bytes(tensor: tuple[Shape, int]) -> int:
    shape, width = tensor
    return prod(shape) * width


def _width(kind: int) -> int:
    return 1 if kind == TensorProto.BOOL else int(helper.tensor_dtype_to_np_dtype(kind).itemsize)
