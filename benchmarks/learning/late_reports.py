"""Late reports: frauds that are reported 3 to 60 days after they happened, most of them after their chunk was learned.

Two platforms learn the same weeks by the product's own road: one whose chunks are told what became known since, and which learns
it with the next chunk, and one whose labels are frozen when a chunk is mature. Both are judged on the truth of the weeks after.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from rich.table import Table

from benchmarks.features.lake_folder import LakeFolder
from benchmarks.learning.part import Part
from cli.data.upload import day_file, lake_files
from cli.data.world import WorldSpecification, make_world
from greenfraud.chunks import Chunk
from greenfraud.features.manifest import load_manifest
from greenfraud.instants import DAY_US, format_rfc3339
from greenfraud.naming import DATASET_KEY, features_key
from training.features.chunk_file import feature_values, read_file
from training.features.chunk_writing import write_chunks
from training.features.late_rows import Late
from training.features.relabelling import relabel
from training.model.checkpoint import Checkpoint
from training.model.learning import learn
from training.model.onnx_graph import probabilities, to_onnx
from training.model.ranking import average_precision
from training.model.sample import Sample
from training.steps.train import late_sample, sample_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from benchmarks.progress import Progress
    from cli.data.dataset import Dataset

FAMILY, CUSTOMERS, WEEKS = "light", 700, 22
FIRST_WEEKS = 6  # learned at once, by the first model
SOONEST_DAYS, LATEST_DAYS = 3.0, 60.0
GAP = 2  # weeks from the start of a chunk to the start of the week that judges it: labels take one
NAMES = load_manifest().inputs
FEATURES = load_manifest().input_hashes
DESCRIBED = {
    "late reports": "reports come evenly 3 to 60 days after a fraud; what is known before the judged week is learned",
    "frozen": "a chunk's labels as they were when it was mature, never told anything later: before",
}
STEPS = 2 * (WEEKS - FIRST_WEEKS - GAP + 1)


@dataclass
class Platform:
    """What one platform has learned: its newest model, the ids it was told are frauds, and how it ranked the weeks after."""

    folder: Path
    is_told: bool
    model: Checkpoint | None = None
    known_frauds: set[str] = field(default_factory=set)
    precision: list[float] = field(default_factory=list)


def run(progress: Progress, scale: float) -> Part:
    """Learn week after week, with and without what is told late."""
    dataset = delayed(make_world(WorldSpecification(customers=max(100, round(CUSTOMERS * scale)), days=7 * WEEKS)))
    weeks = [Chunk(dataset.first_day + timedelta(days=7 * n), dataset.first_day + timedelta(days=7 * n + 7)) for n in range(WEEKS)]
    found: dict[str, Platform] = {}
    for name, is_told in (("late reports", True), ("frozen", False)):
        with tempfile.TemporaryDirectory() as root:
            found[name] = Platform(Path(root), is_told)
            fill(found[name].folder, dataset)
            for number in range(FIRST_WEEKS - 1, WEEKS - GAP):
                learned = weeks[: number + 1] if number == FIRST_WEEKS - 1 else weeks[number : number + 1]
                execute(found[name], learned, weeks[number + GAP], dataset)
                progress.finish(f"{name}, week {number + 1}")
    late = late_reports(dataset, weeks)
    return Part(table(found, late), measures(found, late), DESCRIBED)


def delayed(dataset: Dataset) -> Dataset:
    """Return a world whose frauds are reported evenly over two months."""
    occurred, is_fraud = (dataset.table[name].to_numpy() for name in ("occurred_us", "is_fraud"))
    days = np.random.default_rng(dataset.table.num_rows).uniform(SOONEST_DAYS, LATEST_DAYS, len(occurred))
    observed = pa.array(occurred + (days * DAY_US).astype(np.int64), mask=~is_fraud)
    place = dataset.table.column_names.index("observed_us")
    return replace(dataset, table=dataset.table.set_column(place, "observed_us", observed))


def fill(folder: Path, dataset: Dataset) -> None:
    """Write the lake as an import does."""
    lake = LakeFolder(folder)
    for key, rows in lake_files(dataset):
        lake.put(key, day_file(rows))
    lake.put(DATASET_KEY, b'{"maturity_days": 7, "label_horizon_days": 90}')


def execute(platform: Platform, learned: list[Chunk], judged: Chunk, dataset: Dataset) -> None:
    """Write features, learn, and judge on a week's truth, as one execution does."""
    lake, version = LakeFolder(platform.folder), load_manifest().version
    written = set(lake.keys(f"features/{version}/"))
    if missing := [chunk for chunk in [*learned, judged] if features_key(version, chunk.id) not in written]:
        write_chunks(lake, missing)
    if platform.is_told:
        relabel(lake, _plan(learned, judged), [*learned, judged])
    tables = [read_file(platform.folder / features_key(version, chunk.id)) for chunk in learned]
    late = late_of(platform, learned)
    chunk = Sample.joined([sample_of(rows, list(NAMES)) for rows in tables])
    told = late_sample(late, platform.model, list(NAMES))
    found = learn(FAMILY, chunk, platform.model, FEATURES, late=told)
    rows = [*tables, *([late.new_to(platform.model.chunks, platform.model.known_us)] if told and platform.model else [])]
    for some in rows:
        platform.known_frauds |= set(some.filter(some["is_fraud"])["transaction_id"].to_pylist())
    chunks = [*(platform.model.chunks if platform.model else []), *(one.id for one in learned)]
    platform.model = found.checkpoint(learned[-1].id, chunks, known_us=judged.start_us - 1)
    week = pq.read_table(platform.folder / features_key(version, judged.id))
    scores = probabilities(to_onnx(found.network), feature_values(week, NAMES))
    truth = dataset.table.filter(dataset.table["is_fraud"])["transaction_id"]
    is_fraud = pc.is_in(week["transaction_id"], value_set=truth.combine_chunks()).to_numpy()
    platform.precision.append(average_precision(scores, is_fraud))


def late_of(platform: Platform, learned: list[Chunk]) -> Late:
    """Return what came with the chunk that is learned; nothing with many at once."""
    folder = (platform.folder / features_key(load_manifest().version, learned[-1].id)).parent
    return Late.read(folder) if platform.is_told and len(learned) == 1 else Late(pa.table({}), 0)


def _plan(learned: list[Chunk], judged: Chunk) -> dict[str, Any]:
    item = {"chunk": learned[-1].id, "chunks": [chunk.id for chunk in learned]}
    as_of = format_rfc3339(judged.end_us + 7 * DAY_US)
    return {"families": [{"family": FAMILY, "chunks": [item]}], "holdout": {"chunk": judged.id}, "as_of": as_of}


def late_reports(dataset: Dataset, weeks: list[Chunk]) -> set[str]:
    """Return the frauds of learned weeks whose report came after their week was mature and before the last judged week began."""
    frauds = dataset.table.filter(dataset.table["is_fraud"])
    occurred, observed = (frauds[name].to_numpy() for name in ("occurred_us", "observed_us"))
    ends = np.array([week.end_us for week in weeks[: WEEKS - GAP]])
    week = np.searchsorted(ends, occurred, side="right")
    mature = np.append(ends, np.iinfo(np.int64).max - 7 * DAY_US)[week] + 7 * DAY_US
    is_late = (observed >= mature) & (observed < weeks[-1].start_us)
    return set(frauds.filter(pa.array(is_late))["transaction_id"].to_pylist())


def measures(found: Mapping[str, Platform], late: set[str]) -> dict[str, float]:
    """Return which share of the late reports each platform learned, and how it ranked on the truth."""
    told, frozen = found["late reports"], found["frozen"]
    return {
        "late_reports": float(len(late)),
        "late_reports_learned_share": len(late & told.known_frauds) / max(1, len(late)),
        "late_reports_learned_share_before": len(late & frozen.known_frauds) / max(1, len(late)),
        "late_reports_average_precision": float(np.mean(told.precision)),
        "late_reports_average_precision_before": float(np.mean(frozen.precision)),
    }


def table(found: Mapping[str, Platform], late: set[str]) -> Table:
    """Return one line per platform."""
    title = f"Reports 3 to 60 days after a fraud: {len(late)} came after their chunk was mature"
    shown = Table(title=title, title_justify="left", box=None)
    for heading in ("", "late learned", "AP on the truth"):
        shown.add_column(heading, justify="left" if not heading else "right", no_wrap=True)
    for name, platform in found.items():
        shown.add_row(name, f"{len(late & platform.known_frauds)} of {len(late)}", f"{np.mean(platform.precision):.3f}")
    return shown
