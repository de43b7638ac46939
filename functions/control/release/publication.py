"""What a deployment leaves in the control table."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from greenfraud.control import ControlDocument
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
        """Say what this release serves and, where no copy says what is in production, what the ledger knows of it.

        An empty ledger knows that nothing was ever promoted. Where a single copy is there, none is written.
        """
        self._write_where_gone(self._document())
        self._client().put_item(TableName=self._control_table, Item=served_items.encode(Served.by(manifest)))

    def _document(self) -> ControlDocument:
        found = self._client().query(TableName=self._ledger_table, **ledger_items.newest_entry())["Items"]
        return ledger_items.document_of(ledger_items.decode(found[0])) if found else ControlDocument()

    def _write_where_gone(self, document: ControlDocument) -> None:
        client = self._client()
        puts = [control_items.put_where_gone(document, index) for index in range(control_items.COPIES)]
        newest = {"TableName": self._ledger_table, **ledger_items.is_newest(document.revision)}
        members = [{"Put": {"TableName": self._control_table, **put}} for put in puts]
        try:
            client.transact_write_items(TransactItems=[*members, {"ConditionCheck": newest}])
        except client.exceptions.TransactionCanceledException as error:
            reasons = {reason.get("Code") for reason in error.response["CancellationReasons"]}
            if not reasons & STANDS:
                raise
        else:
            name = document.production.name if document.production else "no model"
            logger.warning("no copy of the control document was there: revision %d is written, %s serves", document.revision, name)
