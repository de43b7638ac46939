"""Job `compare`: train chunk by chunk on a history in a folder, and judge beside what somebody else scored it with.

The channel `lake` holds the history as an import writes it, the channel `incumbent` the score of each transaction. A model for a
week has learned what was known before that week began, and nothing later.
"""

from __future__ import annotations

import json
import logging
import time
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.parquet as pq

from greenfraud.errors import InvalidInput
from greenfraud.features.manifest import load_manifest
from greenfraud.instants import day_of, parse_rfc3339
from greenfraud.naming import DATASET_KEY, features_key
from training.comparison.figures import Costs
from training.comparison.folder import FolderLake
from training.comparison.planning import plan_comparison
from training.comparison.rows import ScoredWeek, incumbent_of
from training.comparison.verdict import chooses, chosen_family, compared
from training.comparison.weeks import WEEK, TestWeek
from training.evaluation.holdout import known_compromised, make_holdout
from training.features.chunk_file import feature_values, read_file
from training.features.chunk_writing import write_chunks
from training.job.hyperparameters import CompareHyperparameters
from training.model.learning import learn
from training.model.onnx_graph import probabilities, to_onnx
from training.steps.train import sample_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pyarrow as pa

    from greenfraud.chunks import Chunk
    from training.comparison.planning import Plan
    from training.job.contract import JobPaths
    from training.model.checkpoint import Checkpoint

log = logging.getLogger(__name__)
RESULT = "comparison.json"


def main(paths: JobPaths) -> None:
    """Plan, compute features, train, score, judge; leave output/comparison.json."""
    orders = CompareHyperparameters.read(paths.hyperparameters())
    lake, families = FolderLake(paths.channel("lake")), orders.families.split(",")
    told = pq.read_table(paths.channel("incumbent") / "incumbent.parquet")
    dataset = lake.get_json(DATASET_KEY)
    plan = planned(dataset, orders.weeks)
    refuse_unscored(plan, told)
    log.info("compare: features of %d weeks", len(plan.learned) + len(plan.weeks))
    write_chunks(lake, sorted({*plan.learned, *(week.chunk for week in plan.weeks)}))
    weeks = scored(lake, plan, told, families, orders)
    chosen_on = weeks.pop(0) if plan.chosen_on else None
    chosen = chosen_family(chosen_on, families)
    log.info("compare: judging %d weeks", len(weeks))
    costs = Costs(orders.capacity, orders.review_cost_minor, orders.hindered_cost_minor)
    document = compared(weeks, costs, chosen=chosen, is_decision=orders.is_decision, asked_weeks=orders.weeks)
    document["chosen_on"] = chosen_on.chunk.id if chosen_on and chooses(chosen_on) else None
    document["learned"] = {week.chunk.id: [chunk.id for chunk in week.learned] for week in plan.judged}
    output = paths.root / "output"
    output.mkdir(parents=True, exist_ok=True)
    (output / RESULT).write_text(json.dumps(document, indent=1, allow_nan=False), encoding="utf-8")


def planned(dataset: dict[str, str | int], weeks: int) -> Plan:
    """Return the weeks to judge. Raises InvalidInput for a history that is too short."""
    first, newest = date.fromisoformat(str(dataset["first_day"])), day_of(parse_rfc3339(str(dataset["newest_occurred_at"])))
    maturity_days = int(dataset["maturity_days"])
    days, least = (newest - first).days + 1, 2 * (WEEK.days + maturity_days)
    if days < least:
        raise InvalidInput(
            "--data",
            f"{days} days, {first} to {newest}, are too short for any week: {least} are needed, a week to learn, "
            f"{maturity_days} days for its labels, a week to judge, the newest {maturity_days} days, of which no label is mature",
        )
    return plan_comparison(first, newest, maturity_days, weeks)


def refuse_unscored(plan: Plan, told: pa.Table) -> None:
    """Raise InvalidInput where the incumbent says nothing of a judged week: before minutes of training."""
    occurred_us, is_told = told["occurred_us"].to_numpy(), ~np.isnan(told["score"].to_numpy())
    for week in plan.judged:
        is_here = (occurred_us >= week.chunk.start_us) & (occurred_us < week.chunk.end_us)
        if not (is_here & is_told).any():
            raise InvalidInput(
                "the incumbent's column",
                f"is empty in all of the judged week {week.chunk.id}: nothing can be compared. Judge the weeks that have it: "
                "fewer --weeks, or a file that ends where it does",
            )


def scored(
    lake: FolderLake, plan: Plan, told: pa.Table, families: Sequence[str], orders: CompareHyperparameters
) -> list[ScoredWeek]:
    """Return every week of the plan with all scores; each is given by models that learned nothing after it began."""
    maturity_days = lake.get_json(DATASET_KEY)["maturity_days"]
    weeks = {week.learned[-1]: _week(lake, week, told, maturity_days) for week in plan.weeks}
    for chunk, models in chains(lake, plan.learned, families, orders.seed):
        if chunk in weeks:
            week = weeks[chunk]
            values = feature_values(week.holdout.table, load_manifest().inputs)
            ours = {family: probabilities(to_onnx(model.network), values) for family, model in models.items()}
            weeks[chunk] = replace(week, ours=ours)
    return list(weeks.values())


def _week(lake: FolderLake, week: TestWeek, told: pa.Table, maturity_days: int) -> ScoredWeek:
    path = lake.path(features_key(load_manifest().version, week.chunk.id))
    table = read_file(path)
    holdout = make_holdout(table, known_compromised(lake, week.chunk, maturity_days))
    censored = pq.read_metadata(path).num_rows - table.num_rows
    return ScoredWeek(week.chunk, holdout, incumbent_of(holdout.table, told), {}, censored)


def chains(
    lake: FolderLake, chunks: Sequence[Chunk], families: Sequence[str], seed: int
) -> Iterator[tuple[Chunk, Mapping[str, Checkpoint]]]:
    """Train every family chunk after chunk, each from its parent's checkpoint, as training jobs do."""
    features = load_manifest().input_hashes
    models: dict[str, Checkpoint] = {}
    started = time.monotonic()
    for number, chunk in enumerate(chunks, start=1):
        sample = sample_of(read_file(lake.path(features_key(load_manifest().version, chunk.id))), list(features))
        for family in families if len(sample) else ():
            parent = models.get(family)
            learned = learn(family, sample, parent, features, seed=seed)
            models[family] = learned.checkpoint(chunk.id, [*(parent.chunks if parent else []), chunk.id])
        left = (time.monotonic() - started) * (len(chunks) / number - 1)
        log.info("compare: learned %s, chunk %d of %d, about %.0f s left", chunk.id, number, len(chunks), left)
        yield chunk, dict(models)
