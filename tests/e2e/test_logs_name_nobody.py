"""No log of a whole run names a customer, a terminal or a payment: jobs, functions, the server itself."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from cli.data.dataset import hold_back
from cli.data.world import make_world
from tests.e2e.first_run import WORLD

pytestmark = pytest.mark.xdist_group("e2e")

WORD = re.compile(r"[A-Za-z0-9_-]+")


@pytest.fixture(scope="module")
def ids(first_run) -> set[str]:
    """Every id that the platform was told: of the lake's world and of what was kept back to be scored."""
    dataset, _ = hold_back(make_world(WORLD))
    columns = (dataset.table[name].to_pylist() for name in ("transaction_id", "customer_id", "terminal_id"))
    scored = [held.transaction for held in first_run.held_back]
    given = (one for held in scored for one in (held.transaction_id, held.customer_id, held.terminal_id))
    return {value for column in (*columns, given) for value in column if value}


@pytest.fixture(scope="module")
def scored(deployment, first_run) -> None:
    """Payments, one of them twice, one that cannot be read, and reports of fraud."""
    bodies = [held.transaction.to_json() for held in first_run.held_back]
    for body in [*bodies, bodies[0]]:
        deployment.answer("POST", "/v1/score?reasons=true", body)
    deployment.call("POST", "/v1/score", {**bodies[0], "amount_minor": bodies[0]["amount_minor"] + 1})
    deployment.call("POST", "/v1/score", {**bodies[0], "occurred_at": bodies[0]["customer_id"]})
    report = {"is_fraud": True, "observed_at": "2026-03-01T09:00:00Z"}
    deployment.call("POST", "/v1/labels", {**report, "transaction_id": bodies[0]["transaction_id"]})
    deployment.call("POST", "/v1/labels", {**report, "transaction_id": bodies[0]["customer_id"]})


def log_lines(deployment) -> Iterator[tuple[str, str]]:
    """Where a line stands, and the line: files of the folder, and CloudWatch Logs."""
    for file in [deployment.folder / "serve.log", *sorted((deployment.folder / ".local/logs").rglob("*.log"))]:
        yield from ((file.name, line) for line in file.read_text(errors="replace").splitlines())
    logs = deployment.client("logs")
    for group in logs.describe_log_groups()["logGroups"]:
        for event in logs.filter_log_events(logGroupName=group["logGroupName"])["events"]:
            yield group["logGroupName"], event["message"]


def test_no_line_names_a_customer_a_terminal_or_a_payment(deployment, first_run, scored, ids):
    """Neither what went well nor what was refused: lines tell classes, places and numbers."""
    lines = list(log_lines(deployment))
    places = {place for place, _ in lines}
    for function in ("Score", "Ingest", "Plan", "ControlRecord", "ControlGate", "ControlPromote"):
        assert any(f"-{function}Logs" in place for place in places)
    assert "/aws/sagemaker/TrainingJobs" in places
    assert {f"{job.name}.log" for job in first_run.execution.jobs} <= places
    named = [(place, line) for place, line in lines if not ids.isdisjoint(WORD.findall(line))]
    assert named == []
