"""The feedback loop: a model's own decisions take the labels away that it would have learned from.

Four platforms live through the same payments, week after week: each scores with the model of all that it could learn by then,
reviews and blocks by the default policy's thresholds, hears of what went through, and learns. What is blocked, nobody reports.
Rules decide nothing here: it is the model that must not unlearn.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow.parquet as pq
from rich.table import Table

from benchmarks.features.lake_folder import LakeFolder
from benchmarks.learning.loop_world import ALLOWED, BLOCKED, REVIEWED, LoopWorld
from benchmarks.learning.part import Part
from cli.data.world import WorldSpecification, make_world
from greenfraud.chunks import Chunk
from greenfraud.features.manifest import load_manifest
from greenfraud.naming import features_key
from greenfraud.policy import DEFAULT_POLICY
from training.features.chunk_file import read_file
from training.features.chunk_writing import write_chunks
from training.model.checkpoint import Checkpoint
from training.model.learning import learn
from training.model.onnx_graph import probabilities, to_onnx
from training.model.ranking import average_precision
from training.steps.train import sample_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from benchmarks.progress import Progress

    Floats = NDArray[np.float64]

FAMILY, CUSTOMERS = "light", 1_000
KNOWN_WEEKS, LOOP_WEEKS = 8, 12  # lived through without a model, then with one
JUDGED_WEEKS = 8  # the last of them count: a model's first decisions must have come back to it
WEEK = timedelta(days=7)
MATURE_WEEKS = 1  # labels take a week
EXPLORED = 0.005


class Regime(NamedTuple):
    """How a platform treats what it blocked: who tells the truth of it, whether silence counts as honest, what passes."""

    tells_all: bool = False
    trusts_silence: bool = False
    propensity: float = 0.0


REGIMES: Mapping[str, Regime] = {
    "control": Regime(tells_all=True),
    "ours": Regime(propensity=EXPLORED),
    "censored": Regime(),
    "unmended": Regime(trusts_silence=True),
}
DESCRIBED = {
    "control": "the same platform, which somebody tells the truth of every payment that it blocked",
    "ours": f"blocked payments are neither learned nor judged, {EXPLORED:.1%} of them are let through and count for all of them",
    "censored": "blocked payments are neither learned nor judged, none is let through",
    "unmended": "a blocked payment brings no report, and silence counts as honest: before",
}
STEPS = 1 + len(REGIMES) * LOOP_WEEKS


@dataclass
class Life:
    """What became of one platform: per week frauds, those blocked or reviewed, and average precision as it is and as it seemed."""

    world: LoopWorld
    regime: Regime
    parent: Checkpoint | None = None
    frauds: list[int] = field(default_factory=list)
    caught: list[int] = field(default_factory=list)
    precision: list[float] = field(default_factory=list)
    drifts: int = 0
    censored: int = 0
    learned: int = 0

    def caught_share(self) -> float:
        """Return the share of frauds that were blocked or reviewed in the weeks that count."""
        return sum(self.caught[-JUDGED_WEEKS:]) / max(1, sum(self.frauds[-JUDGED_WEEKS:]))


def run(progress: Progress, scale: float) -> Part:
    """Score, block, hear nothing, learn, week after week."""
    days = 7 * (KNOWN_WEEKS + LOOP_WEEKS)
    dataset = make_world(WorldSpecification(customers=max(100, round(CUSTOMERS * scale)), days=days))
    weeks = [Chunk(dataset.first_day + n * WEEK, dataset.first_day + (n + 1) * WEEK) for n in range(days // 7)]
    lives: dict[str, Life] = {}
    with tempfile.TemporaryDirectory() as root:
        folder = Path(root) / "known"
        known = Life(LoopWorld(LakeFolder(folder), dataset.table), Regime())
        for week in weeks[:KNOWN_WEEKS]:
            known.world.live(week, None)
        learn_chunks(known, folder, weeks[: KNOWN_WEEKS - MATURE_WEEKS])
        progress.finish("everything allowed, first model")
        for name, regime in REGIMES.items():
            lives[name] = branch(known, folder, Path(root) / name, regime)
            for number in range(KNOWN_WEEKS, len(weeks)):
                live(lives[name], Path(root) / name, weeks, number)
                progress.finish(f"{name}, week {number - KNOWN_WEEKS + 1}")
    return Part(table(lives), measures(lives), DESCRIBED)


def branch(known: Life, folder: Path, other: Path, regime: Regime) -> Life:
    """Return what comes of a platform from here on under a regime, in a folder of its own."""
    shutil.copytree(folder, other)
    world = known.world.branch(LakeFolder(other), tells_all=regime.tells_all, propensity=regime.propensity)
    return Life(world, regime, known.parent)


def live(life: Life, folder: Path, weeks: list[Chunk], number: int) -> None:
    """Live through a week; before it, the one that has become mature is learned, unless the first model knows it."""
    if number > KNOWN_WEEKS:
        learn_chunks(life, folder, [weeks[number - 1 - MATURE_WEEKS]])
    judge_week(life, weeks[number])


def learn_chunks(life: Life, folder: Path, chunks: list[Chunk]) -> None:
    """Learn chunks as the features job writes them and the training job reads them."""
    write_chunks(life.world.lake, chunks)
    manifest = load_manifest()
    features = manifest.input_hashes
    for chunk in chunks:
        file = folder / features_key(manifest.version, chunk.id)
        rows, judged = pq.read_table(file), read_file(file)
        sample = sample_of(rows if life.regime.trusts_silence else judged, list(manifest.inputs))
        life.censored, life.learned = life.censored + rows.num_rows - judged.num_rows, life.learned + len(sample)
        found = learn(FAMILY, sample, life.parent, features)
        life.drifts += found.has_drifted
        life.parent = found.checkpoint(chunk.id, [*(life.parent.chunks if life.parent else []), chunk.id])


def judge_week(life: Life, week: Chunk) -> None:
    """Let a week pass under the deployed model, and count what it found."""
    assert life.parent is not None
    model, names = to_onnx(life.parent.network), load_manifest().inputs
    scored: list[NDArray[np.floating[Any]]] = []

    def decide(columns: dict[str, Floats]) -> NDArray[np.int64]:
        scores = probabilities(model, np.column_stack([columns[name] for name in names]).astype(np.float32))
        scored.append(scores)
        reviewed, blocked = scores >= DEFAULT_POLICY.review_at, scores >= DEFAULT_POLICY.block_at
        return np.where(blocked, BLOCKED, np.where(reviewed, REVIEWED, ALLOWED))

    life.world.live(week, decide)
    rows = life.world.rows_of(week)
    is_fraud = life.world.is_fraud[rows]
    is_caught = (life.world.outcome[rows] != ALLOWED) | life.world.explored[rows]
    life.frauds.append(int(is_fraud.sum()))
    life.caught.append(int((is_fraud & is_caught).sum()))
    life.precision.append(average_precision(np.concatenate(scored), is_fraud))


def measures(lives: Mapping[str, Life]) -> dict[str, float]:
    """Return what each platform caught beside the control, and its average precision on the truth."""
    control = lives["control"].caught_share()
    others = {name: life for name, life in lives.items() if name != "control" and control}  # of nothing there is no share
    names = {"ours": "caught_share_of_control"}
    found = {names.get(name, f"caught_share_{name}"): life.caught_share() / control for name, life in others.items()}
    found["caught_share_control_absolute"] = control
    found |= {f"feedback_average_precision_{name}": float(np.mean(life.precision[-JUDGED_WEEKS:])) for name, life in lives.items()}
    found |= {f"feedback_drift_alarms_{name}": float(life.drifts) for name, life in lives.items()}
    found["feedback_censored_share"] = lives["ours"].censored / (lives["ours"].censored + lives["ours"].learned)
    found["feedback_explored_payments"] = float(lives["ours"].world.explored.sum())
    return found


def table(lives: Mapping[str, Life]) -> Table:
    """Return frauds caught per week, one line per platform."""
    title = f"The feedback loop: frauds blocked or reviewed, week by week; the shares are of the last {JUDGED_WEEKS} weeks"
    shown = Table(title=title, title_justify="left", box=None)
    for heading in ("", "caught", "AP", "alarms", *(str(week) for week in range(1, LOOP_WEEKS + 1))):
        shown.add_column(heading, justify="left" if not heading else "right", no_wrap=True)
    shown.add_row("frauds", "", "", "", *(str(count) for count in lives["control"].frauds))
    for name, life in lives.items():
        average = f"{np.mean(life.precision[-JUDGED_WEEKS:]):.3f}"
        shown.add_row(name, f"{life.caught_share():.1%}", average, str(life.drifts), *(str(count) for count in life.caught))
    return shown
