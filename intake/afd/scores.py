"""What a threshold of a model's score was worth, by the model's own training: by that a threshold is found again here."""

from __future__ import annotations

import re

from intake.afd.definitions import Definitions, ModelVersion, Rule

SCORED = re.compile(r"\$(\w+)\s*(?:<=|>=|<|>)\s*(\d+(?:\.\d+)?)", re.ASCII)
SUFFIX = "_insightscore"


def score_told(found: Definitions, rule: Rule) -> str:
    """Return what of frauds and of legitimate events lay above each threshold that a rule names, where its model tells it."""
    told = []
    for name, threshold in SCORED.findall(rule.expression):
        points = [point for one in _models_of(found, name) for point in one.points]
        nearest = min(points, key=lambda point: abs(point.threshold - float(threshold)), default=None)
        if nearest is not None:
            told.append(
                f"from {nearest.threshold:g} on it caught {100 * nearest.tpr:.3g} % of frauds "
                f"and {100 * nearest.fpr:.3g} % of what is legitimate"
            )
    return f"; {', '.join(dict.fromkeys(told))}" if told else ""


def _models_of(found: Definitions, variable: str) -> list[ModelVersion]:
    models = [one for one in found.models if variable == f"{one.id}{SUFFIX}"]
    return [one for one in models if one.status == "ACTIVE"] or models
