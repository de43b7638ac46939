"""A client that goes on scoring while other things happen, and keeps every answer."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Sequence
from typing import Any

import httpx

from functions.score.freshness import is_faulty
from greenfraud.instants import SECOND_US, format_rfc3339

PAUSE_SECONDS = 0.1  # leaves the two cores of a small machine to what is tested
REPORTED = 25  # one transaction of so many is reported as fraud
NEWCOMER = 10  # one of so many is made by a customer nobody has seen


class Traffic:
    """One transaction after the other, a second apart by the client's own clock, which only runs forward."""

    def __init__(self, api_url: str, customers: Sequence[str], terminals: Sequence[str], now_us: int) -> None:
        self._api_url, self._customers, self._terminals = api_url, customers, terminals
        self.now_us = now_us
        self._chance = random.Random(20180401)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="traffic", daemon=True)
        self.scored: list[tuple[dict[str, Any], dict[str, Any]]] = []  # transaction and answer
        self.reports: list[dict[str, Any]] = []
        self.failures: list[str] = []
        self.longest_seconds = 0.0

    @property
    def requests(self) -> int:
        """Requests made so far."""
        return len(self.scored) + len(self.reports) + len(self.failures)

    @property
    def models(self) -> list[str]:
        """The models that answered, one after the other; `rules` where none did."""
        named = [answer["model"] and "{family}/{version}".format(**answer["model"]) for _, answer in self.scored]
        return [name or "rules" for at, name in enumerate(named) if not at or name != named[at - 1]]

    def start(self) -> None:
        """Score from a thread of its own."""
        self._thread.start()

    def jump_to(self, now_us: int) -> None:
        """Let the client's clock jump ahead."""
        self.now_us = now_us

    def stop(self) -> None:
        """Finish the request that is under way."""
        self._stopping.set()
        self._thread.join(60)

    def _run(self) -> None:
        with httpx.Client(base_url=self._api_url, timeout=60) as client:
            while not self._stopping.wait(PAUSE_SECONDS):
                transaction = self._next()
                answer = self._ask(client, "/v1/score", transaction)
                if answer is None:
                    continue
                self.scored.append((transaction, answer))
                if is_faulty(answer["degraded"]):
                    self.failures.append(f"{transaction['transaction_id']}: degraded by {answer['degraded']}")
                if len(self.scored) % REPORTED == 0:
                    self._report(client, transaction)

    def _next(self) -> dict[str, Any]:
        self.now_us += SECOND_US
        number = self._chance.randrange(NEWCOMER)
        customer = self._chance.choice(self._customers) if number else f"new-{self.now_us}"
        return {
            "transaction_id": f"traffic-{self.now_us}",
            "occurred_at": format_rfc3339(self.now_us),
            "customer_id": customer,
            "terminal_id": self._chance.choice(self._terminals),
            "amount_minor": self._chance.randrange(100, 30_000),
        }

    def _report(self, client: httpx.Client, transaction: dict[str, Any]) -> None:
        report = {"transaction_id": transaction["transaction_id"], "is_fraud": True, "observed_at": transaction["occurred_at"]}
        if self._ask(client, "/v1/labels", report) is not None:
            self.reports.append(report)

    def _ask(self, client: httpx.Client, path: str, body: dict[str, Any]) -> dict[str, Any] | None:
        """The answer, None for anything but a 200, which is kept as a failure."""
        began = time.monotonic()
        try:
            response = client.post(path, json=body)
        except httpx.HTTPError as error:
            self.failures.append(f"{path} {body['transaction_id']}: {error!r}")
            return None
        self.longest_seconds = max(self.longest_seconds, time.monotonic() - began)
        if response.status_code == 200:
            answer: dict[str, Any] = response.json()
            return answer
        self.failures.append(f"{path} {body['transaction_id']}: {response.status_code} {response.text}")
        return None
