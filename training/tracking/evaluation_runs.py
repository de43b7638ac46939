"""The figures of an evaluation on MLflow's runs: a challenger's on the run that finished it, everybody's on the execution's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from greenfraud.naming import features_key, s3_uri
from training.evaluation.holdout_plots import calibration_plot, precision_recall_plot, reliability_plot
from training.tracking.datasets import Data

if TYPE_CHECKING:
    from collections.abc import Mapping

    from training.job.settings import Settings
    from training.tracking.runs import Tracking

FOLDER = "holdout"  # of artifacts, and of metrics: MLflow's pages group by what stands before the slash


@dataclass(frozen=True)
class EvaluationRuns:
    """Writes one evaluation, its curves and its holdout."""

    tracking: Tracking
    evaluation: dict[str, Any]
    curves: dict[str, Any]
    holdout: Data
    run_ids: Mapping[str, str]  # of the challengers, by name

    def log(self) -> None:
        """Give every challenger's run and the execution's their share."""
        everybody = [self.evaluation["baseline_rules"], *self.evaluation["candidates"]]
        for candidate in self.evaluation["candidates"]:
            if candidate["role"] == "challenger":
                self._log_challenger(candidate, everybody)
        run_id = self.tracking.parent_run_id
        self.tracking.log_inputs(run_id, [self.holdout.as_input("evaluation")])
        self.tracking.log_files(run_id, self._precision_recall(everybody), FOLDER)

    def _log_challenger(self, candidate: dict[str, Any], everybody: list[dict[str, Any]]) -> None:
        name = candidate["name"]
        run_id = self.run_ids[name]
        self.tracking.log_inputs(run_id, [self.holdout.as_input("evaluation")])
        self.tracking.log(run_id, metrics=holdout_metrics(candidate))
        files = self._precision_recall(everybody, name)
        calibration = self.curves.get(name, {}).get("calibration")
        if calibration:
            files["calibration.svg"] = calibration_plot(candidate, calibration, self.evaluation["holdout"]).encode()
        reliability = self.curves.get(name, {}).get("reliability")  # curves of an earlier release have none
        if reliability:
            files["reliability.svg"] = reliability_plot(candidate, reliability, self.evaluation["holdout"]).encode()
        self.tracking.log_files(run_id, files, FOLDER)

    def _precision_recall(self, candidates: list[dict[str, Any]], main: str | None = None) -> dict[str, bytes]:
        if not self.curves:
            return {}
        plot = precision_recall_plot(candidates, self.curves, self.evaluation["holdout"], main=main)
        return {"precision_recall.svg": plot.encode()}


def holdout_metrics(candidate: dict[str, Any]) -> dict[str, float | None]:
    """Return every measure with the ends of its interval, and what scoring emits."""
    metrics: dict[str, float | None] = {f"{FOLDER}/emissions_g_per_1000": candidate["emissions_g_per_1000"]}
    for name, metric in candidate["metrics"].items():
        metrics[f"{FOLDER}/{name}"] = metric["value"]
        metrics |= {f"{FOLDER}_interval/{name}_{end}": metric.get(end) for end in ("low", "high")}
    return metrics


def holdout_data(evaluation: dict[str, Any], plan: dict[str, Any], features: list[str], settings: Settings) -> Data:
    """Return the rows that candidates were judged on: the chunk's, without customers known to be compromised."""
    holdout = evaluation["holdout"]
    uri = s3_uri(settings.lake_bucket, features_key(plan["manifest_version"], holdout["chunk"]))
    return Data(f"holdout {holdout['chunk']}", uri, holdout["digest"], features, holdout["rows"], holdout["frauds"])
