"""What 1,000 scores by a model emit: counted from its graph and its lineage, so that it is the same whoever asks and when."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper

from greenfraud.carbon import account, of_lambda
from greenfraud.carbon.scoring import FIXED_SECONDS_PER_SCORE, model_seconds
from training.evaluation.graph_work import Work, WorkUnavailableError, work_of
from training.evaluation.model_carbon import NO_LINEAGE, NO_TRAFFIC, carbon_of, whole_score_g
from training.model.families import ARCHITECTURES
from training.model.network import FraudNetwork
from training.model.onnx_graph import to_onnx

SETTINGS = SimpleNamespace(grid_intensity_g_per_kwh=34.91, pue=1.135, score_architecture="arm64")
EMISSIONS = {"lineage": {"energy_kwh": 0.01, "emissions_g": 0.4, "embodied_g": 0.6}}


def model(family: str, seed: int = 0, features: int = 48) -> bytes:
    """A network of a family that has learned nothing."""
    torch.manual_seed(seed)
    return to_onnx(FraudNetwork(ARCHITECTURES[family], features))


def graph(*nodes, width: int, columns: int, **constants: np.ndarray) -> bytes:
    """A graph from `x` to `y`, for any number of rows."""
    given = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", width])
    told = helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", columns])
    kept = [numpy_helper.from_array(value, name) for name, value in constants.items()]
    domains = [helper.make_opsetid("", 17), helper.make_opsetid("elsewhere", 1)]
    return helper.make_model(helper.make_graph(nodes, "g", [given], [told], kept), opset_imports=domains).SerializeToString()


MATRIX = np.ones((6, 4), np.float32)
BY_HAND = {
    # 2 x 6 x 4 operations; 6 inputs, 24 weights and 4 results of four bytes
    "MatMul": (graph(helper.make_node("MatMul", ["x", "w"], ["y"]), width=6, columns=4, w=MATRIX), Work(48, 136, 1)),
    # the same and 4 additions of a row of 4
    "Gemm": (
        graph(helper.make_node("Gemm", ["x", "w", "b"], ["y"]), width=6, columns=4, w=MATRIX, b=np.ones(4, np.float32)),
        Work(52, 152, 1),
    ),
    "Gemm, transposed": (
        graph(helper.make_node("Gemm", ["x", "w"], ["y"], transB=1), width=6, columns=4, w=MATRIX.T.copy()),
        Work(48, 136, 1),
    ),
    "Add": (graph(helper.make_node("Add", ["x", "w"], ["y"]), width=4, columns=4, w=np.ones(4, np.float32)), Work(4, 48, 1)),
    # eight operations for each of 4 values; values, scale, bias and results
    "LayerNormalization": (
        graph(
            helper.make_node("LayerNormalization", ["x", "s", "b"], ["y"]),
            width=4,
            columns=4,
            s=np.ones(4, np.float32),
            b=np.ones(4, np.float32),
        ),
        Work(32, 64, 1),
    ),
    # a row of 4 is taken from a table of 1,000: read and written, no more
    "Gather": (
        graph(
            helper.make_node("Gather", ["table", "row"], ["y"]),
            width=1,
            columns=4,
            table=np.ones((1000, 4), np.float32),
            row=np.array([7]),
        ),
        Work(0, 32, 1),
    ),
    "Reshape": (
        graph(helper.make_node("Reshape", ["x", "to"], ["y"]), width=4, columns=4, to=np.array([-1, 4])),
        Work(0, 0, 1),
    ),
}


@pytest.mark.parametrize("name", BY_HAND)
def test_the_work_of_an_operator_by_hand(name):
    """Of one row."""
    built, expected = BY_HAND[name]
    assert expected == work_of(built)


@pytest.mark.parametrize(
    ("node", "words"),
    [
        (helper.make_node("Hardmax", ["x"], ["y"]), "operator Hardmax is not counted"),
        (helper.make_node("Add", ["x", "x"], ["y"], domain="elsewhere"), "operator elsewhere.Add is not counted"),
        (helper.make_node("MatMul", ["x", "nowhere"], ["y"]), "the shape of nowhere is not known"),
    ],
)
def test_what_cannot_be_counted_is_unavailable_and_never_nothing(node, words):
    """By name, so that somebody may add it."""
    unknown = graph(node, width=4, columns=4)
    with pytest.raises(WorkUnavailableError, match=words):
        work_of(unknown)
    carbon = carbon_of(unknown, EMISSIONS, 1000, SETTINGS)
    assert (carbon.grams, carbon.reason, carbon.work) == (None, words, None)


def test_a_family_that_contains_another_takes_more():
    """The baseline's graph is a part of light's, and light's of heavy's; weights and seeds are no work."""
    works = [work_of(model(family)) for family in ("baseline", "light", "heavy")]
    assert works == sorted(works)
    assert works[0].operations < works[1].operations < works[2].operations
    assert work_of(model("light", seed=1)) == works[1]


def test_forty_repeats_give_one_order_and_the_very_same_figures():
    """Where a stopwatch gave any order."""
    models = {family: model(family) for family in ARCHITECTURES}
    told = {
        tuple((family, carbon_of(body, EMISSIONS, 20_000, SETTINGS).grams) for family, body in models.items()) for _ in range(40)
    }
    (figures,) = told
    assert [family for family, _ in sorted(figures, key=lambda one: one[1])] == ["baseline", "light", "heavy"]


def test_the_parts_by_hand():
    """Answering 25 ms, the graph's own microseconds, both with their share of the server, and 1 g of lineage over 20,000 scores."""
    body = model("light")
    work, carbon = work_of(body), carbon_of(body, EMISSIONS, 20_000, SETTINGS)
    own_seconds = model_seconds(operations=work.operations, moved_bytes=work.bytes, nodes=work.nodes)
    whole = account(
        of_lambda(1769, "aarch64"), 1000 * (FIXED_SECONDS_PER_SCORE + own_seconds), intensity_g_per_kwh=34.91, pue=1.135
    )
    assert carbon.answering_g + carbon.model_g == pytest.approx(whole.emissions_g)
    assert carbon.embodied_g == pytest.approx(whole.embodied_g)
    assert carbon.training_g == pytest.approx(1000 * (0.4 + 0.6) / 20_000)
    assert carbon.grams == pytest.approx(whole.total_g + 0.05)
    assert carbon.model_g < 0.002 * carbon.answering_g


def test_between_families_the_graph_is_nothing_against_a_whole_score():
    """What was once decided by a stopwatch is less than a thousandth of an answer; only their training tells them apart."""
    grams = [carbon_of(model(family), EMISSIONS, None, SETTINGS).grams for family in ARCHITECTURES]
    assert max(grams) - min(grams) < 0.001 * whole_score_g(SETTINGS)


@pytest.mark.parametrize(
    ("emissions", "scores", "reason"),
    [(EMISSIONS, None, NO_TRAFFIC), (EMISSIONS, 0, NO_TRAFFIC), ({}, 1000, NO_LINEAGE)],
)
def test_training_that_cannot_be_shared_is_unavailable(emissions, scores, reason):
    """The other parts stand."""
    carbon = carbon_of(model("baseline"), emissions, scores, SETTINGS)
    assert (carbon.training_g, carbon.reason) == (None, reason)
    assert carbon.grams > 0
    assert carbon.to_json()["work"]["nodes"] == len(onnx.load_model_from_string(model("baseline")).graph.node)


def test_a_deployment_on_another_processor_is_accounted_on_that():
    """An x86 core takes more than Graviton's; its server's making is another one."""
    other = SimpleNamespace(**vars(SETTINGS) | {"score_architecture": "x86_64"})
    held = of_lambda(1769, "x86_64")
    expected = account(held, 1000 * FIXED_SECONDS_PER_SCORE, intensity_g_per_kwh=34.91, pue=1.135)
    assert whole_score_g(other) == pytest.approx(expected.total_g) != whole_score_g(SETTINGS)
