"""Deliveries: at least one of each, and with `--deliver-twice` two."""

from __future__ import annotations

from pathlib import Path

import pytest

from local import targets
from local.__main__ import build_parser
from local.context import Context
from local.permissions.callers import OPERATOR


class Recording(Context):
    """Remembers what its clients were told."""

    def client(self, service):
        """A client that remembers."""
        told = self.__dict__.setdefault("told", [])

        class Client:
            def __getattr__(self, operation):
                return lambda **given: told.append((service, operation, given)) or {"QueueUrl": "q"}

        return Client()


@pytest.mark.parametrize("deliveries", [1, 2])
@pytest.mark.parametrize(
    ("arn", "operation"),
    [
        ("arn:aws:states:eu-north-1:123456789012:stateMachine:m", "start_execution"),
        ("arn:aws:sns:eu-north-1:123456789012:t", "publish"),
        ("arn:aws:sqs:eu-north-1:123456789012:q", "send_message"),
    ],
)
def test_a_target_gets_each_message_as_often_as_was_chosen(arn, operation, deliveries):
    """Executions are started under names of their own: the second is no repetition to Step Functions."""
    context = Recording(endpoint="http://127.0.0.1:1", state_dir=Path(), http_port=0, auth=False, deliveries=deliveries)
    targets.deliver(context, arn, "{}", caller=OPERATOR, source_arn="arn:aws:scheduler:eu-north-1:123456789012:schedule/default/s")
    sent = [given for _, called, given in context.told if called == operation]
    assert len(sent) == deliveries
    assert len({given.get("name", number) for number, given in enumerate(sent)}) == deliveries


def test_twice_is_chosen_at_the_start():
    """Once is the default."""
    assert build_parser().parse_args(["serve", "--deliver-twice"]).deliver_twice
    assert not build_parser().parse_args(["serve"]).deliver_twice
