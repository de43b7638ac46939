"""What serves now, as a job reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from greenfraud.items import control as control_items
from training.job.bucket import client

if TYPE_CHECKING:
    from greenfraud.control import ControlDocument
    from training.job.settings import Settings


def read_control(settings: Settings) -> ControlDocument:
    """Return what serves now. Raises DamagedItem where nothing says it: a model is never judged as if it were the first."""
    table = {"TableName": settings.control_table, "ConsistentRead": True}
    return control_items.read_newest(lambda key: client("dynamodb").get_item(Key=key, **table).get("Item"))
