"""What was labelled or released leaves the list of what is open, whoever told it.

After label or release are stored, and by an update of its own: a list of labels is as long as a transaction of the store can be.
Where that fails, the review list still shows nobody what was decided, for it looks at the labels themselves; it reads more.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from greenfraud.errors import DamagedItem
from greenfraud.instants import LAST_US
from greenfraud.items import decision as decision_items
from greenfraud.items.attributes import Attributes

logger = logging.getLogger(__name__)

Item = Mapping[str, Any]


def close(client: Callable[[], Any], table: str, decisions: Iterable[tuple[str, Item]]) -> None:
    """Move these decisions, each with its transaction's id, out of the list; those that are not on it stay as they are."""
    for transaction_id, item in decisions:
        if not decision_items.is_open(item):
            continue
        try:
            occurred_us = Attributes(item, decision_items.KIND).whole("occurred_us", LAST_US)
            client().update_item(**decision_items.to_decided(transaction_id, occurred_us, table))
        except (DamagedItem, ClientError, BotoCoreError) as error:
            logger.warning("a doubt stays in the index of what is open: %s", type(error).__name__)
