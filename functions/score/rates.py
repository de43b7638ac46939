"""The platform's table of rates, as its owner stored it: read when a payment in another currency comes, and looked after since."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from greenfraud.errors import InvalidInput, StoreUnavailableError
from greenfraud.naming import RATES_KEY
from greenfraud.rates import RateTable

logger = logging.getLogger(__name__)

KEPT_SECONDS = 60.0  # so soon a new table is taken; no deployment is needed
ABSENT_SECONDS = 5.0  # the first one sooner: whoever has just stored it tries it
UNCHANGED, ABSENT = {"304", "NotModified"}, {"NoSuchKey", "404"}


class StoredRates:
    """The table among the artifacts. The newest good one answers while a newer one cannot be read, and the log says so."""

    def __init__(
        self, client: Callable[[], Any], bucket: str, currency: str, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._client = client
        self._bucket = bucket
        self._currency = currency
        self._clock = clock
        self._table: RateTable | None = None
        self._etag: str | None = None
        self._looked_at = 0.0

    def __call__(self) -> RateTable:
        """The table, at most a minute old; one without a version where none is stored.

        Raises StoreUnavailableError where a table is stored and none of it was ever readable here.
        """
        now = self._clock()
        if self._table is None or now - self._looked_at >= (KEPT_SECONDS if self._table.version else ABSENT_SECONDS):
            self._table = self._newest(self._table)
            self._looked_at = now
        return self._table

    def _newest(self, known: RateTable | None) -> RateTable:
        condition = {"IfNoneMatch": self._etag} if self._etag else {}
        try:
            found = self._client().get_object(Bucket=self._bucket, Key=RATES_KEY, **condition)
            table = RateTable.parse(found["Body"].read(), self._currency)
        except InvalidInput as error:
            return _instead(known, f"cannot be used: {error}")
        except (BotoCoreError, ClientError) as error:
            code = str(getattr(error, "response", {}).get("Error", {}).get("Code"))
            if code in ABSENT:
                self._etag = None
                return RateTable()
            return known if known and code in UNCHANGED else _instead(known, f"cannot be read: {type(error).__name__}")
        self._etag = found["ETag"]
        return table


def _instead(known: RateTable | None, why: str) -> RateTable:
    """The table that stands while another one cannot be taken, and a line in the log."""
    logger.warning("%s %s", RATES_KEY, why)
    if known is None or known.version is None:
        raise StoreUnavailableError(f"currency: the table of rates {why}")
    return known
