"""The night tells how long ago something was trained, and lets SageMaker's log group forget."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from moto import mock_aws
from workplace import ENVIRONMENT

from greenfraud.items import lineage, tables
from training.job.bucket import client
from training.job.log_retention import GROUP, limit_log_retention
from training.job.training_age import newest_training, store_training_age


@pytest.fixture(autouse=True)
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An account with an empty lineage table."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        client.cache_clear()
        definition = tables.LINEAGE.definition
        boto3.client("dynamodb").create_table(TableName="lineage", BillingMode="PAY_PER_REQUEST", **definition)
        yield
        client.cache_clear()


def told_days() -> list[float]:
    """Every age that was put."""
    now = datetime.now(UTC)
    window = {"StartTime": now - timedelta(hours=1), "EndTime": now + timedelta(hours=1), "Period": 60}
    found = boto3.client("cloudwatch").get_metric_statistics(
        Namespace="GreenFraud", MetricName="DaysSinceTraining", Statistics=["Maximum"], **window
    )
    return [point["Maximum"] for point in found["Datapoints"]]


def learned(family: str, days_ago: float, **damage: dict[str, str]) -> None:
    """Record a link of `family` that many days old."""
    link = lineage.Link(
        family=family,
        chunk="2018-05-06",
        first_chunk="2018-05-06",
        version="v1",
        checkpoint_uri="s3://artifacts/checkpoints/v1/",
        execution="0123456789ab",
        trained_at=(datetime.now(UTC) - timedelta(days=days_ago)).isoformat(),
        is_sound=True,
    )
    boto3.client("dynamodb").put_item(TableName="lineage", Item={**lineage.encode(link), **damage})


def test_the_newest_training_of_any_family_counts() -> None:
    """A damaged link says nothing and stops nobody."""
    assert newest_training("lineage") is None
    store_training_age("lineage")
    assert told_days() == []
    learned("baseline", 20.0)
    learned("light", 15.5)
    learned("heavy", 1.0, trained_at={"S": "yesterday"})
    store_training_age("lineage")
    assert told_days() == [pytest.approx(15.5, abs=0.01)]


def test_a_log_group_that_keeps_everything_is_limited_and_another_choice_is_respected() -> None:
    """Before the first job there is none; the account's other projects write to it too."""
    logs = boto3.client("logs")

    def kept() -> int | None:
        (group,) = logs.describe_log_groups(logGroupNamePrefix=GROUP)["logGroups"]
        return group.get("retentionInDays")

    assert not limit_log_retention(30)
    logs.create_log_group(logGroupName=GROUP)
    assert (limit_log_retention(30), kept()) == (True, 30)
    assert (limit_log_retention(90), kept()) == (False, 30)
