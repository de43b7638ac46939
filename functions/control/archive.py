"""Copies of the ledger's entries in a bucket where nobody may overwrite or remove them (S3 Object Lock)."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from greenfraud.ledger_chain import Stored, copy_key
from greenfraud.metrics import embedded_metrics

logger = logging.getLogger(__name__)
THERE = "PreconditionFailed"


class Archive:
    """The bucket, which whoever changes production may add to."""

    def __init__(self, client: Callable[[], Any], bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def keep(self, *entries: Stored) -> None:
        """Copy each entry that has no copy yet. The change stands whatever becomes of it: what fails is counted, and rings.

        The next change copies again; `greenfraud audit verify` tells what has no copy, and which copy differs.
        """
        for entry in entries:
            try:
                self._put(entry)
            except (BotoCoreError, ClientError) as error:
                logger.error("entry %d of the ledger was not copied: %s", entry.revision, type(error).__name__)  # noqa: TRY400
                _count("LedgerUnarchived")

    def _put(self, entry: Stored) -> None:
        try:
            self._client().put_object(
                Bucket=self._bucket,
                Key=copy_key(entry.revision),
                Body=entry.text.encode(),
                ContentType="application/json",
                IfNoneMatch="*",
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != THERE:
                raise


def _count(metric: str) -> None:
    print(json.dumps(embedded_metrics({metric: 1}, {metric: "Count"})), flush=True)
