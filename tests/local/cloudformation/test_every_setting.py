"""What any setting synthesises can be deployed here, and one setting follows another on the same data."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.cloudformation.deploy import deploy
from tests.local.workbench import start

TEMPLATES = Path(__file__).resolve().parents[3] / ".local/templates"
pytestmark = pytest.mark.slow


@pytest.fixture
def account(tmp_path):
    """An account of its own."""
    if not TEMPLATES.exists():
        pytest.skip("the templates are missing: run `make lint`")
    embedded = start(tmp_path / "state")
    yield embedded
    embedded.stop()


def test_a_trial_becomes_production_with_its_own_keys_and_network_and_back(account):
    """Tables are kept, scoring gets its executions, whoever is on call is subscribed."""
    tables = account.client("dynamodb").list_tables
    deploy(TEMPLATES / "dev", endpoint=account.endpoint)
    before = tables()["TableNames"]
    deploy(TEMPLATES / "private", endpoint=account.endpoint)
    assert tables()["TableNames"] == before
    described = account.client("dynamodb").describe_table(TableName="greenfraud.customer_activity")["Table"]
    assert described["SSEDescription"]["SSEType"] == "KMS"
    assert reserved(account) == {100}
    (subscription,) = account.client("sns").list_subscriptions()["Subscriptions"]
    assert (subscription["Protocol"], subscription["Endpoint"]) == ("email", "on-call@example.com")
    deploy(TEMPLATES / "dev", endpoint=account.endpoint)
    assert (tables()["TableNames"], reserved(account)) == (before, set())


def reserved(account):
    """How many executions are kept for a function, where any are."""
    client = account.client("lambda")
    names = [function["FunctionName"] for function in client.list_functions()["Functions"]]
    answers = [client.get_function_concurrency(FunctionName=name) for name in names]
    return {answer["ReservedConcurrentExecutions"] for answer in answers if "ReservedConcurrentExecutions" in answer}
