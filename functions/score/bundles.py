"""Hot reload: the control document names bundles; a new one is fetched, proven, then answers."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, NamedTuple, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from functions.score.model import Model
from greenfraud.bundle import MANIFEST_FILE, BundleManifest
from greenfraud.canonical import sha256_hex
from greenfraud.control import ControlDocument, ModelRef
from greenfraud.errors import BundleError, BundleLostError, BundleUnreadableError
from greenfraud.features.manifest import Manifest

logger = logging.getLogger(__name__)

Place = Literal["production", "fallback", "canary"]

RETRY_SECONDS = 30.0  # a broken bundle is not fetched again by every request


class BundleSource(Protocol):
    """Where the files of bundles are."""

    def fetch(self, key: str) -> bytes:
        """The object's content; raises BundleLostError where there is none, BundleUnreadableError where nobody says."""
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
        except ClientError as error:
            if error.response["Error"]["Code"] == "NoSuchKey":
                raise BundleLostError(f"there is no {key}") from None
            raise BundleUnreadableError(f"{key} cannot be read: {type(error).__name__}") from error
        except BotoCoreError as error:
            raise BundleUnreadableError(f"{key} cannot be read: {type(error).__name__}") from error
        return content


class Answering(NamedTuple):
    """The model to answer with (None: the rules), which place it stands in, and why those before it do not answer.

    `degraded` names a place and a class of fault, as in `production_lost`; `failed` the classes of loads that failed just now.
    """

    model: Model | None
    by: Place | Literal["rules"]
    degraded: Sequence[str] = ()
    failed: Sequence[str] = ()


class Failure(NamedTuple):
    """When a bundle was not loaded, and the class of its fault."""

    at: float
    fault: str


class ModelSlots:
    """The models that the control document names, each loaded when it is to answer, and only if it passes every check.

    Production answers, where it cannot be loaded the fallback, then the rules; for the canary's customers the canary before them
    all. A model that is loaded and named no longer is forgotten: it may be one that somebody took back.
    """

    def __init__(self, source: BundleSource, computed: Manifest, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._source = source
        self._computed = computed
        self._clock = clock
        self._models: dict[str, Model] = {}  # by the digest of their manifest
        self._failures: dict[str, Failure] = {}

    def answering(self, control: ControlDocument) -> Answering:
        """The model for this request, loading what is wanted and not loaded yet."""
        named: dict[Place, ModelRef] = {}
        if control.production:
            named["production"] = control.production
            if control.fallback:
                named["fallback"] = control.fallback
        self._forget_all_but({reference.sha256 for reference in (*named.values(), control.canary) if reference})
        return self._first_of(named)

    def canary(self, canary: ModelRef, otherwise: Answering) -> Answering:
        """The canary for a customer of its own; where it cannot be loaded, who answers everybody else, and why in front."""
        found = self._first_of({"canary": canary})
        if found.model is not None:
            return found
        return Answering(otherwise.model, otherwise.by, [*found.degraded, *otherwise.degraded], found.failed)

    def _first_of(self, named: Mapping[Place, ModelRef]) -> Answering:
        degraded: list[str] = []
        failed: list[str] = []
        for place, reference in named.items():
            # A store that does not answer keeps the request waiting: once is enough.
            fault = "unreadable" if failed == ["unreadable"] else self._fault_met(reference, failed)
            if model := self._models.get(reference.sha256):
                return Answering(model, place, degraded, failed)
            degraded.append(f"{place}_{fault}")
        return Answering(None, "rules", degraded, failed)

    def _fault_met(self, wanted: ModelRef, failed: list[str]) -> str | None:
        """Load a model unless it is loaded or rests; the class of what is wrong with it."""
        if wanted.sha256 in self._models:
            return None
        failure = self._failures.get(wanted.sha256)
        if failure is not None and self._clock() - failure.at < RETRY_SECONDS:
            return failure.fault
        try:
            self._models[wanted.sha256] = load(self._source, wanted, self._computed)
        except BundleError as error:
            logger.warning("bundle %s was not loaded (%s): %s", wanted.name, error.fault, error)
            self._failures[wanted.sha256] = Failure(self._clock(), error.fault)
            failed.append(error.fault)
            return error.fault
        self._failures.pop(wanted.sha256, None)
        return None

    def _forget_all_but(self, named: set[str]) -> None:
        self._models = {sha256: model for sha256, model in self._models.items() if sha256 in named}
        self._failures = {sha256: failure for sha256, failure in self._failures.items() if sha256 in named}


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
