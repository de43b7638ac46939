"""What the decisions table has of one payment: all of it read at once, and several writes of it made together or not at all."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from typing import Any

from botocore.exceptions import ClientError

from greenfraud.errors import StoreUnavailableError
from greenfraud.items.tables import DECISIONS

# Another one was first, or is writing at this moment: who looks again may still be written.
OVERTAKEN = {"ConditionalCheckFailed", "TransactionConflict"}

Client = Callable[[], Any]


def read_records(client: Client, table: str, transaction_id: str) -> list[dict[str, Any]]:
    """Return the decision, the reports, the release and the casework of a payment, whole; none where nothing was decided."""
    response = client().query(
        TableName=table,
        ConsistentRead=True,
        KeyConditionExpression=f"{DECISIONS.partition} = :id",
        ExpressionAttributeValues={":id": {"S": transaction_id}},
    )
    items: list[dict[str, Any]] = response["Items"]
    return items


def are_written(client: Client, writes: Sequence[dict[str, Any]], *, lost: str) -> bool:
    """Tell whether all was written; nothing is where somebody else has changed a record meanwhile.

    Raises StoreUnavailableError with the words `lost` where the store took nothing for another reason.
    """
    try:
        client().transact_write_items(
            TransactItems=list(writes),
            ClientRequestToken=uuid.uuid4().hex,  # a second try of the client finds what the first one did
        )
    except ClientError as error:
        reasons = {reason.get("Code") for reason in error.response.get("CancellationReasons", [])} - {"None", None}
        if not reasons:
            raise
        if not reasons <= OVERTAKEN:
            raise StoreUnavailableError(lost) from error
        return False
    return True
