"""Hot reload: the control document names a bundle; a new one is fetched, proven, then swapped in."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from functions.score.model import Model
from greenfraud.bundle import MANIFEST_FILE, BundleManifest
from greenfraud.canonical import sha256_hex
from greenfraud.control import ModelRef
from greenfraud.errors import BundleError
from greenfraud.features.manifest import Manifest

logger = logging.getLogger(__name__)

RETRY_SECONDS = 30.0  # a broken bundle is not fetched again by every request


class BundleSource(Protocol):
    """Where the files of bundles are."""

    def fetch(self, key: str) -> bytes:
        """The object's content; raises BundleError when it cannot be read."""
        ...


class S3Bundles:
    """BundleSource over the artifacts bucket."""

    def __init__(self, client: Callable[[], Any], bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def fetch(self, key: str) -> bytes:
        """One GetObject."""
        try:
            content: bytes = self._client().get_object(Bucket=self._bucket, Key=key)["Body"].read()
        except (BotoCoreError, ClientError) as error:
            raise BundleError(f"{key} cannot be read: {type(error).__name__}") from error
        return content


class Answering(NamedTuple):
    """The model to answer with (None: rules), how it falls short of what was asked for, and whether a load failed."""

    model: Model | None
    degraded: list[str]
    has_load_failed: bool = False


class ModelSlot:
    """The model that answers now. It is replaced only by one that passed every check."""

    def __init__(self, source: BundleSource, computed: Manifest, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._source = source
        self._computed = computed
        self._clock = clock
        self._model: Model | None = None
        self._sha256: str | None = None
        self._failed_at: dict[str, float] = {}

    def answering(self, wanted: ModelRef | None) -> Answering:
        """The model for this request, loading `wanted` when it is not the one loaded."""
        if wanted is None:
            return Answering(None, [])
        if wanted.sha256 == self._sha256:
            return Answering(self._model, [])
        if self._is_resting(wanted):
            return self._instead(has_load_failed=False)
        try:
            self._model = load(self._source, wanted, self._computed)
        except BundleError as error:
            logger.warning("bundle %s was not loaded: %s", wanted.name, error)
            self._failed_at = {wanted.sha256: self._clock()}
            return self._instead(has_load_failed=True)
        self._sha256 = wanted.sha256
        return Answering(self._model, [])

    def last_good(self) -> Answering:
        """The model to answer with while nobody knows which one is wanted."""
        return Answering(self._model, [])

    def _is_resting(self, wanted: ModelRef) -> bool:
        failed_at = self._failed_at.get(wanted.sha256)
        return failed_at is not None and self._clock() - failed_at < RETRY_SECONDS

    def _instead(self, *, has_load_failed: bool) -> Answering:
        return Answering(self._model, ["model_stale" if self._model else "model"], has_load_failed)


def load(source: BundleSource, wanted: ModelRef, computed: Manifest) -> Model:
    """The named bundle, verified from its digest to its golden vectors; raises BundleError."""
    content = source.fetch(_key(wanted, MANIFEST_FILE))
    if sha256_hex(content) != wanted.sha256:
        raise BundleError("manifest.json is not the one that was promoted")
    bundle = BundleManifest.from_bytes(content)
    if (bundle.family, bundle.version) != (wanted.family, wanted.version):
        raise BundleError(f"manifest.json describes {bundle.family}/{bundle.version}")
    return Model.load(bundle, {name: source.fetch(_key(wanted, name)) for name in bundle.files}, computed)


def _key(wanted: ModelRef, name: str) -> str:
    return f"{wanted.prefix.rstrip('/')}/{name}"
