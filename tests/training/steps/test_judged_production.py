"""Which production a challenger is judged against: the newest document, and none at all where nothing says which it is."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any
from unittest import mock

import boto3
import pytest
from moto import mock_aws
from workplace import ENVIRONMENT, KEYS

from greenfraud.control import ControlDocument, ModelRef
from greenfraud.errors import DamagedItem
from greenfraud.items import control as control_items
from training.job.bucket import client
from training.job.settings import Settings
from training.steps.evaluate import read_control


@pytest.fixture
def dynamodb() -> Iterator[Any]:
    """The control table, empty."""
    with mock.patch.dict(os.environ, {**ENVIRONMENT, "MLFLOW_TRACKING_URI": ""}), mock_aws():
        client.cache_clear()
        made = boto3.client("dynamodb")
        made.create_table(TableName="control", BillingMode="PAY_PER_REQUEST", **KEYS["control"].definition)
        yield made
        client.cache_clear()


def test_without_a_copy_nothing_is_judged(dynamodb):
    """A lost document is no first model: the challenger would replace what is in production unjudged."""
    with pytest.raises(DamagedItem, match="there is no copy"):
        read_control(Settings.from_env())


def test_the_newest_copy_says_what_is_in_production(dynamodb):
    """Some may have stayed behind, or be gone."""
    newest = ControlDocument(revision=2, production=ModelRef("light", "v2", "models/light/v2/", "0" * 64))
    for index, document in {0: ControlDocument(), 3: newest}.items():
        dynamodb.put_item(TableName="control", Item=control_items.encode(document, index))
    assert read_control(Settings.from_env()) == newest
