"""Whom a challenger must beat: what answers in truth, which is not production where the scoring function cannot serve it."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from greenfraud.bundle import MANIFEST_FILE, BundleManifest
from greenfraud.canonical import sha256_hex
from greenfraud.errors import BundleError, NotFound

if TYPE_CHECKING:
    from greenfraud.control import ControlDocument, ModelRef
    from greenfraud.items.served import Served
    from training.job.bucket import Bucket

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Rival:
    """The model that answers and its role; without a model the rules do. `passed_over` says why nobody before it does."""

    model: ModelRef | None = None
    role: str = "rules"
    passed_over: tuple[str, ...] = ()

    @classmethod
    def of(cls, control: ControlDocument, served: Served | None, artifacts: Bucket) -> Rival:
        """Return production, else the fallback, else the rules, as a request is answered.

        `served` is what the deployed scoring function says of itself; None says nothing, and refuses nothing.
        """
        reasons: list[str] = []
        for role, model in {"production": control.production, "fallback": control.fallback}.items():
            if model is None:
                continue
            try:
                _check(model, served, artifacts)
            except (BundleError, NotFound) as error:
                reasons.append(f"{role} {model.name} cannot be served: {error}")
                log.warning("%s", reasons[-1])
            else:
                return cls(model, role, tuple(reasons))
        return cls(passed_over=tuple(reasons))

    def to_json(self) -> dict[str, Any]:
        """Return what evaluation.json says of it."""
        return {"rival": self.model.name if self.model else None, "passed_over": list(self.passed_over)}


def _check(model: ModelRef, served: Served | None, artifacts: Bucket) -> None:
    content = artifacts.get(model.prefix + MANIFEST_FILE)
    if sha256_hex(content) != model.sha256:
        raise BundleError("manifest.json is not the one that was promoted")
    bundle = BundleManifest.from_bytes(content)
    bundle.verify_files({name: artifacts.get(model.prefix + name) for name in bundle.files})
    if served is not None:
        served.verify(bundle)
