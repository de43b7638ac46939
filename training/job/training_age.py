"""How long ago the platform learned last: told every night, because no alarm looks back further than a week."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

from greenfraud.errors import DamagedItem
from greenfraud.families import FAMILIES
from greenfraud.items.attributes import Item
from greenfraud.items.lineage import decode, of_family
from training.job.bucket import client
from training.job.footprint import store_metrics

log = logging.getLogger(__name__)
AGE = "DaysSinceTraining"
JUST_NOW = 0.0


def store_training_age(lineage_table: str) -> None:
    """Put the days since the newest training of any family; nothing before the first, and the alarm rings for that too."""
    newest = newest_training(lineage_table)
    if newest is None:
        log.info("monitor: nothing was trained yet")
        return
    store_metrics({AGE: max((datetime.now(UTC) - newest) / timedelta(days=1), JUST_NOW)})


def newest_training(lineage_table: str) -> datetime | None:
    """Return when the newest link of the lineage was recorded; None without one that can be read."""
    query = client("dynamodb").get_paginator("query").paginate
    items = (item for family in FAMILIES for page in query(TableName=lineage_table, **of_family(family)) for item in page["Items"])
    return max((moment for item in items if (moment := _trained_at(item)) is not None), default=None)


def _trained_at(item: Item) -> datetime | None:
    try:
        return datetime.fromisoformat(decode(item).trained_at)
    except (DamagedItem, ValueError):
        log.warning("monitor: a lineage link is damaged")  # the plan names it; here it only says nothing
        return None
