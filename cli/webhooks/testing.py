"""`greenfraud webhooks test`: an event about no payment, on the road that all events take."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime

from botocore.exceptions import BotoCoreError, ClientError

from cli.errors import CommandError
from cli.screen import Screen
from cli.target import Target
from greenfraud.decision_events import SOURCE, TEST


def send_test(target: Target, screen: Screen) -> None:
    """Put the event onto the bus and say its id. CommandError where there is no bus, or it refuses."""
    bus = target.outputs.get("EventBus")
    if bus is None:
        raise CommandError("this release of the platform has no event bus: deploy a newer one")
    name = f"{TEST}_{uuid.uuid4().hex}"
    event = {"id": name, "type": TEST, "timestamp": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}", "data": {}}
    entry = {"EventBusName": bus, "Source": SOURCE, "DetailType": TEST, "Detail": json.dumps(event)}
    try:
        (answer,) = target.client("events").put_events(Entries=[entry])["Entries"]
    except (ClientError, BotoCoreError) as error:
        raise CommandError(f"the event was not sent: {error}") from None
    if "ErrorCode" in answer:
        raise CommandError(f"the bus {bus} did not take the event: {answer['ErrorCode']}")
    screen.line(f"{name} is on the bus {bus}")
    if "WebhookQueueUrl" not in target.outputs:
        screen.line("no webhook is deployed (webhook_url): only who listens on the bus gets it")
