"""The list of who is being forgotten: written before anything is cut, so that what is interrupted goes on under the same name."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, replace
from typing import Any

from botocore.exceptions import ClientError

from cli.errors import CommandError
from greenfraud.items import forgotten
from greenfraud.items.forgotten import KNOWN_AFTER_SECONDS, PREFIX, Forgotten, Request

ATTEMPTS = 5


@dataclass(frozen=True)
class Requests:
    """The list, in the table of receipts: ingestion reads it beside them."""

    dynamodb: Any
    table: str

    def of(self, customer_id: str) -> Request | None:
        """Return the request about a customer that is open or was done lately."""
        return self._read().of(customer_id)

    def open(self, customer_id: str) -> Request:
        """Return the request to go on with, or a new one whose moment lies so far ahead that every ingestion will know of it."""
        found = self.of(customer_id)
        if found is not None and not found.is_done:
            return found
        at = time.time() + KNOWN_AFTER_SECONDS
        return self._write(customer_id, Request(f"{PREFIX}{secrets.token_hex(16)}", at))

    def close(self, customer_id: str, request: Request) -> None:
        """Note that nothing of before is left; the request goes when no late record can come any more."""
        self._write(customer_id, replace(request, is_done=True))

    def _write(self, customer_id: str, request: Request) -> Request:
        for _ in range(ATTEMPTS):
            changed = self._read().with_request(customer_id, request, time.time())
            try:
                self.dynamodb.put_item(TableName=self.table, **forgotten.put(changed))
            except ClientError as error:
                if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                    raise
            else:
                return request
        raise CommandError("others keep changing the list of who is forgotten. Run the command again")

    def _read(self) -> Forgotten:
        answer = self.dynamodb.get_item(TableName=self.table, Key=forgotten.key(), ConsistentRead=True)
        return forgotten.decode(answer["Item"]) if "Item" in answer else Forgotten(secrets.token_hex(16), {})
