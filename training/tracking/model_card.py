"""The description of a registered model version, in Markdown: what it is, how good, why it is where it is, what it cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from greenfraud import promotion
from greenfraud.naming import models_prefix, s3_uri

if TYPE_CHECKING:
    from collections.abc import Mapping

    from greenfraud.bundle import BundleManifest

MODEL_CARD = """\
The probability that a card transaction is a fraud, from the features that `feature_repo/` declares; NaN where one is missing.

Versions of all families stand here. Aliases: `production` serves, `shadow` was perhaps better but not certainly, `challenger` \
was the best of the last execution. What the functions load is the bundle that a version's description names; \
`mlflow.pyfunc.load_model("models:/greenfraud@production")` answers the same.
"""


def version_card(
    candidate: Mapping[str, Any],
    evaluation: Mapping[str, Any],
    decision: Mapping[str, Any],
    manifest: BundleManifest,
    artifacts_bucket: str,
) -> str:
    """Return the description of a challenger."""
    holdout = evaluation["holdout"]
    bundle = s3_uri(artifacts_bucket, models_prefix(manifest.family, manifest.version))
    sections = (
        [f"{candidate['name']}, gate: **{outcome_of(candidate, decision)}**, in execution `{evaluation['execution']}`"],
        [f"- {reason}" for reason in decision["reasons"] if candidate["name"] in reason or ": " not in reason],
        [f"Holdout {holdout['chunk']}: {holdout['rows']:,} transactions, {holdout['frauds']:,} frauds; 95 % intervals."],
        [f"Of this week's frauds, {holdout['frauds_to_come_share']:.1%} are not reported yet, by the delays of earlier ones."]
        if holdout.get("frauds_to_come_share") is not None
        else [],
        _measures(candidate["metrics"]),
        [f"Lineage: {_lineage(manifest)}."],
        [f"Emissions: {_emissions(candidate, manifest)}."],
        [f"Bundle: `{bundle}`, SHA-256 of its manifest `{manifest.digest()}`, {len(manifest.features)} features."],
    )
    return "\n\n".join("\n".join(lines) for lines in sections if lines)


def outcome_of(candidate: Mapping[str, Any], decision: Mapping[str, Any]) -> str:
    """Return what the gate decided about one challenger, and whether another one was chosen, which had earned the same."""
    name, chosen = candidate["name"], promotion.named_by(decision)
    earned = promotion.outcome_of(decision, name)
    is_passed_over = chosen is not None and name != chosen and earned == decision["outcome"]
    return f"{earned}, {promotion.NOT_CHOSEN}" if is_passed_over else earned


def _measures(metrics: Mapping[str, Any]) -> list[str]:
    return [f"- {name.replace('_', ' ')}: {_measure(metric)}" for name, metric in metrics.items()]


def _measure(metric: Mapping[str, Any]) -> str:
    if metric.get("value") is None:
        return f"unavailable, {metric.get('reason', 'it was not measured')}"
    interval = "" if metric.get("low") is None else f" ({_number(metric['low'])} to {_number(metric['high'])})"
    return f"{_number(metric['value'])}{interval}"


def _lineage(manifest: BundleManifest) -> str:
    parent = f"parent `{manifest.parent_version}`" if manifest.parent_version else "no parent"
    return f"{len(manifest.chunks)} chunks, {manifest.chunks[0]} to {manifest.chunks[-1]}; {parent}"


def _emissions(candidate: Mapping[str, Any], manifest: BundleManifest) -> str:
    this, lineage = manifest.emissions["this"], manifest.emissions["lineage"]
    source = f"{this['intensity_g_per_kwh']:g} g/kWh ({this['intensity_source']}), PUE {this['pue']:g}"
    last, every, scores = (
        _grams(grams) for grams in (this["emissions_g"], lineage["emissions_g"], candidate["emissions_g_per_1000"])
    )
    return (
        f"{last} CO2e for the last chunk, {every} for the whole lineage (method {this['method']}, {source}); "
        f"{scores} per 1,000 scores{_parts(candidate)}"
    )


def _parts(candidate: Mapping[str, Any]) -> str:
    """What the emissions of scores are made of; evaluations of an earlier release do not say."""
    parts = candidate.get("emissions_parts")
    if not parts:
        return ""
    names = {"answering_g": "answering", "model_g": "its graph", "embodied_g": "making of the hardware", "training_g": "training"}
    told = ", ".join(f"{words} {_grams(parts[name])}" for name, words in names.items())
    return f" ({told}{': ' + parts['reason'] if parts['reason'] else ''})"


def _grams(grams: float | None) -> str:
    """Return micrograms, in which every model of this size is readable."""
    return "unavailable" if grams is None else f"{_number(1e6 * grams)} µg"


def _number(value: float) -> str:
    return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"
