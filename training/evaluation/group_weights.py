"""What each group of features weighs for a model: how far its log-odds move where the group alone has its usual values.

Usual are the bundle's reference values, those of a typical legitimate payment, as reasons hold a payment against them. One group is
taken at a time, so what two say together counts for both: a sum of weights is no score.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from greenfraud.bundle import MODEL_FILE
from greenfraud.features.manifest import load_manifest
from greenfraud.naming import models_prefix
from training.features.chunk_file import feature_values
from training.model.onnx_graph import probabilities

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from greenfraud.bundle import BundleManifest
    from training.evaluation.candidates import EvaluatedCandidate
    from training.evaluation.holdout import Holdout
    from training.job.bucket import Bucket

    Floats = NDArray[np.floating[Any]]
    Codes = NDArray[np.integer[Any]]

SAMPLE = 1_000  # legitimate payments, evenly through the holdout; and as many frauds at most
LEAST = 1e-7  # a probability of 0 or 1 is taken for this


class GroupWeights:
    """The groups of one model, and what each weighs for frauds and for legitimate payments."""

    def __init__(self, bundle: BundleManifest, model: bytes) -> None:
        """Sort the features into groups."""
        manifest = load_manifest()
        self._names, self._model = bundle.feature_names, model
        groups = [manifest.group_of(name) for name in self._names]
        self.labels = {group.code: group.label for group in groups}
        self._members = {code: np.array([group.code == code for group in groups]) for code in self.labels}
        self._usual = np.array([bundle.reference.get(name) for name in self._names], np.float32)  # None becomes NaN
        self.of_frauds: dict[str, float] = {}
        self.of_legitimate: dict[str, float] = {}

    @classmethod
    def measured(cls, candidate: EvaluatedCandidate, holdout: Holdout, artifacts: Bucket) -> GroupWeights:
        """Return the mean weights on a sample of the holdout."""
        assert candidate.manifest is not None
        bundle = candidate.manifest
        found = cls(bundle, artifacts.get(models_prefix(bundle.family, bundle.version) + MODEL_FILE))
        for is_fraud, into in ((True, found.of_frauds), (False, found.of_legitimate)):
            rows = _evenly(np.flatnonzero(holdout.is_fraud == is_fraud))
            if len(rows):
                into |= {code: float(weight.mean()) for code, weight in found.weights(holdout.table, rows).items()}
        return found

    def weights(self, table: pa.Table, rows: Codes) -> dict[str, Floats]:
        """Return per group how much it adds to the log-odds of each of some rows."""
        values = feature_values(table.take(rows), self._names)
        whole = self._log_odds(values)
        return {code: whole - self._log_odds(np.where(members, self._usual, values)) for code, members in self._members.items()}

    def heaviest(self, table: pa.Table, rows: Codes) -> list[str]:
        """Return for each row the label of the group that moves it most, either way."""
        if not len(rows):
            return []
        weights = self.weights(table, rows)
        codes = list(weights)
        most = np.abs(np.stack([weights[code] for code in codes])).argmax(axis=0)
        return [self.labels[codes[place]] for place in most.tolist()]

    def _log_odds(self, values: Floats) -> Floats:
        return log_odds(probabilities(self._model, values.astype(np.float32)).astype(np.float64))


def log_odds(probability: Floats) -> Floats:
    """Return the logarithm of the odds, of at most what single precision tells apart."""
    kept = np.clip(probability, LEAST, 1.0 - LEAST)
    return np.asarray(np.log(kept / (1.0 - kept)))


def told_weights(ours: GroupWeights, theirs: GroupWeights) -> list[dict[str, Any]]:
    """Return the weights side by side, those first that weigh most for frauds; None where a model has no such group."""
    labels = {**theirs.labels, **ours.labels}

    def most(code: str) -> float:
        return max(abs(one.of_frauds.get(code, 0.0)) for one in (ours, theirs))

    return [
        {
            "group": labels[code],
            "frauds": [ours.of_frauds.get(code), theirs.of_frauds.get(code)],
            "legitimate": [ours.of_legitimate.get(code), theirs.of_legitimate.get(code)],
        }
        for code in sorted(labels, key=lambda code: (-most(code), code))
    ]


def _evenly(rows: Codes) -> Codes:
    return rows if len(rows) <= SAMPLE else rows[np.linspace(0, len(rows) - 1, SAMPLE).astype(np.int64)]
