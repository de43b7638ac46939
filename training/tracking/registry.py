"""MLflow's registry: one version per challenger; aliases and a tag name the stage of each.

There is one registered model, so that the alias `production` names one version across all families. A stage is
`production`, `shadow` or `canary`, as in the control document, `challenger`, or `archived` once something took its place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from training.tracking.mlflow_model import FOLDER
from training.tracking.model_card import MODEL_CARD, outcome_of, version_card

if TYPE_CHECKING:
    from collections.abc import Mapping

    from greenfraud.bundle import BundleManifest
    from greenfraud.control import ControlDocument, ModelRef

MODEL = "greenfraud"
PLACES = ("shadow", "canary", "production")  # of the control document; a model that stands in two is in the last
ALREADY_EXISTS = "RESOURCE_ALREADY_EXISTS"
DECIDED_AT = "decided_at"  # seconds since the epoch


@dataclass(frozen=True)
class Verdict:
    """What an execution came to: its evaluation, the gate's decision, and when, in seconds since the epoch."""

    evaluation: dict[str, Any]
    decision: dict[str, Any]
    decided_at: float

    @property
    def challengers(self) -> list[dict[str, Any]]:
        """The candidates that this execution trained."""
        return [item for item in self.evaluation["candidates"] if item["role"] == "challenger"]


@dataclass(frozen=True)
class Registry:
    """The registered model of the platform."""

    client: Any
    artifacts_bucket: str

    def record(self, verdict: Verdict, manifests: Mapping[str, BundleManifest], run_ids: Mapping[str, str]) -> None:
        """Register every challenger that is new; manifests and runs by name. What became of them is `follow`'s to say.

        Of what is told late, after a newer decision, none is the challenger any more.
        """
        self._create_model()
        challengers = verdict.challengers
        versions = {
            item["name"]: self._version_of(item, verdict, manifests[item["name"]], run_ids[item["name"]]) for item in challengers
        }
        is_late = any(float(known.tags.get(DECIDED_AT, 0)) > verdict.decided_at for known in self._versions())
        for number in versions.values():
            self._move(number, "archived" if is_late else "challenger")
        if not is_late:
            self._point_at_best(challengers, versions)

    def follow(self, control: ControlDocument) -> None:
        """Let aliases and stages say what serves and stands beside, whoever changed it since; what is not registered has none."""
        self._create_model()
        known = {f"{item.tags.get('family')}/{item.tags.get('version')}": str(item.version) for item in self._versions()}
        for stage in PLACES:
            model: ModelRef | None = getattr(control, stage)
            number = known.get(model.name) if model else None
            if number is None:
                self._vacate(stage)
            else:
                self._replace(stage, number)

    def _vacate(self, stage: str) -> None:
        for item in self._versions():
            if item.tags.get("stage") == stage:
                self._move(item.version, "archived")
        if stage in self.client.get_registered_model(MODEL).aliases:
            self.client.delete_registered_model_alias(MODEL, stage)

    def _create_model(self) -> None:
        from mlflow.exceptions import MlflowException

        try:
            self.client.create_registered_model(MODEL, description=MODEL_CARD)
        except MlflowException as error:
            if error.error_code != ALREADY_EXISTS:
                raise

    def _version_of(self, candidate: dict[str, Any], verdict: Verdict, manifest: BundleManifest, run_id: str) -> str:
        """Return the number of a candidate's version; a repeated job finds the one it made before."""
        run = self.client.get_run(run_id)
        source = f"{run.info.artifact_uri}/{FOLDER}"
        known = [item for item in self._versions() if item.source == source]
        if known:
            return str(known[0].version)
        tags = {
            "family": manifest.family,
            "version": manifest.version,
            "parent_version": manifest.parent_version or "",
            "chunks": f"{manifest.chunks[0]} to {manifest.chunks[-1]}",
            "execution": verdict.evaluation["execution"],
            "gate": outcome_of(candidate, verdict.decision),
            DECIDED_AT: str(verdict.decided_at),
        }
        card = version_card(candidate, verdict.evaluation, verdict.decision, manifest, self.artifacts_bucket)
        created = self.client.create_model_version(MODEL, source, run_id=run.info.run_id, tags=tags, description=card)
        return str(created.version)

    def _versions(self) -> list[Any]:
        return list(self.client.search_model_versions(f"name = '{MODEL}'"))

    def _point_at_best(self, challengers: list[dict[str, Any]], versions: dict[str, str]) -> None:
        measured = [item for item in challengers if item["metrics"]["average_precision"]["value"] is not None]
        if measured:
            best = max(measured, key=lambda item: item["metrics"]["average_precision"]["value"])
            self.client.set_registered_model_alias(MODEL, "challenger", versions[best["name"]])

    def _replace(self, stage: str, number: str) -> None:
        """Put a version into a stage, and archive the one that was there."""
        for item in self._versions():
            if item.tags.get("stage") == stage and str(item.version) != number:
                self._move(item.version, "archived")
        self._move(number, stage)
        self.client.set_registered_model_alias(MODEL, stage, number)

    def _move(self, number: str, stage: str) -> None:
        self.client.set_model_version_tag(MODEL, number, "stage", stage)
