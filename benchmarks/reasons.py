"""`make bench-reasons`: contributions of groups beside exact Shapley values and occlusion: do they rank alike, at what cost."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import torch
from scipy.stats import spearmanr

from benchmarks.newest_weeks import newest_weeks
from benchmarks.options import parser
from benchmarks.peers import exact_shapley, occlusion
from benchmarks.progress import Progress
from benchmarks.quality.contestants import after
from benchmarks.report import publish
from functions.score.model import Model
from greenfraud.bundle import MODEL_FILE
from greenfraud.explanation import Explained
from greenfraud.families import FAMILIES
from greenfraud.features.manifest import load_manifest
from greenfraud.policy import DEFAULT_POLICY
from training.model.bundle_files import make_manifest
from training.model.onnx_graph import to_onnx
from training.model.sample import Sample

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from greenfraud.explanation import Contribution

DECISIONS = 500  # of the newest week, the most suspicious: all that are held or blocked, and others that were nearly
ROUNDS = 5
MANIFEST = load_manifest()


@dataclass(frozen=True)
class Family:
    """A model as it serves, and what it is held against."""

    model: Model
    rows: NDArray[np.float32]

    @cached_property
    def typical(self) -> NDArray[np.float32]:
        """The reference values, in order of the inputs."""
        return np.array([self.model.bundle.reference[name] for name in self.model.bundle.feature_names], np.float32)

    def exact(self, row: NDArray[np.float32]) -> dict[str, float]:
        """Return the Shapley value of every group, from all coalitions of all groups."""
        of_features = [MANIFEST.group_of(name).code for name in self.model.bundle.feature_names]
        codes = list(dict.fromkeys(of_features))
        at = np.array([codes.index(code) for code in of_features])
        values = exact_shapley.values(
            len(codes), lambda present: self.model.log_odds(np.where(present[:, at], row, self.typical).astype(np.float32))
        )
        return dict(zip(codes, values.tolist(), strict=True))

    def losses(self, row: NDArray[np.float32], probability: float) -> NDArray[np.float64]:
        """Return what the peer says of a row's features."""
        return occlusion.losses(row, self.typical, probability, self.model.probabilities)

    def reasons_lead_for(self, row: NDArray[np.float32], contributions: Sequence[Contribution]) -> bool:
        """Tell whether the first reason that is told speaks for fraud."""
        known = zip(self.model.bundle.feature_names, row.tolist(), strict=True)
        values = {name: None if np.isnan(value) else value for name, value in known}
        told = Explained(MANIFEST, values).reasons(contributions)
        return bool(told) and told[0].direction == "for"


def served(family: str, rows: Sample, judged: NDArray[np.float32]) -> Family:
    """Return a family's model, trained on `rows` and loaded as the scoring function does, and the decisions to explain."""
    checkpoint = after(family, None, rows, "measured", 0)
    content, values, is_fraud = to_onnx(checkpoint.network), rows.values.numpy(), rows.is_fraud.numpy()
    bundle = make_manifest(checkpoint, content, values, is_fraud, mlflow_run_id=None, metrics={}, emissions={})
    model = Model.load(bundle, {MODEL_FILE: content}, MANIFEST)
    suspicious = np.argsort(-np.array(model.probabilities(judged)), kind="stable")[:DECISIONS]
    return Family(model, judged[suspicious])


def measured(family: Family) -> dict[str, float]:
    """Return how the contributions of one family agree with exact ones, add up, lead, and what they cost."""
    found = [family.model.contributions(row.tolist()) for row in family.rows]
    pairs = [_beside(contributions, family.exact(row)) for row, contributions in zip(family.rows, found, strict=True)]
    probabilities = np.array(family.model.probabilities(family.rows))
    log_odds, base = family.model.log_odds(family.rows), family.model.log_odds(family.typical[None])[0]
    sums = np.array([sum(one.log_odds for one in contributions) for contributions in found])
    stopped, blocked = probabilities >= DEFAULT_POLICY.review_at, probabilities >= DEFAULT_POLICY.block_at
    leads = np.array([family.reasons_lead_for(row, one) for row, one in zip(family.rows, found, strict=True)])
    losses = [family.losses(row, probability) for row, probability in zip(family.rows, probabilities.tolist(), strict=True)]
    return {
        "spearman": float(np.mean([spearmanr(ours, exact).statistic for ours, exact in pairs if np.ptp(exact) > 0.0])),
        "top1_share": float(np.mean([np.argmax(ours) == np.argmax(exact) for ours, exact in pairs])),
        "largest_difference": float(max(np.abs(ours - exact).max() for ours, exact in pairs)),
        "largest_missing_from_sum": float(np.abs(sums - (log_odds - base)).max()),
        **_led("led_by_reason_for_fraud_share", leads, stopped),
        **_led("blocks_led_by_reason_for_fraud_share", leads, blocked),
        **_led("occlusion_led_for_fraud_share", np.array([one[np.argmax(np.abs(one))] > 0.0 for one in losses]), stopped),
        "cpu_ms": cpu_ms(lambda row: family.model.contributions(row.tolist()), family.rows),
        "occlusion_cpu_ms": cpu_ms(lambda row: family.losses(row, 0.5), family.rows),
    }


def _beside(contributions: Sequence[Contribution], exact: Mapping[str, float]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    ours = {one.group: one.log_odds for one in contributions}
    return np.array([ours.get(code, 0.0) for code in exact]), np.array(list(exact.values()))


def _led(name: str, leads: NDArray[np.bool_], rows: NDArray[np.bool_]) -> dict[str, float]:
    """Return the share of the rows that are led so, left out where there are none."""
    return {name: float(leads[rows].mean())} if rows.any() else {}


def cpu_ms(explain: Callable[[NDArray[np.float32]], object], rows: NDArray[np.float32]) -> float:
    """Return CPU time per row in milliseconds, of the fastest of several rounds."""
    times = []
    for _ in range(ROUNDS):
        started = time.process_time()
        for row in rows:
            explain(row)
        times.append(time.process_time() - started)
    return min(times) / len(rows) * 1e3


def main(words: Sequence[str]) -> int:
    """Measure; returns the exit code."""
    told = "Contributions of groups of features beside exact Shapley values: rank agreement, sums, who leads, CPU."
    options = parser(told).parse_args(words)
    torch.set_num_threads(1)
    progress = Progress("reasons", 1 + len(FAMILIES))
    found = newest_weeks(options, 1)
    if found is None:
        return 2
    prepared, weeks = found
    progress.finish("features")
    rows = Sample.joined(list(prepared.samples.values()))
    measures: dict[str, float] = {}
    for name in FAMILIES:
        family = served(name, rows, prepared.judged[weeks[0].chunk].values)
        measures |= {f"{name}_{measure}": value for measure, value in measured(family).items()}
        measures[f"{name}_cpu_ratio"] = measures[f"{name}_cpu_ms"] / measures[f"{name}_occlusion_cpu_ms"]
        progress.finish(name)
    publish("reasons", measures, {"exact Shapley": exact_shapley.BUILT, "occlusion": occlusion.BUILT})
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
