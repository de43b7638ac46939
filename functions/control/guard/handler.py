"""The Lambda's entry: an alarm of CloudWatch in, what was done about it out."""

from __future__ import annotations

import logging
from typing import Any

from functions.control.archive import Archive
from functions.control.beside import Beside
from functions.control.clients import dynamodb, s3
from functions.control.documents import Artifacts
from functions.control.guard.alarms import Alarm
from functions.control.guard.guard import Guard
from functions.control.guard.settings import Settings
from functions.control.payloads import Payload
from functions.control.production import Production
from functions.control.servable import Servable
from functions.control.stage import Stage
from greenfraud.faults import edge

logger = logging.getLogger(__name__)
settings = Settings.from_env()


@edge
def handler(event: Payload, _: object) -> dict[str, Any]:
    """Act on an alarm; the ledger's entry names it, and its figures."""
    alarm = Alarm.of(event)
    stage = Stage(dynamodb, settings.control_table, settings.ledger_table, Archive(s3, settings.ledger_bucket))
    stores = (stage, Artifacts(s3, settings.artifacts_bucket), Servable(dynamodb, settings.control_table))
    done = Guard(stage, Beside(*stores), Production(*stores)).act(alarm)
    logger.warning("%s: %s", alarm.name, done)
    return {"done": done}
