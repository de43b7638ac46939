"""A bank's client of the HTTP API, with the patience that its answers ask for."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict
from http import HTTPStatus
from typing import Any

from greenfraud.records import Label, Release, Transaction, format_rfc3339

Answer = dict[str, Any]
# Takes a path and a body, returns status and content of the answer.
Post = Callable[[str, Any], tuple[int, str | bytes]]
ATTEMPTS = 10


class Client:
    """Talks to the scoring function."""

    def __init__(self, post: Post) -> None:
        self._send = post
        self.retried = 0
        self.decisions: Counter[str] = Counter()
        self.degraded: list[str] = []  # transactions that were scored without what the store knows of them

    def score(self, transactions: Sequence[Transaction]) -> dict[str, str]:
        """Have all of them decided; returns the decisions by id. Raises RuntimeError for one that is refused.

        What the store was too busy to keep is sent again, alone, as the API says it safely may.
        """
        waiting = list(transactions)
        decisions: dict[str, str] = {}
        for _ in range(ATTEMPTS):
            results = self._post("/v1/score/batch", [one.to_json() for one in waiting])["results"]
            waiting = [one for one, result in zip(waiting, results, strict=True) if _is_busy(result)]
            for result in results:
                self._check(result)
            decisions |= {result["transaction_id"]: result["decision"] for result in results if "decision" in result}
            if not waiting:
                self.decisions.update(decisions.values())
                return decisions
            self.retried += len(waiting)
        raise RuntimeError(f"{len(waiting)} transactions were not decided in {ATTEMPTS} attempts")

    def report(self, labels: Sequence[Label]) -> None:
        """Have all labels taken."""
        self._post("/v1/labels", [label.to_json() for label in labels])

    def release(self, releases: Sequence[Release]) -> None:
        """Have held payments let go."""
        told = [{**asdict(one), "released_at": format_rfc3339(one.released_us)} for one in releases]
        self._post("/v1/releases", told)

    def _post(self, path: str, body: Any) -> Answer:
        for _ in range(ATTEMPTS):
            status, content = self._send(path, body)
            if status == HTTPStatus.OK:
                answer: Answer = json.loads(content)
                return answer
            if status < HTTPStatus.INTERNAL_SERVER_ERROR:
                break
            self.retried += 1
        raise RuntimeError(f"{path}: {status} {content!r}")

    def _check(self, result: Answer) -> None:
        if _is_busy(result):
            return
        if "decision" not in result:
            raise RuntimeError(f"refused: {result}")
        if any(not fault.endswith("_missing") for fault in result["degraded"]):
            self.degraded.append(result["transaction_id"])


def _is_busy(result: Answer) -> bool:
    return result.get("status") == HTTPStatus.SERVICE_UNAVAILABLE
