"""Why a payment was decided as it was: from what is stored of it to an explanation. Pure: no clock, no store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from functions.score.policies import Found
from functions.score.spoken import part_of
from functions.score.verdict import unknown_of
from greenfraud.errors import ContractError, DamagedItem
from greenfraud.explanation import Explained
from greenfraud.features.logged import unpack
from greenfraud.features.manifest import Manifest
from greenfraud.instants import SECOND_US, format_rfc3339
from greenfraud.items import decision as decision_items
from greenfraud.items import label as label_items
from greenfraud.items import release as release_items
from greenfraud.items.decision import Decision
from greenfraud.items.label import Report
from greenfraud.items.release import ReleasedPayment
from greenfraud.items.tables import EXPIRY

VALUE_BYTES = 8
NO_DIGEST = "An earlier release decided: of the policy it kept the version alone."
NO_POLICY = "The policy that decided cannot be read any more, so what spoke is told by name alone."
NO_VALUES = "The values that it was decided on were not kept."
OTHER_MANIFEST = (
    "The values are those of manifest {then}, which this release does not know: it has {now}. They are listed in its order."
)

Item = Mapping[str, Any]


@dataclass(frozen=True)
class Records:
    """All that is stored of a transaction, each with when it was written, in epoch seconds; None where that is not told."""

    decision: Decision
    decided_at: float | None
    reports: Sequence[tuple[Report, float | None]] = ()
    releases: Sequence[tuple[ReleasedPayment, float | None]] = ()

    @classmethod
    def of(cls, items: Sequence[Item]) -> Records:
        """Read the items, the decision among them. Raises DamagedItem."""
        by_record = {decision_items.record_of(item): item for item in items}
        decided, released = by_record[decision_items.KIND], by_record.get(release_items.KIND)
        return cls(
            decision_items.decode(decided),
            _written_at(decided),
            [(label_items.decode(item), _written_at(item)) for item in items if label_items.is_report(item)],
            [] if released is None else [(release_items.decode(released), _written_at(released))],
        )


def explain(records: Records, found: Found, manifest: Manifest) -> dict[str, Any]:
    """The explanation as the API tells it. Raises DamagedItem."""
    decision = records.decision
    transaction, answer, spoke = decision.transaction, decision.answer, decision.answer.get("spoke", [])
    features, unnamed, remark = _values(decision, manifest)
    unknown = NO_DIGEST if decision.policy_sha256 is None else NO_POLICY if found.policy is None and spoke else ""
    return {
        "transaction_id": transaction.transaction_id,
        "occurred_at": format_rfc3339(transaction.occurred_us),
        "amount_minor": transaction.amount_minor,
        "currency": transaction.currency,
        "decided_at": _moment(records.decided_at),
        "control_revision": decision.control_revision,
        "answer": answer,
        "policy": {
            "version": answer["policy_version"],
            "sha256": decision.policy_sha256,
            "is_in_force": found.is_in_force,
            "is_known": found.policy is not None,
        },
        "spoke": [part_of(name, found.policy, has_model=answer["fraud_probability"] is not None) for name in spoke],
        "since": _since(records),
        "manifest_version": decision.manifest_version,
        "features": features,
        "unnamed": unnamed,
        "remarks": [text for text in (unknown, remark) if text],
    }


def _values(decision: Decision, manifest: Manifest) -> tuple[list[dict[str, Any]], list[float | None], str]:
    """The values by name, those that nobody here can name, and what is said of it."""
    content = decision.features
    if content is None:
        return [], [], NO_VALUES
    try:
        if decision.manifest_version == manifest.version:
            return _named(decision, unpack(content, manifest.names), manifest), [], ""
        numbered = unpack(content, [str(number) for number in range(len(content) // VALUE_BYTES)])
    except ContractError as error:
        raise DamagedItem(decision_items.KIND, "features", error) from None
    return [], [*numbered.values()], OTHER_MANIFEST.format(then=decision.manifest_version, now=manifest.version)


def _named(decision: Decision, values: Mapping[str, float | None], manifest: Manifest) -> list[dict[str, Any]]:
    explained = Explained(manifest, values, unknown_of(decision.answer["degraded"]), decision.transaction.currency)
    told = []
    for name, value in values.items():
        group = manifest.group_of(name)
        text = explained.sentence_of(name)
        told.append({"name": name, "value": value, "group": group.code, "label": group.label, "text": text})
    return told


def _since(records: Records) -> list[dict[str, Any]]:
    """Labels and the release, in the order of event time."""
    labels = [(report.label.observed_us, _label(report, at)) for report, at in records.reports]
    releases = [(release.accepted_us, _release(release, at)) for release, at in records.releases]
    return [told for _, told in sorted([*labels, *releases], key=lambda one: one[0])]


def _label(report: Report, written_at: float | None) -> dict[str, Any]:
    label = report.label
    return {
        "kind": "label",
        "is_fraud": label.is_fraud,
        "observed_at": format_rfc3339(label.observed_us),
        "source": label.source,
        "reason_code": label.reason_code,
        "taken_at": _moment(written_at),
    }


def _release(release: ReleasedPayment, written_at: float | None) -> dict[str, Any]:
    return {
        "kind": "release",
        "released_at": None if release.released_us is None else format_rfc3339(release.released_us),
        "accepted_at": format_rfc3339(release.accepted_us),
        "source": release.source,
        "taken_at": _moment(written_at),
    }


def _written_at(item: Item) -> float | None:
    return decision_items.written_at(item) if EXPIRY in item else None


def _moment(epoch_seconds: float | None) -> str | None:
    return None if epoch_seconds is None else format_rfc3339(int(epoch_seconds * SECOND_US))
