"""Training on a GPU ranks as training on the CPU does, repeats itself, and can be interrupted.

On a machine that has one: `PYTHONPATH=layers/greenfraud/python python3 -m pytest tests/training/model/test_gpu.py`; torch,
numpy, onnx, onnxruntime and pytest are enough.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from learnable import FEATURES, checkpoint, rows

from training.job.interruption import Interrupted
from training.model.checkpoint import Checkpoint
from training.model.device import CPU, best_device
from training.model.learning import Learned, learn
from training.model.onnx_graph import PARITY_TOLERANCE, check_parity, to_onnx
from training.model.ranking import average_precision
from training.model.savepoint import Savepoint

GPU = torch.device("cuda")
SEED, STOPPED_AT = 3, 60

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")


def ranking(learned: Learned) -> float:
    """Average precision on rows that nobody learned, with the frauds of both chunks."""
    unseen = rows(20_000, rule="ratio", seed=9)
    is_fraud = unseen.is_fraud | (unseen.values[:, 0] > 270.0)
    return average_precision(learned.network(unseen.values).detach().numpy(), is_fraud.numpy())


@pytest.fixture(scope="module", params=["light", "heavy"])
def parent(request: pytest.FixtureRequest) -> Checkpoint:
    """A model to go on from, trained on the GPU."""
    return checkpoint(learn(request.param, rows(8_000), None, FEATURES, seed=SEED, device=GPU))


def child(parent: Checkpoint, device: torch.device, savepoint: Savepoint | None = None) -> Learned:
    """The model of the next chunk, which has other frauds."""
    return learn(parent.family, rows(8_000, rule="ratio", seed=2), parent, FEATURES, seed=SEED, device=device, savepoint=savepoint)


def test_it_is_chosen_where_there_is_one() -> None:
    """No setting."""
    assert best_device() == GPU


def test_it_ranks_as_the_cpu_does_and_comes_back_to_it(parent: Checkpoint) -> None:
    """The same rows in the same order, rounded otherwise; the ONNX graph gives what torch gives."""
    learned = child(parent, GPU)
    assert ranking(learned) > 0.8
    assert {tensor.device for tensor in learned.network.state_dict().values()} == {CPU}
    assert ranking(learned) == pytest.approx(ranking(child(parent, CPU)), abs=0.005)
    assert check_parity(to_onnx(learned.network), learned.network, rows(2_000, seed=4).values) <= PARITY_TOLERANCE


def test_it_repeats_itself_to_the_bit(parent: Checkpoint) -> None:
    """On one machine."""
    one, other = (child(parent, GPU).network.state_dict().values() for _ in range(2))
    assert all(torch.equal(a, b) for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize(("first", "then"), [(GPU, GPU), (GPU, CPU), (CPU, GPU)])
def test_an_interrupted_fit_goes_on_on_whatever_device(
    parent: Checkpoint, first: torch.device, then: torch.device, tmp_path: Path
) -> None:
    """To the bit on the same one; another instance may have none."""
    asked = iter([False] * (STOPPED_AT - 1) + [True])
    with pytest.raises(Interrupted, match=f"kept after step {STOPPED_AT}"):
        child(parent, first, Savepoint(tmp_path, {}, lambda: next(asked)))
    resumed, whole = child(parent, then, Savepoint(tmp_path, {}, lambda: False)), child(parent, first)
    assert ranking(resumed) == pytest.approx(ranking(whole), abs=0.005)
    if first == then:
        assert all(
            torch.equal(a, b)
            for a, b in zip(resumed.network.state_dict().values(), whole.network.state_dict().values(), strict=True)
        )
