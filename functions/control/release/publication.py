"""What a deployment leaves in the control table."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from greenfraud.features.manifest import Manifest
from greenfraud.items import control as control_items
from greenfraud.items import ledger as ledger_items
from greenfraud.items import served as served_items
from greenfraud.items.served import Served

logger = logging.getLogger(__name__)

# Somebody's document is there: it stands. A change that is under way at this moment is one, too.
STANDS = {"ConditionalCheckFailed", "TransactionConflict"}


class Publication:
    """The control table, seen by a deployment."""

    def __init__(self, client: Callable[[], Any], control_table: str, ledger_table: str) -> None:
        self._client = client
        self._control_table = control_table
        self._ledger_table = ledger_table

    def publish(self, manifest: Manifest) -> None:
        """Say what this release serves and, where nothing says what is in production, that nothing ever was.

        Copies that are gone though the ledger knows of a promotion are not replaced: that they are gone must show.
        """
        self._write_first()
        self._client().put_item(TableName=self._control_table, Item=served_items.encode(Served.by(manifest)))

    def _write_first(self) -> None:
        client = self._client()
        puts = [{"TableName": self._control_table, **control_items.put_first(index)} for index in range(control_items.COPIES)]
        never = {"TableName": self._ledger_table, **ledger_items.is_empty()}
        try:
            client.transact_write_items(TransactItems=[*({"Put": put} for put in puts), {"ConditionCheck": never}])
        except client.exceptions.TransactionCanceledException as error:
            reasons = {reason.get("Code") for reason in error.response["CancellationReasons"]}
            if not reasons & STANDS:
                raise
        else:
            logger.warning("nothing was ever promoted: the rules answer")
