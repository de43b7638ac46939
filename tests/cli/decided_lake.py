"""A lake of decisions as ingestion lands them, and the target of a command that reads them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from functions.ingest.events import DecisionEvent, LabelEvent
from functions.ingest.landing import files_of
from greenfraud.features.logged import pack
from greenfraud.features.manifest import load_manifest
from greenfraud.items.decision import Decision
from greenfraud.items.label import Report
from greenfraud.policy import DEFAULT_POLICY, Payment, judge
from greenfraud.records import Label, Transaction

MANIFEST = load_manifest()
START_US = 1_526_000_000_000_000
HOUR_US = 3_600_000_000


@dataclass
class DecidedLake:
    """Stands for a target; the default decides, and nothing else was applied."""

    s3: Any
    outputs: dict[str, str] = field(
        default_factory=lambda: {"LakeBucket": "lake", "ArtifactsBucket": "artifacts", "IdTokens": "off"}
    )
    currency: str = "EUR"

    def client(self, service: str) -> Any:
        """As a target hands them out."""
        return self.s3

    def decide(self, name: str, hours: float, amount: float, probability: float | None = 0.1, **more: Any) -> str:
        """Land the decision of a payment so many hours after the start; `more` are values of features, or of the answer."""
        values = {feature: more.get(feature) for feature in MANIFEST.names}
        at_us, minor = START_US + int(hours * HOUR_US), round(amount * 100)
        customer = more.get("customer", f"C-{name}")
        found = judge(DEFAULT_POLICY, Payment(values, minor, "EUR", at_us, customer), probability)
        answer = {
            "transaction_id": name,
            "fraud_probability": probability,
            "decision": "allow" if "exploration" in more else found.decision,
            "policy_version": more.get("policy_version", DEFAULT_POLICY.version),
            "degraded": [],
            "exploration": more.get("exploration"),
        }
        transaction = Transaction(name, at_us, customer, "M1", minor)
        version = more.get("manifest_version", MANIFEST.version)
        logged = pack(values, MANIFEST.names)
        made = Decision(transaction, answer, "light", "v1", 0.0, 0.0, 0.0, 0.0, manifest_version=version, features=logged)
        self._land(DecisionEvent(name, made))
        return found.decision

    def report(self, name: str, hours: float, *, is_fraud: bool = True) -> None:
        """Land what was reported of a payment."""
        label = Label(name, is_fraud, START_US + int(hours * HOUR_US))
        self._land(LabelEvent(f"label-{name}-{hours}", Report(label, "label#0", True, START_US, None)))

    def _land(self, event: Any) -> None:
        for key, rows in files_of([event], f"{event.event_id:.>24}", MANIFEST).items():
            self.s3.put_object(Bucket="lake", Key=key, Body="".join(f"{json.dumps(row)}\n" for row in rows).encode())
