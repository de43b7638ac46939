"""From scored candidates to evaluation.json: figures and paired differences, on all rows and per segment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from training.evaluation.clusters import Clusters
from training.evaluation.measurement import MEASURES, ROW_MEASURES, customer_weights, measure, summary
from training.evaluation.paired_difference import SIDE, Pairing, RowFigures
from training.evaluation.segments import segments_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from training.evaluation.candidates import EvaluatedCandidate
    from training.evaluation.holdout import Holdout
    from training.evaluation.measurement import Floats

# With fewer, a segment is a few people's story, and the spread among them would promise too much.
MINIMUM_DEFRAUDED = 10
# Where production cannot be served, the fallback stands in its place: one of the two is judged.
RIVALS = {"rules": "rules", "production": "production", "fallback": "production"}

Document = dict[str, Any]


def judge(candidates: Sequence[EvaluatedCandidate], holdout: Holdout, costs: Mapping[str, Mapping[str, float]]) -> Document:
    """Return `segments`, and the measured candidates as `baseline_rules` and `candidates`; the rules come first."""
    weights = customer_weights(int(holdout.customer.max()) + 1 if len(holdout) else 0)
    clusters = Clusters.of(holdout.customer, holdout.table)
    overall = compared(candidates, holdout, weights, Pairing.of(clusters, holdout.is_fraud))
    found = [(segment, holdout.part(segment.rows)) for segment in segments_of(holdout.table)]
    side = SIDE / max(1, sum(_reason_against(part) is None for _, part in found))  # all segments hold together
    segments, parts = [], {}
    for segment, part in found:
        on_segment = [_on_segment(candidate.part(segment.rows), part) for candidate in candidates]
        pairing = Pairing.of(clusters.part(segment.rows), part.is_fraud, side)
        parts[segment.name] = compared(on_segment, part, weights, pairing, ROW_MEASURES)
        segments.append({"name": segment.name, "by": segment.by, "value": segment.value, **part.counts()})
    documents = [
        {
            **described(candidate, costs),
            **overall[candidate.name],
            "segments": {name: figures[candidate.name] for name, figures in parts.items()},
        }
        for candidate in candidates
    ]
    return {"segments": segments, "baseline_rules": documents[0], "candidates": documents[1:]}


def compared(
    candidates: Sequence[EvaluatedCandidate], holdout: Holdout, weights: Floats, pairing: Pairing, names: Sequence[str] = MEASURES
) -> dict[str, Document]:
    """Return for each candidate its figures and its paired differences to others on the same rows."""
    rows = {candidate.name: RowFigures.of(candidate, holdout) for candidate in candidates}
    rivals = {RIVALS[item.role]: rows[item.name] for item in candidates if item.role in RIVALS}
    challengers = {item.name: rows[item.name] for item in candidates if item.role == "challenger"}

    def against(candidate: EvaluatedCandidate, theirs: RowFigures | None) -> Document | None:
        return pairing.compare(rows[candidate.name], theirs)

    def comparisons(candidate: EvaluatedCandidate) -> Document:
        is_challenger, is_model = candidate.role == "challenger", candidate.role != "rules"
        others = {name: theirs for name, theirs in challengers.items() if name != candidate.name}
        return {
            "against_production": against(candidate, rivals.get("production")) if is_challenger else None,
            "against_challengers": {name: against(candidate, theirs) for name, theirs in others.items()} if is_challenger else None,
            "against_rules": against(candidate, rivals["rules"]) if is_model else None,
        }

    return {
        candidate.name: {
            "metrics": summary(candidate, measure(candidate, holdout, weights, names), holdout, names),
            **comparisons(candidate),
        }
        for candidate in candidates
    }


def described(candidate: EvaluatedCandidate, costs: Mapping[str, Mapping[str, float]]) -> Document:
    """Return the identity of a candidate, what a score of it emits, and what this execution spent on training it."""
    spent = costs.get(candidate.family or "", {}) if candidate.role == "challenger" else {}
    return {
        "name": candidate.name,
        "family": candidate.family,
        "version": candidate.version,
        "role": candidate.role,
        "sha256": candidate.sha256,
        "mlflow_run_id": candidate.manifest.mlflow_run_id if candidate.manifest else None,
        "emissions_g_per_1000": candidate.carbon and candidate.carbon.grams,
        "emissions_parts": candidate.carbon and candidate.carbon.to_json(),
        "energy_kwh": spent.get("energy_kwh"),
        "emissions_g": spent.get("emissions_g"),
    }


def _on_segment(candidate: EvaluatedCandidate, part: Holdout) -> EvaluatedCandidate:
    """Return a candidate as it is judged on a segment: without scores where the segment has too few frauds to judge by."""
    reason = _reason_against(part)
    return candidate.without_scores(reason) if reason else candidate


def _reason_against(part: Holdout) -> str | None:
    """Return why a segment cannot be judged, None where it can."""
    counts = part.counts()
    if counts["defrauded_customers"] >= MINIMUM_DEFRAUDED:
        return None
    found = f"{counts['frauds']} frauds of {counts['defrauded_customers']} customers"
    return f"the segment has {found}, at least {MINIMUM_DEFRAUDED} defrauded customers are needed"
