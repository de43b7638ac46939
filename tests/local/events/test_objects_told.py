"""Objects that are written are told to the rules that listen, by the role of each target."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from moto.events.models import EventPattern

from local.cloudformation.providers.s3 import notification
from local.context import Context
from local.events import buses, objects

MACHINE, LETTERS = "arn:aws:states:eu-north-1:123456789012:stateMachine:m", "arn:aws:sqs:eu-north-1:123456789012:q"
PATTERN = '{"source": ["aws.s3"], "detail": {"bucket": {"name": ["b"]}, "object": {"key": [{"prefix": "labels/"}]}}}'


def written(key: str, name: str = "s3:ObjectCreated:Put") -> dict[str, Any] | None:
    """The event of an object."""
    bucket = SimpleNamespace(name="b", arn="arn:aws:s3:::b")
    return objects.created(bucket, name, SimpleNamespace(name=key, size=3, etag='"e"'))


@pytest.mark.parametrize(("key", "is_told"), [("labels/a.csv", True), ("receipts/labels/a.csv", False)])
def test_a_rule_hears_of_its_prefix_alone(key: str, is_told: bool):
    """A receipt starts nothing."""
    assert EventPattern.load(PATTERN).matches_event(written(key)) is is_told


def test_what_is_deleted_or_tagged_is_not_told():
    """Only what was written."""
    assert written("labels/a.csv", "s3:ObjectRemoved:Delete") is None
    assert written("labels/a.csv", "s3:ObjectTagging:Put") is None


def test_what_a_target_does_not_take_goes_to_its_dead_letters(monkeypatch: pytest.MonkeyPatch):
    """A role that cannot be taken on is such a refusal, and the input is the target's own."""
    told: list[tuple[str, str]] = []

    def refuse(*_: Any, **__: Any) -> Any:
        raise PermissionError("no such role")

    monkeypatch.setattr(buses, "take_on", refuse)
    monkeypatch.setattr(buses, "deliver", lambda _, arn, message, **__: told.append((arn, message)))
    target = {"Arn": MACHINE, "RoleArn": "arn:aws:iam::123456789012:role/r", "Input": "{}", "DeadLetterConfig": {"Arn": LETTERS}}
    context = Context(endpoint="http://127.0.0.1:1", state_dir=Path(), http_port=0, auth=False)
    buses.fire(context, SimpleNamespace(arn="rule", targets=[target]), written("labels/a.csv"))
    assert told == [(LETTERS, "{}")]


def test_a_bucket_that_would_tell_another_way_is_refused():
    """Nobody provides for it."""
    assert notification({"EventBridgeConfiguration": {"EventBridgeEnabled": True}}) == {"EventBridgeConfiguration": {}}
    with pytest.raises(ValueError, match="QueueConfigurations: only EventBridgeConfiguration"):
        notification({"QueueConfigurations": []})
