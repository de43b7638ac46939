"""What the deployed scoring function computes and can read, as it says itself: a model that does not fit is not promoted.

One item beside the copies of the control document, written by each deployment once its scoring function answers.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from greenfraud.bundle import SCHEMA, BundleManifest
from greenfraud.canonical import canonical_json
from greenfraud.control import SCHEMA as CONTROL_SCHEMA
from greenfraud.control import ControlDocument
from greenfraud.errors import UnknownSchemaError
from greenfraud.features.manifest import Manifest
from greenfraud.items.attributes import Attributes, Item
from greenfraud.items.tables import CONTROL

KIND = "served manifest"
NAME = "served"  # beside copy#0 to copy#3
KEY: dict[str, dict[str, str]] = {CONTROL.partition: {"S": NAME}}


@dataclass(frozen=True, kw_only=True)
class Served:
    """The hash of each feature that is computed, by its name; which bundles are read, and which control documents obeyed."""

    manifest_version: str
    features: Mapping[str, str]
    bundle_schemas: tuple[int, ...] = (SCHEMA,)
    control_schema: int = CONTROL_SCHEMA

    @classmethod
    def by(cls, manifest: Manifest) -> Served:
        """Return what a release with this manifest serves."""
        return cls(manifest_version=manifest.version, features=manifest.hashes)

    def verify(self, bundle: BundleManifest) -> None:
        """Raise UnknownSchemaError, UnknownFeatureError or ChangedFeatureError, naming what this release cannot serve."""
        if bundle.schema not in self.bundle_schemas:
            raise UnknownSchemaError(f"bundle schema {bundle.schema} is not read, only {', '.join(map(str, self.bundle_schemas))}")
        bundle.verify_hashes(self.features)

    def verify_control(self, document: ControlDocument) -> None:
        """Raise UnknownSchemaError for a control document that this release would read and not obey."""
        if document.schema > self.control_schema:
            raise UnknownSchemaError("neither a shadow nor a canary is known to this release: deploy a newer one first")


def encode(served: Served) -> dict[str, Any]:
    """Return the item."""
    return {**KEY, "document": {"S": canonical_json(asdict(served))}}


def decode(item: Item) -> Served:
    """Return what an item says. Raises DamagedItem."""
    return Attributes(item, KIND).parsed("document", _parse)


def _parse(text: str) -> Served:
    body = json.loads(text)
    features = {str(name): str(digest) for name, digest in body["features"].items()}
    return Served(
        manifest_version=body["manifest_version"],
        features=features,
        bundle_schemas=tuple(int(schema) for schema in body["bundle_schemas"]),
        control_schema=int(body.get("control_schema", 1)),
    )
