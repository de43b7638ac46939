"""What the control function can be told to do. Each verb takes its payload and returns a small JSON object."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from functions.control.documents import Artifacts
from functions.control.ledger import production_before
from functions.control.lineage_table import LineageTable
from functions.control.stage import Stage
from greenfraud import naming, promotion
from greenfraud.control import ControlDocument
from greenfraud.errors import ContractError, InvalidInput, StateConflict
from greenfraud.items.ledger import Entry

Payload = Mapping[str, Any]
VERBS = ("record", "gate", "promote", "rollback", "show")


@dataclass(frozen=True)
class Control:
    """The stores behind the verbs."""

    stage: Stage
    lineage: LineageTable
    artifacts: Artifacts

    def obey(self, payload: Payload) -> dict[str, Any]:
        """Do what `verb` says; raises InvalidInput naming the choices."""
        verb = payload.get("verb")
        if verb not in VERBS:
            raise InvalidInput("verb", f"{verb!r} is unknown; choose from {', '.join(VERBS)}")
        result: dict[str, Any] = getattr(self, verb)(payload)
        return result

    def record(self, payload: Payload) -> dict[str, Any]:
        """Enter a trained chunk into its family's lineage, sound or not, as its result says."""
        execution, family, chunk, version = _texts(payload, "execution", "family", "chunk", "version")
        result = self.artifacts.read_json(naming.train_result_key(execution, family, chunk))
        if (result.get("family"), result.get("chunk"), result.get("version")) != (family, chunk, version):
            raise ContractError(f"the training result of {family} {chunk} is that of another job")
        self.lineage.record(result, execution)
        return {}

    def gate(self, payload: Payload) -> dict[str, Any]:
        """Judge an execution's evaluation: promote, shadow or reject, with reasons."""
        (execution,) = _texts(payload, "execution")
        decision = promotion.decide(self.artifacts.read_json(naming.evaluation_key(execution))).to_json()
        self.artifacts.write_json(naming.decision_key(execution), decision)
        return decision

    def promote(self, payload: Payload) -> dict[str, Any]:
        """Put a verified bundle into production. Promoting what is there already changes nothing."""
        family, version = _texts(payload, "family", "version")
        reference, bundle = self.artifacts.verified(family, version)
        before = self.stage.current()
        if before.production == reference:
            return {"revision": before.revision, "prefix": reference.prefix}
        after = dataclasses.replace(before, revision=before.revision + 1, production=reference)
        entry = dataclasses.replace(
            _entry(payload, before, after),
            execution=payload.get("execution"),
            metrics=bundle.metrics,
            emissions=bundle.emissions,
            files=bundle.files,
        )
        self.stage.replace(after, entry)
        return {"revision": after.revision, "prefix": reference.prefix}

    def rollback(self, payload: Payload) -> dict[str, Any]:
        """Put back what stood before the newest promotion, which is verified first; repeated, it goes further back."""
        _texts(payload, "reason", "actor")
        is_possible, production = production_before(self.stage.entries())
        if not is_possible:
            raise StateConflict("nothing has been promoted that could be rolled back")
        if production is not None and self.artifacts.verified(production.family, production.version)[0] != production:
            raise ContractError(f"{production.name} is no longer the bundle that was promoted")
        before = self.stage.current()
        after = dataclasses.replace(before, revision=before.revision + 1, production=production)
        self.stage.replace(after, _entry(payload, before, after))
        return {"revision": after.revision, "prefix": production.prefix if production else None}

    def show(self, _: Payload) -> dict[str, Any]:
        """The control document in force."""
        return self.stage.current().to_json()


def _entry(payload: Payload, before: ControlDocument, after: ControlDocument) -> Entry:
    return Entry(
        revision=after.revision,
        verb=payload["verb"],
        at=datetime.now(UTC).isoformat(),
        actor=payload.get("actor", "pipeline"),
        reasons=payload.get("reasons") or [payload.get("reason", "")],
        production=after.production,
        previous=before.production,
    )


def _texts(payload: Payload, *names: str) -> tuple[str, ...]:
    for name in names:
        if not isinstance(payload.get(name), str) or not payload[name]:
            raise InvalidInput(name, "must be a non-empty string")
    return tuple(payload[name] for name in names)
