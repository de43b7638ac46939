"""Signatures by the Standard Webhooks scheme, version 1: HMAC-SHA-256 over id, time and body.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import base64
import binascii
import hmac
import time
from collections.abc import Callable, Sequence
from typing import Any

from greenfraud.errors import ContractError

PREFIX = "whsec_"
MOST_SECRETS = 2  # of a rotation: the new one and the one before
FEWEST_BYTES, MOST_BYTES = 24, 64  # of a secret, by the scheme
FRESH_SECONDS = 300  # after a rotation the new secret signs within so long


def signature_of(secrets: Sequence[bytes], message_id: str, timestamp: int, body: bytes) -> str:
    """Return the header: one signature per secret, so that a receiver who knows either of two accepts.

    >>> signature_of([b"0" * 24], "dec_1", 1614265330, b"{}")
    'v1,n7AZK4rit0g3/qAsx+LoOvHe4W3gagqNM6QXXCOEehc='
    """
    content = f"{message_id}.{timestamp}.".encode() + body
    digests = (hmac.digest(secret, content, "sha256") for secret in secrets)
    return " ".join(f"v1,{base64.b64encode(digest).decode()}" for digest in digests)


def secrets_of(text: str) -> list[bytes]:
    """Return the secrets of a stored text: one, or two with a space between. Raises ContractError, which quotes nothing."""
    words = text.split()
    if not 1 <= len(words) <= MOST_SECRETS:
        raise ContractError(f"the webhook's secret has {len(words)} words, expected one, or two while it is rotated")
    try:
        found = [base64.b64decode(word.removeprefix(PREFIX), validate=True) for word in words]
    except binascii.Error:
        raise ContractError("the webhook's secret is no base64") from None
    if not all(FEWEST_BYTES <= len(secret) <= MOST_BYTES for secret in found):
        raise ContractError(f"the webhook's secret is not of {FEWEST_BYTES} to {MOST_BYTES} bytes")
    return found


class Secrets:
    """The secrets in Secrets Manager, read again after some minutes."""

    def __init__(self, client: Callable[[], Any], arn: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._client, self._arn, self._clock = client, arn, clock
        self._read_at, self._known = float("-inf"), list[bytes]()

    def current(self) -> list[bytes]:
        """Return the secrets in force. Raises ContractError, or botocore's ClientError."""
        if self._clock() - self._read_at >= FRESH_SECONDS:
            self._known = secrets_of(self._client().get_secret_value(SecretId=self._arn)["SecretString"])
            self._read_at = self._clock()
        return self._known
