"""Small JSON documents and bundles among the artifacts."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from greenfraud import naming
from greenfraud.bundle import MANIFEST_FILE, BundleManifest
from greenfraud.canonical import sha256_hex
from greenfraud.control import ModelRef
from greenfraud.errors import BundleError, ContractError, NotFound

LARGEST = 64 * 2**20  # bytes of an object, such as a bundle's model; what reads it has 256 MiB in all


class Artifacts:
    """The artifacts bucket, seen by what changes production."""

    def __init__(self, client: Callable[[], Any], bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def read(self, key: str, at_most: int = LARGEST) -> bytes:
        """One object; raises NotFound naming its key, BundleError for one that is too large (bytes) to be read here."""
        s3 = self._client()
        try:
            found = s3.get_object(Bucket=self._bucket, Key=key)
        except s3.exceptions.NoSuchKey:
            raise NotFound(f"there is no {key}") from None
        if found["ContentLength"] > at_most:
            raise BundleError(f"{key} has {found['ContentLength']:,} bytes, of which {at_most:,} at most are read")
        content: bytes = found["Body"].read()
        return content

    def read_json(self, key: str) -> dict[str, Any]:
        """One JSON object; raises NotFound or ContractError."""
        try:
            document = json.loads(self.read(key))
        except ValueError:
            raise ContractError(f"{key} is not JSON") from None
        if not isinstance(document, dict):
            raise ContractError(f"{key} is not a JSON object")
        return document

    def first_execution(self, digits: str) -> str | None:
        """The execution, twelve digits, that begins with these and left something; None where there is none."""
        if len(digits) != naming.SHORT:
            return None
        found = self._client().list_objects_v2(Bucket=self._bucket, Prefix=f"{naming.EXECUTIONS}{digits}", MaxKeys=1)
        keys = [one["Key"] for one in found.get("Contents", [])]
        return keys[0].split("/")[1] if keys else None

    def write_json(self, key: str, document: dict[str, Any]) -> None:
        """Store one JSON object."""
        self.write(key, json.dumps(document).encode())

    def write(self, key: str, content: bytes) -> None:
        """Store one JSON object that is spelled already."""
        self._client().put_object(Bucket=self._bucket, Key=key, Body=content, ContentType="application/json")

    def verified(self, family: str, version: str) -> tuple[ModelRef, BundleManifest]:
        """A bundle that is complete and unaltered, and how the control document refers to it.

        Raises NotFound when its manifest is missing, BundleError when it is another's or a file differs.
        """
        prefix = naming.models_prefix(family, version)
        content = self.read(prefix + MANIFEST_FILE)
        bundle = BundleManifest.from_bytes(content)
        if (bundle.family, bundle.version) != (family, version):
            raise BundleError(f"{prefix}{MANIFEST_FILE} describes {bundle.family}/{bundle.version}")
        bundle.verify_files({name: self.read(prefix + name) for name in bundle.files})
        return ModelRef(family, version, prefix, sha256_hex(content)), bundle
