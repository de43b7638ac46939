"""Talking to the scoring API as any client does: over HTTP, with a signed request."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from rich.table import Table

from cli.data.dataset import HeldBack
from cli.errors import CommandError, InputError
from cli.progress import grams
from cli.target import Target
from greenfraud.instants import format_rfc3339

TIMEOUT_SECONDS = 30
REFUSALS = frozenset({400, 409, 413, 422})


@dataclass(frozen=True)
class Score:
    """The API's answer for a held-back transaction, beside the truth."""

    held: HeldBack
    answer: Mapping[str, Any]

    def document(self) -> dict[str, Any]:
        """The answer as it came, with the event and the truth."""
        transaction = self.held.transaction
        occurred_at = format_rfc3339(transaction.occurred_us)
        return {"occurred_at": occurred_at, "amount_minor": transaction.amount_minor, "is_fraud": self.held.is_fraud, **self.answer}


def call_api(target: Target, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The JSON answer of `path`. InputError when the API refuses the content, CommandError when it is down or fails."""
    url = f"{target.api}{path}"
    content = None if body is None else json.dumps(body).encode()
    try:
        response = httpx.request(
            method, url, content=content, headers=_signed(target, method, url, content), timeout=TIMEOUT_SECONDS
        )
    except httpx.TransportError as error:
        raise CommandError(
            f"the API does not answer at {target.api}: {error or type(error).__name__}. Is it up? Run `make run` first"
        ) from None
    if response.is_success:
        answer: dict[str, Any] = response.json()
        return answer
    kind = InputError if response.status_code in REFUSALS else CommandError
    raise kind(f"{method} {path} answered {response.status_code}: {_problem(response)}")


def score_held_back(target: Target, held_back: Iterable[HeldBack]) -> Iterable[Score]:
    """Score each transaction in turn. The same one twice gets the stored answer."""
    for held in held_back:
        yield Score(held, call_api(target, "POST", "/v1/score", held.transaction.to_json()))


def score_table(scores: Iterable[Score]) -> Table:
    """Scores beside the truth, one row each."""
    table = Table(box=None, pad_edge=False, padding=(0, 1))
    for title, justify in (
        ("  transaction", "left"),
        ("amount", "right"),
        ("truth", "left"),
        ("probability", "right"),
        ("decision", "left"),
    ):
        table.add_column(title, justify=justify, no_wrap=True)  # type: ignore[arg-type]
    table.add_column("reasons")
    table.add_column("model", overflow="fold")
    table.add_column("CO2e", justify="right", no_wrap=True)
    for score in scores:
        table.add_row(*_score_row(score))
    return table


def _score_row(score: Score) -> list[str]:
    answer, transaction = score.answer, score.held.transaction
    probability, model = answer.get("fraud_probability"), answer.get("model")
    return [
        f"  {transaction.transaction_id}",
        f"{transaction.amount_minor / 100:,.2f}",
        "fraud" if score.held.is_fraud else "legitimate",
        "-" if probability is None else f"{probability:.4f}",
        answer["decision"],
        " ".join(reason["text"] for reason in answer.get("reasons", [])[:2]) or "-",
        f"{model['family']}/{model['version']}" if model else "rules",
        grams(answer.get("emissions_g")),
    ]


def _signed(target: Target, method: str, url: str, content: bytes | None) -> dict[str, str]:
    """Headers with AWS's signature, version 4: the API of AWS lets nobody else in; the embedded one does not check it."""
    request = AWSRequest(method=method, url=url, data=content, headers={"content-type": "application/json"})
    credentials = target.session.get_credentials()
    if credentials is None:
        raise CommandError("there are no AWS credentials to sign the request with. Configure them as for the aws command line")
    SigV4Auth(credentials.get_frozen_credentials(), "execute-api", target.region).add_auth(request)
    return dict(request.headers)


def _problem(response: httpx.Response) -> str:
    """What an RFC 9457 problem says, or the start of any other body."""
    try:
        problem = response.json()
    except ValueError:
        return response.text[:300]
    if not isinstance(problem, dict):
        return response.text[:300]
    parts = [str(problem[name]) for name in ("title", "detail", "message") if problem.get(name)]
    return ": ".join(parts) + (f" {json.dumps(problem['errors'])}" if problem.get("errors") else "")
