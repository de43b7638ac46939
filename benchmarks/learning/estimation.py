"""Quality before labels: what is expected of each week, against what came, beside NannyML and beside the newest known week."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
from rich.table import Table

from benchmarks.learning import nannyml
from benchmarks.learning.generated_weeks import generated, sample
from benchmarks.learning.part import Part
from benchmarks.peers import nannyml_cbpe
from benchmarks.quality.contestants import chain
from cli.data.world import WorldSpecification
from greenfraud.policy import DEFAULT_POLICY
from training.evaluation.estimation import Scored, estimate, measured
from training.evaluation.quality_watch import KNOWN_WEEKS
from training.evaluation.reliability import Reliability
from training.model.onnx_graph import probabilities, to_onnx

if TYPE_CHECKING:
    from collections.abc import Mapping

    from benchmarks.progress import Progress

    Figures = Mapping[str, float]

FAMILY, CUSTOMERS = "light", 1_000
FIRST_WEEK = 6  # before the first one is scored: young models learn at length, and little is to be estimated
SCORED_WEEKS = 32  # of which the first ones are the judge's reference
LABEL_WEEKS = nannyml_cbpe.LABEL_WEEKS
JUDGED = ("average_precision", "alert_precision")
STEPS = SCORED_WEEKS + 3
OURS = f"training.evaluation.estimation, corrected by the {KNOWN_WEEKS} weeks with labels before; light, scored by the newest model"
UNCORRECTED = "the same on the model's probabilities as they are"
NEWEST = "what was measured in the newest week whose labels are mature, taken for this one"


class ScoredWeek(NamedTuple):
    """One week's decisions, and what came."""

    scored: Scored
    is_fraud: np.ndarray
    truth: Figures


def run(progress: Progress, scale: float) -> Part:
    """Score week after week, estimate, and compare."""
    days = 7 * (FIRST_WEEK + SCORED_WEEKS)
    tables = generated(WorldSpecification(customers=max(100, round(CUSTOMERS * scale)), days=days))
    progress.finish("estimation: features")
    weeks = scored_weeks(tables, progress)
    theirs, absent = judge(weeks)
    progress.finish("estimation: NannyML")
    asked = sorted(weeks)[nannyml_cbpe.REFERENCE_WEEKS + LABEL_WEEKS :]
    expected = {week: estimate(weeks[week].scored.corrected(known_before(weeks, week))) for week in asked}
    by_name: dict[str, Mapping[int, Figures]] = {
        "cbpe": {week: {name: known(expected[week][name]["value"]) for name in JUDGED} for week in asked},
        "uncorrected": {week: {name: known(estimate(weeks[week].scored)[name]["value"]) for name in JUDGED} for week in asked},
        "nannyml": theirs,
        "newest_known": {week: weeks[week - LABEL_WEEKS - 1].truth for week in asked},
    }
    found = errors({name: one for name, one in by_name.items() if one}, weeks)
    found |= {f"cbpe_held_{name}": held(weeks, expected, name) for name in (*JUDGED, "frauds", "expected_cost_minor")}
    progress.finish("estimation: compared")
    built = {"cbpe": OURS, "uncorrected": UNCORRECTED, "nannyml": absent or nannyml_cbpe.BUILT, "newest_known": NEWEST}
    return Part(table_of(found, len(asked)), found | {"cbpe_weeks": float(len(asked))}, built)


def scored_weeks(tables: Mapping[Any, pa.Table], progress: Progress) -> dict[int, ScoredWeek]:
    """Return the weeks by number, each scored by the model that had learned all weeks whose labels were mature when it began."""
    chunks = list(tables)
    samples = {chunk: sample(tables[chunk]) for chunk in chunks[: -LABEL_WEEKS - 1]}
    found = {}
    for number, (_, checkpoint) in enumerate(chain(FAMILY, samples, seed=0)):
        week = number + LABEL_WEEKS + 1
        if week < FIRST_WEEK:
            continue
        table = tables[chunks[week]]
        scores = probabilities(to_onnx(checkpoint.network), sample(table).values.numpy()).astype(float)
        found[week] = _scored(table, scores)
        progress.finish(f"estimation: week {week}")
    return found


def _scored(table: pa.Table, scores: np.ndarray) -> ScoredWeek:
    customer = np.unique(table["customer_id"].to_numpy(), return_inverse=True)[1]
    scored = Scored.of(scores, scores >= DEFAULT_POLICY.review_at, table["amount_minor"].to_numpy(), customer)
    is_fraud = table["is_fraud"].to_numpy()
    truth = {name: float("nan") if value is None else value for name, value in measured(scored, is_fraud).items()}
    return ScoredWeek(scored, is_fraud, truth)


def judge(weeks: Mapping[int, ScoredWeek]) -> tuple[dict[int, dict[str, float]], str]:
    """Return NannyML's estimates of the same scores, or none and why not."""
    parts = [
        pa.table(
            {
                "week": np.full(len(one.scored), week),
                "probability": one.scored.probability,
                "is_alert": one.scored.is_alert,
                "is_fraud": one.is_fraud,
            }
        )
        for week, one in weeks.items()
    ]
    try:
        return nannyml.estimated(pa.concat_tables(parts)), ""
    except nannyml.NoJudgeError as error:
        return {}, f"left out: {error}"


def known(value: float | None) -> float:
    """Return a figure, NaN where it is undefined: such a week is left out of the mean."""
    return float("nan") if value is None else value


def errors(by_name: Mapping[str, Mapping[int, Figures]], weeks: Mapping[int, ScoredWeek]) -> dict[str, float]:
    """Return the mean absolute error of each estimator: of both figures together, and of each."""
    found = {}
    for name, estimates in by_name.items():
        of_figure = {
            figure: float(np.nanmean([abs(one[figure] - weeks[week].truth[figure]) for week, one in estimates.items()]))
            for figure in JUDGED
        }
        found[f"{name}_error"] = float(np.mean(list(of_figure.values())))
        found |= {f"{name}_error_{figure}": error for figure, error in of_figure.items()}
    return found


def held(weeks: Mapping[int, ScoredWeek], expected: Mapping[int, dict[str, dict[str, Any]]], name: str) -> float:
    """Return in which share of the weeks the interval held what came."""
    return float(np.mean([one[name]["low"] <= weeks[week].truth[name] <= one[name]["high"] for week, one in expected.items()]))


def known_before(weeks: Mapping[int, ScoredWeek], week: int) -> Reliability:
    """Return what was known of the model's probabilities when a week was over."""
    past = [weeks[other] for other in range(week - LABEL_WEEKS - KNOWN_WEEKS, week - LABEL_WEEKS) if other in weeks]
    return Reliability.pooled(Reliability.of(one.scored.probability, one.is_fraud) for one in past)


def table_of(found: Figures, weeks: int) -> Table:
    """Return mean absolute errors, one line per estimator."""
    shown = Table(title=f"Quality before labels: mean absolute error over {weeks} weeks", title_justify="left", box=None)
    for heading in ("", "average precision", "precision of alerts"):
        shown.add_column(heading, justify="left" if not heading else "right", no_wrap=True)
    for name in ("cbpe", "uncorrected", "nannyml", "newest_known"):
        if f"{name}_error" in found:
            shown.add_row(name, *(f"{found[f'{name}_error_{figure}']:.4f}" for figure in JUDGED))
    return shown
