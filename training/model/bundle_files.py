"""The model bundle: the ONNX file and the manifest that proves it, uploaded in that order."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from greenfraud.bundle import MANIFEST_FILE, MODEL_FILE, SCORE, BundleManifest
from greenfraud.canonical import sha256_hex
from greenfraud.naming import models_prefix
from training.model.onnx_graph import probabilities

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from training.job.bucket import Bucket
    from training.model.checkpoint import Checkpoint

    Floats = NDArray[np.float32]

GOLDEN_ROWS = 8
DRIFT_QUANTILES = tuple(round(0.1 * step, 1) for step in range(11))


def make_manifest(  # noqa: PLR0913
    checkpoint: Checkpoint,
    model: bytes,
    values: Floats,
    is_fraud: NDArray[np.bool_],
    *,
    asked: Floats | None = None,
    mlflow_run_id: str | None,
    metrics: dict[str, Any],
    emissions: dict[str, Any],
) -> BundleManifest:
    """Return the manifest of a model; `values` are the rows of the chunk it learned last.

    `asked` are those with the rows of which nothing is known, by default none: what is decided later is compared with all of them.
    """
    everything = values if asked is None else asked
    names = list(checkpoint.feature_hashes)
    return BundleManifest(
        family=checkpoint.family,
        version=checkpoint.version,
        features=[{"name": name, "hash": digest} for name, digest in checkpoint.feature_hashes.items()],
        files={MODEL_FILE: sha256_hex(model)},
        chunks=checkpoint.chunks,
        parent_version=checkpoint.parent_version,
        mlflow_run_id=mlflow_run_id,
        metrics=metrics,
        drift_baseline={
            **{name: baseline_of(everything[:, index]) for index, name in enumerate(names)},
            SCORE: baseline_of(probabilities(model, everything)),
        },
        reference={name: _typical(values[~is_fraud, index]) for index, name in enumerate(names)},
        golden=_golden(model, values, is_fraud),
        emissions=emissions,
        provenance=checkpoint.provenance,
    )


def upload_bundle(artifacts: Bucket, manifest: BundleManifest, model: bytes) -> None:
    """Write the files; the manifest comes last, because a bundle without it does not exist."""
    prefix = models_prefix(manifest.family, manifest.version)
    artifacts.put(prefix + MODEL_FILE, model)
    artifacts.put(prefix + MANIFEST_FILE, manifest.to_bytes())


def baseline_of(column: Floats) -> dict[str, Any]:
    """Return quantiles of what is known in a column, the exact share at or below each, and the share that is missing."""
    known = np.sort(column[~np.isnan(column)])
    quantiles = np.quantile(known, DRIFT_QUANTILES, method="inverted_cdf") if len(known) else known
    at_most = np.searchsorted(known, quantiles, side="right") / max(len(known), 1)
    missing_share = float(np.isnan(column).mean()) if len(column) else None
    return {"quantiles": quantiles.tolist(), "at_most": at_most.tolist(), "missing_share": missing_share}


def _typical(column: Floats) -> float | None:
    """Return the median of legitimate transactions, None where most of them lack the feature."""
    known = column[~np.isnan(column)]
    return float(np.median(known)) if 2 * len(known) > len(column) else None


def _golden(model: bytes, values: Floats, is_fraud: NDArray[np.bool_]) -> list[dict[str, Any]]:
    """Return rows with their probability: frauds and others, and one with everything missing."""
    rows = [*np.flatnonzero(is_fraud)[: GOLDEN_ROWS // 2], *np.flatnonzero(~is_fraud)[: GOLDEN_ROWS // 2]]
    inputs = np.vstack([values[rows], np.full((1, values.shape[1]), np.nan, np.float32)])
    answers = probabilities(model, inputs)
    return [{"inputs": _nullable(row), "probability": float(p)} for row, p in zip(inputs, answers, strict=True)]


def _nullable(row: Sequence[float] | Floats) -> list[float | None]:
    return [None if math.isnan(value) else float(value) for value in row]
