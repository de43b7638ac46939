"""The two questions about clean power that the state machine asks: when to start, and what waiting has saved."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from functions.plan.intensity.providers import profile_of, provider_of
from functions.plan.settings import Settings
from functions.plan.start import account, choose_start
from greenfraud.metrics import embedded_metrics
from greenfraud.naming import report_key, start_key, waiting_key
from greenfraud.run_request import RunRequest

SAVED = "EmissionsSavedByWaiting"


@dataclass(frozen=True)
class Waiting:
    """Keeps its answers beside the plan of the execution; `client` makes the client of a service."""

    settings: Settings
    client: Callable[[str], Any]

    def start(self, execution: str, request: RunRequest, now: datetime) -> dict[str, Any]:
        """Return, and store, when the execution starts. Raises InvalidInput naming the field."""
        chosen = choose_start(request, now, lambda: provider_of(self.settings, self._secret), profile_of(self.settings))
        self._put(start_key(execution), chosen)
        return chosen

    def account(self, execution: str, now: datetime) -> dict[str, Any]:
        """Return, and store, what the wait of an execution that has ended saved; it tells the metric where that is known."""
        report = self._get(report_key(execution))
        saved = account(
            self._get(start_key(execution)),
            now,
            lambda: provider_of(self.settings, self._secret),
            energy_kwh=report.get("energy_kwh_total"),
            pue=self.settings.pue,
        )
        self._put(waiting_key(execution), saved)
        if saved["saved_g"] is not None:
            print(json.dumps(embedded_metrics({SAVED: saved["saved_g"]}, {SAVED: "None"})))
        return saved

    def _secret(self, name: str) -> str:
        value: str = self.client("ssm").get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]
        return value

    def _get(self, key: str) -> dict[str, Any]:
        body = self.client("s3").get_object(Bucket=self.settings.artifacts_bucket, Key=key)["Body"].read()
        document: dict[str, Any] = json.loads(body)
        return document

    def _put(self, key: str, document: dict[str, Any]) -> None:
        body = json.dumps(document).encode()
        self.client("s3").put_object(Bucket=self.settings.artifacts_bucket, Key=key, Body=body, ContentType="application/json")
