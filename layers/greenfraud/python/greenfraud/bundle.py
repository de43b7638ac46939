"""The manifest of a model bundle: what a model is, where it comes from, and what proves that it works."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from greenfraud.canonical import canonical_json, sha256_hex
from greenfraud.errors import BundleError, ChangedFeatureError, UnknownFeatureError, UnknownSchemaError
from greenfraud.features.manifest import Manifest

SCHEMA = 1
MODEL_FILE = "model.onnx"
MANIFEST_FILE = "manifest.json"
GOLDEN_TOLERANCE = 1e-4
LOG_ODDS = "log_odds"  # what a model's second output is called, in bundles of this release and later ones
SCORE = "fraud_probability"  # in the drift baseline, beside the inputs: the model's own score


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleManifest:
    """The file `manifest.json` of a bundle, written last: without it the bundle does not exist.

    `features` lists name and hash in input order, `chunks` the lineage, `drift_baseline` quantiles per feature and of the score,
    `reference` a typical value per feature (what reasons hold a payment against), `golden` inputs with their probability,
    `emissions` kWh and gCO2e of this training and of its lineage, `files` a SHA-256 per file, `provenance` the versions,
    seed and machine of the training (empty in bundles that are older than this field).
    """

    family: str
    version: str
    features: list[dict[str, str]]
    files: dict[str, str]
    chunks: list[str] = field(default_factory=list)
    parent_version: str | None = None
    mlflow_run_id: str | None = None
    metrics: dict[str, Any] = field(default_factory=dict)
    drift_baseline: dict[str, Any] = field(default_factory=dict)
    reference: dict[str, float | None] = field(default_factory=dict)
    golden: list[dict[str, Any]] = field(default_factory=list)
    golden_tolerance: float = GOLDEN_TOLERANCE
    emissions: dict[str, Any] = field(default_factory=dict)
    provenance: dict[str, Any] = field(default_factory=dict)
    schema: int = SCHEMA

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The model's inputs in order."""
        return tuple(feature["name"] for feature in self.features)

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> BundleManifest:
        """Read a manifest; unknown keys are ignored. Raises BundleError when it is incomplete or of another schema."""
        if body.get("schema") != SCHEMA:
            raise UnknownSchemaError(f"bundle schema {body.get('schema')!r} is not {SCHEMA}")
        names = {item.name for item in fields(cls)}
        try:
            manifest = cls(**{name: value for name, value in body.items() if name in names})
        except TypeError:
            raise BundleError(f"the bundle manifest is incomplete: it lacks {', '.join(sorted(names - body.keys()))}") from None
        manifest._check_shape()
        return manifest

    @classmethod
    def from_bytes(cls, content: bytes) -> BundleManifest:
        """Read the bytes of `manifest.json`. Raises BundleError when they are not a manifest."""
        try:
            body = json.loads(content)
        except ValueError:
            raise BundleError("the bundle manifest is not JSON") from None
        if not isinstance(body, dict):
            raise BundleError("the bundle manifest is not a JSON object")
        return cls.from_json(body)

    def to_json(self) -> dict[str, Any]:
        """Return the manifest as plain data; `from_json` gives the same manifest back."""
        return asdict(self)

    def to_bytes(self) -> bytes:
        """Return the bytes to store as `manifest.json`; their SHA-256 is `digest()`."""
        return canonical_json(self.to_json()).encode()

    def digest(self) -> str:
        """Return the SHA-256 that a control document names."""
        return sha256_hex(self.to_bytes())

    def verify_files(self, bytes_by_name: Mapping[str, bytes]) -> None:
        """Raise BundleError unless exactly the listed files are there, byte for byte."""
        if bytes_by_name.keys() != self.files.keys():
            raise BundleError(f"files are {sorted(bytes_by_name)}, the manifest lists {sorted(self.files)}")
        altered = [name for name, content in bytes_by_name.items() if sha256_hex(content) != self.files[name]]
        if altered:
            raise BundleError(f"altered after training: {', '.join(sorted(altered))}")

    def verify_features(self, manifest: Manifest) -> None:
        """Raise unless every input is still computed as the model learned it, as `verify_hashes` does."""
        self.verify_hashes(manifest.hashes)

    def verify_hashes(self, computed: Mapping[str, str]) -> None:
        """Raise UnknownFeatureError or ChangedFeatureError, naming the inputs, unless each has its hash among those computed."""
        if unknown := [item["name"] for item in self.features if item["name"] not in computed]:
            raise UnknownFeatureError(f"not computed: {', '.join(unknown)}")
        if changed := [item["name"] for item in self.features if computed[item["name"]] != item["hash"]]:
            raise ChangedFeatureError(f"no longer computed as the model learned them: {', '.join(changed)}")

    def _check_shape(self) -> None:
        if MODEL_FILE not in self.files:
            raise BundleError(f"the bundle manifest lists no {MODEL_FILE}")
        if not all("name" in feature and "hash" in feature for feature in self.features):
            raise BundleError("every feature of a bundle needs a name and a hash")
        if any(len(vector["inputs"]) != len(self.features) for vector in self.golden):
            raise BundleError("a golden vector does not have one input per feature")
