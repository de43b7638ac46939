"""Models compared on one holdout, as an execution's evaluation tells it, or MLflow where the evaluation is gone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cli.dashboard.mlflow_runs import MlflowRun
from cli.dashboard.totals import RULES
from greenfraud.money import EURO, digits_of
from reporting.measure import Measure

RECALL = "recall_at_fpr_1pct"


UNKNOWN = Measure()


@dataclass(frozen=True)
class Candidate:
    """One model on one holdout. Grams are of 1,000 scores with their share of training, and of training its whole lineage."""

    family: str
    version: str = ""
    average_precision: Measure = UNKNOWN
    recall: Measure = UNKNOWN  # at 1 % false positives
    saved_per_1000: Measure = UNKNOWN
    grams_per_1000: float | None = None
    training_grams: float | None = None
    is_production: bool = False
    to_come: Measure = UNKNOWN  # share of the holdout's frauds that nobody has reported yet

    @property
    def name(self) -> str:
        """Family and version."""
        return f"{self.family}/{self.version}" if self.version else self.family

    @property
    def kind(self) -> str:
        """What a comparison tells it apart by: what serves is `production`, of whatever family."""
        return "production" if self.is_production else self.family

    @classmethod
    def named(cls, name: str) -> Candidate:
        """A model of which nothing but its name is known."""
        family, _, version = name.partition("/")
        return cls(family, version)


RULES_ALONE = Candidate(RULES)


@dataclass(frozen=True)
class SegmentOfHoldout:
    """A part of the holdout, and the models on it, the bare rules among them."""

    name: str
    rows: int
    frauds: int
    models: Sequence[Candidate]


def compared(evaluation: Mapping[str, Any], lineage_grams: Mapping[str, float]) -> list[Candidate]:
    """All models of an evaluation; none where there is no evaluation."""
    rows = (evaluation.get("holdout") or {}).get("rows")
    candidates = [_candidate(item, rows, _currency(evaluation)) for item in evaluation.get("candidates", [])]
    to_come = frauds_to_come(evaluation)
    return [replace(candidate, training_grams=lineage_grams.get(candidate.name), to_come=to_come) for candidate in candidates]


def frauds_to_come(evaluation: Mapping[str, Any]) -> Measure:
    """The share of the holdout's frauds that nobody has reported yet: every figure is without them."""
    holdout = evaluation.get("holdout") or {}
    return Measure(holdout.get("frauds_to_come_share"), reason=holdout.get("to_come_reason") or "not estimated")


def compared_by_segment(evaluation: Mapping[str, Any]) -> list[SegmentOfHoldout]:
    """All models of an evaluation on each segment of its holdout; none where it tells of none."""
    return [
        SegmentOfHoldout(segment["name"], segment["rows"], segment["frauds"], _on_segment(evaluation, segment))
        for segment in evaluation.get("segments", [])
    ]


def _on_segment(evaluation: Mapping[str, Any], segment: Mapping[str, Any]) -> list[Candidate]:
    name, rows = segment["name"], segment["rows"]
    models = [_candidate({**item, **item["segments"][name]}, rows, _currency(evaluation)) for item in evaluation["candidates"]]
    return [*models, rules_of({"baseline_rules": evaluation["baseline_rules"]["segments"][name]})]


def rules_of(evaluation: Mapping[str, Any]) -> Candidate:
    """The bare rules on the same holdout."""
    rules = evaluation.get("baseline_rules") or {}
    metrics = rules.get("metrics", {})
    precision, recall = (Measure.of(metrics.get(name)) for name in ("average_precision", RECALL))
    return Candidate(RULES, average_precision=precision, recall=recall, to_come=frauds_to_come(evaluation))


def compared_by_mlflow(run: MlflowRun | None, versions: Mapping[str, str]) -> list[Candidate]:
    """Values without intervals, from an execution's run; `versions` by family."""
    metrics = run.metrics if run else {}
    return [
        Candidate(family, version, Measure(metrics[f"{family}_average_precision"]))
        for family, version in versions.items()
        if f"{family}_average_precision" in metrics
    ]


def _currency(evaluation: Mapping[str, Any]) -> str:
    """The currency of its costs; an earlier release named none."""
    return str(evaluation.get("currency", EURO))


def _candidate(item: Mapping[str, Any], rows: int | None, currency: str) -> Candidate:
    return Candidate(
        family=item["family"],
        version=item["version"],
        average_precision=Measure.of(item["metrics"].get("average_precision")),
        recall=Measure.of(item["metrics"].get(RECALL)),
        saved_per_1000=_saved((item.get("against_rules") or {}).get("expected_cost_minor"), rows, currency),
        grams_per_1000=item.get("emissions_g_per_1000"),
        is_production=item.get("role") == "production",
    )


def _saved(difference: Mapping[str, Any] | None, rows: int | None, currency: str) -> Measure:
    """Money saved against the rules per 1,000 decisions, in major units: less cost is more saved, so the interval turns."""
    found = difference or {}
    if found.get("difference") is None or not rows:
        return Measure(reason=found.get("reason") or "not compared with the rules")
    costs = (found["difference"], found.get("high"), found.get("low"))
    minor_units = 10 ** digits_of(currency)
    value, low, high = (None if cost is None else -cost / minor_units * 1000 / rows for cost in costs)
    return Measure(value, low, high)
