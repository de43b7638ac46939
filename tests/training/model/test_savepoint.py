"""A fit that was stopped anywhere ends with the same bits, and believes no state but its own."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from learnable import FEATURES, checkpoint, rows

from training.job.interruption import Interrupted
from training.model import learning, savepoint
from training.model.checkpoint import Checkpoint
from training.model.learning import Learned, learn
from training.model.savepoint import FILE_NAME, Savepoint

IDENTITY = {"version": "v1", "inputs": "abc", "torch": "2.13.0", "epochs": None, "threads": 1}
CHUNK, SEED = rows(600, rule="ratio", seed=2), 5


class KilledError(Exception):
    """Stands for SIGKILL, which leaves the file as it is."""


@pytest.fixture(scope="module")
def parent() -> Checkpoint:
    """A model to go on from."""
    return checkpoint(learn("light", rows(600), None, FEATURES))


def never() -> bool:
    """Nobody stops this fit."""
    return False


def kept(folder: Path, must_stop: Callable[[], bool] = never, **changes: Any) -> Savepoint:
    """The savepoint of one job in a folder."""
    return Savepoint(folder, IDENTITY | changes, must_stop)


def stopped_fit(folder: Path, steps: int, **changes: Any) -> None:
    """Leave the state of a fit that was told to stop after so many steps."""
    asked: Iterator[bool] = iter([False] * (steps - 1) + [True])
    with pytest.raises(Interrupted, match=f"kept after step {steps}$"):
        learn("light", CHUNK, None, FEATURES, seed=SEED, savepoint=kept(folder, lambda: next(asked), **changes))


def bits(learned: Learned) -> list[bytes]:
    """Every tensor that a child or a bundle is made from."""
    tensors = [*learned.network.state_dict().values(), *learned.replay.stored().values()]
    return [tensor.numpy().tobytes() for tensor in tensors]


def assert_same(one: Learned, other: Learned) -> None:
    """To the last bit, the reported loss included."""
    assert all(mine == theirs for mine, theirs in zip(bits(one), bits(other), strict=True))
    assert one.fit == other.fit


def counted(monkeypatch: pytest.MonkeyPatch, killed_at: int = -1) -> list[int]:
    """Count the optimiser's steps of a fit from now on, and kill it within one of them."""
    steps: list[int] = []
    original = savepoint.Savepoint.resume

    def resume(self: Savepoint, items: Any, parts: Any) -> Iterator[Any]:
        for item in original(self, items, parts):
            steps.append(1)
            yield item
            if len(steps) == killed_at:
                raise KilledError

    monkeypatch.setattr(savepoint.Savepoint, "resume", resume)
    return steps


@pytest.mark.parametrize(("family", "young_frauds"), [("baseline", 10_000), ("heavy", 10), ("light", 10_000), ("light", 10)])
def test_stopped_after_every_single_step_it_ends_with_the_same_bits(
    family: str, young_frauds: int, parent: Checkpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As many interruptions as there are steps, within epochs and between them: without a parent, with a young and a mature one."""
    monkeypatch.setattr(learning, "YOUNG_FRAUDS", young_frauds)
    start = parent if family == "light" else None
    whole = learn(family, CHUNK, start, FEATURES, seed=SEED)
    for _ in range(1_000):
        try:
            resumed = learn(family, CHUNK, start, FEATURES, seed=SEED, savepoint=kept(tmp_path, lambda: True))
        except Interrupted:
            continue
        break
    assert_same(whole, resumed)


@pytest.mark.parametrize("killed_at", [1, 49, 50, 51, 77, 100])
def test_killed_within_a_step_it_goes_on_from_the_last_save(
    killed_at: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of what came after the save is counted twice."""
    monkeypatch.setattr(savepoint, "STEPS_BETWEEN_SAVES", 25)
    whole = learn("light", CHUNK, None, FEATURES, seed=SEED)
    with monkeypatch.context() as patched:
        counted(patched, killed_at)
        with pytest.raises(KilledError):
            learn("light", CHUNK, None, FEATURES, seed=SEED, savepoint=kept(tmp_path))
    assert_same(whole, learn("light", CHUNK, None, FEATURES, seed=SEED, savepoint=kept(tmp_path)))


def test_a_finished_fit_is_not_repeated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed while it published its results, a job only has to publish them."""
    once = learn("light", CHUNK, None, FEATURES, seed=SEED, savepoint=kept(tmp_path))
    steps = counted(monkeypatch)
    assert_same(once, learn("light", CHUNK, None, FEATURES, seed=SEED, savepoint=kept(tmp_path)))
    assert steps == []


@pytest.mark.parametrize("change", [{name: "other"} for name in IDENTITY] + [{"new": 1}])
def test_a_fit_ignores_and_names_the_state_of_another_fit(
    change: dict[str, Any], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Other orders, inputs, versions, threads: the fit starts anew."""
    stopped_fit(tmp_path, 60, **change)
    caplog.clear()  # whatever ran before in this process may have let the first fit speak
    with caplog.at_level(logging.INFO, "training"):
        learned = learn("light", CHUNK, None, FEATURES, seed=SEED, savepoint=kept(tmp_path))
    assert_same(learn("light", CHUNK, None, FEATURES, seed=SEED), learned)
    assert [f"ignoring {FILE_NAME}: another fit left it, whose {next(iter(change))} differs", "the fit begins"] == caplog.messages[
        :2
    ]


@pytest.mark.parametrize(
    "damaged",
    [
        lambda content: content[:-1],
        lambda content: content[: len(content) // 2],
        lambda content: content[:10],
        lambda _: b"",
        lambda content: content[:500] + bytes([content[500] ^ 1]) + content[501:],
        lambda content: content[: len(content) // 2] + bytes(len(content) - len(content) // 2),
    ],
)
def test_a_fit_ignores_and_names_a_torn_state(
    damaged: Callable[[bytes], bytes], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Cut off, half empty, or with one bit changed: the fit starts anew."""
    stopped_fit(tmp_path, 60)
    file = tmp_path / FILE_NAME
    file.write_bytes(damaged(file.read_bytes()))
    caplog.clear()  # whatever ran before in this process may have let the first fit speak
    with caplog.at_level(logging.INFO, "training"):
        learned = learn("light", CHUNK, None, FEATURES, seed=SEED, savepoint=kept(tmp_path))
    assert_same(learn("light", CHUNK, None, FEATURES, seed=SEED), learned)
    assert [f"ignoring {FILE_NAME}: it is damaged", "the fit begins"] == caplog.messages


def test_a_save_that_is_cut_off_leaves_the_one_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is replaced as a whole, or not at all."""
    stopped_fit(tmp_path, 60)
    whole = learn("light", CHUNK, None, FEATURES, seed=SEED)

    def write_half(file: Path, content: bytes) -> None:
        with file.open("wb") as stream:
            stream.write(content[: len(content) // 2])
        raise KilledError

    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_bytes", write_half)
        with pytest.raises(KilledError):
            learn("light", CHUNK, None, FEATURES, seed=SEED, savepoint=kept(tmp_path, lambda: True))
    steps = counted(monkeypatch)
    assert_same(whole, learn("light", CHUNK, None, FEATURES, seed=SEED, savepoint=kept(tmp_path)))
    assert len(steps) == 100 - 60


def test_the_state_of_the_largest_family_is_small(tmp_path: Path) -> None:
    """It is written, and sent to S3, every few seconds."""
    features = {f"f{index}": "h" for index in range(38)}
    many = rows(600)
    values = many.values[:, torch.arange(38) % 3]
    with pytest.raises(Interrupted):
        learn("heavy", type(many).of(values, many.is_fraud), None, features, savepoint=kept(tmp_path, lambda: True))
    assert (tmp_path / FILE_NAME).stat().st_size < 1_000_000
