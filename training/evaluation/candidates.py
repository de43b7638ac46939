"""The candidates of a holdout: the rules, the model in production, and the challengers, as scores and decisions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from greenfraud.bundle import MANIFEST_FILE, MODEL_FILE, BundleManifest
from greenfraud.canonical import sha256_hex
from greenfraud.errors import BundleError
from greenfraud.features.manifest import load_manifest
from greenfraud.money import EURO
from greenfraud.policy import SEVERITY, judge
from training.evaluation.model_carbon import carbon_of
from training.evaluation.policy_alerts import alerts_beside, asks_the_model, payments_of
from training.features.chunk_file import feature_values
from training.job.bucket import Bucket
from training.model.onnx_graph import probabilities

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from greenfraud.policy import Policy
    from training.evaluation.model_carbon import ModelCarbon
    from training.job.settings import Settings


@dataclass(frozen=True)
class EvaluatedCandidate:
    """One candidate's scores and alerts on the holdout; both are None if it could not be scored, for a `reason`."""

    name: str
    role: str
    scores: NDArray[np.float64] | None
    is_alert: NDArray[np.bool_] | None
    is_probability: bool = True
    family: str | None = None
    version: str | None = None
    carbon: ModelCarbon | None = None
    manifest: BundleManifest | None = None
    sha256: str | None = None  # of the manifest as it is stored: whoever promotes it promotes this bundle
    reason: str | None = None

    def part(self, rows: NDArray[np.bool_]) -> EvaluatedCandidate:
        """Return its scores and alerts on some of the rows."""
        if self.scores is None or self.is_alert is None:
            return self
        return replace(self, scores=self.scores[rows], is_alert=self.is_alert[rows])

    def beside(self, rules: EvaluatedCandidate) -> EvaluatedCandidate:
        """Return it with the alerts of the rules, which hold beside any model; its scores stay its own."""
        if self.is_alert is None or rules.is_alert is None:
            return self
        return replace(self, is_alert=self.is_alert | rules.is_alert)

    def under(self, policy: Policy, rules: EvaluatedCandidate, table: pa.Table, currency: str) -> EvaluatedCandidate:
        """Return it with the alerts that a policy makes of its probabilities; `rules` are what the policy says alone."""
        if self.scores is None or not asks_the_model(policy):
            return self.beside(rules)
        return replace(self, is_alert=alerts_beside(policy, table, self.scores, currency))

    def without_scores(self, reason: str) -> EvaluatedCandidate:
        """Return it without scores, for a reason; a reason that it has already stays."""
        return replace(self, scores=None, is_alert=None, reason=self.reason or reason)


def rules_candidate(table: pa.Table, policy: Policy, currency: str = EURO) -> EvaluatedCandidate:
    """Score by the bare rules: the decision ranks first, the amount among equals, as an analyst would go through."""
    amounts = table["amount_minor"].to_pylist()
    decisions = [judge(policy, payment).decision for payment in payments_of(table, policy, currency)]
    severity = np.array([SEVERITY[decision] for decision in decisions], float)
    scores = severity + np.array(amounts) / (max(amounts, default=0) + 1.0)
    return EvaluatedCandidate("rules", "rules", scores, severity > 0, is_probability=False)


def bundle_candidate(  # noqa: PLR0913
    prefix: str, role: str, table: pa.Table, *, policy: Policy, settings: Settings, expected_scores: int | None = None
) -> EvaluatedCandidate:
    """Score afresh from the ONNX bundle under a prefix, which is verified first; `expected_scores` until the next promotion."""
    artifacts = Bucket(settings.artifacts_bucket)
    content = artifacts.get(prefix + MANIFEST_FILE)
    manifest = BundleManifest.from_bytes(content)
    identity: dict[str, Any] = {"family": manifest.family, "version": manifest.version, "manifest": manifest}
    identity["sha256"] = sha256_hex(content)
    name = f"{manifest.family}/{manifest.version}"
    model = artifacts.get(prefix + MODEL_FILE)
    try:
        manifest.verify_files({MODEL_FILE: model})
        values = _inputs(manifest, table)
    except BundleError as error:
        return EvaluatedCandidate(name, role, None, None, reason=str(error), **identity)
    scores = probabilities(model, values).astype(np.float64)
    is_alert = scores >= alert_thresholds(policy, table["amount_minor"].to_numpy())
    carbon = carbon_of(model, manifest.emissions, expected_scores, settings)
    return EvaluatedCandidate(name, role, scores, is_alert, carbon=carbon, **identity)


def alert_thresholds(policy: Policy, amounts_minor: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the probability from which on the model does not let a payment of each amount pass."""
    distinct, places = np.unique(amounts_minor, return_inverse=True)
    return np.array([policy.alert_at(int(amount)) for amount in distinct])[places]


def _inputs(manifest: BundleManifest, table: pa.Table) -> NDArray[np.float32]:
    absent = [name for name in manifest.feature_names if name not in table.column_names]
    if absent:
        raise BundleError(f"the holdout lacks {', '.join(absent)}")
    manifest.verify_features(load_manifest())  # a holdout is built by this release: the same name may mean something else
    return feature_values(table, manifest.feature_names)
