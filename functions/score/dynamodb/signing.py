"""Signature Version 4 of a DynamoDB request, by hand: botocore spends most of a millisecond on what takes 20 microseconds.

The algorithm is AWS's own text, "Create a signed AWS API request": a key derived once per day, region and service signs
the digest of a canonical request. The tests compare it with botocore's.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from functools import lru_cache
from typing import NamedTuple

ALGORITHM = "AWS4-HMAC-SHA256"
SERVICE = "dynamodb"
CONTENT_TYPE = "application/x-amz-json-1.0"


class Credentials(NamedTuple):
    """What a request is signed with; `expires_at` in epoch seconds."""

    access_key: str
    secret_key: str
    token: str | None = None
    expires_at: float = float("inf")


def signed_headers(  # noqa: PLR0913
    *, host: str, target: str, body: bytes, region: str, credentials: Credentials, now: float
) -> dict[str, str]:
    """The headers of `POST /` at `host` with this body, signed at `now` in epoch seconds."""
    instant = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
    # In alphabetical order, as the canonical request wants them.
    headers = {"content-type": CONTENT_TYPE, "host": host, "x-amz-date": instant}
    if credentials.token is not None:
        headers["x-amz-security-token"] = credentials.token
    headers["x-amz-target"] = target
    names = ";".join(headers)
    lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
    canonical = f"POST\n/\n\n{lines}\n{names}\n{hashlib.sha256(body).hexdigest()}"
    scope = f"{instant[:8]}/{region}/{SERVICE}/aws4_request"
    text = f"{ALGORITHM}\n{instant}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signature = hmac.digest(signing_key(credentials.secret_key, instant[:8], region), text.encode(), "sha256").hex()
    headers["authorization"] = (
        f"{ALGORITHM} Credential={credentials.access_key}/{scope}, SignedHeaders={names}, Signature={signature}"
    )
    return headers


@lru_cache(maxsize=4)
def signing_key(secret_key: str, day: str, region: str) -> bytes:
    """The key of a day (YYYYMMDD), derived once: four digests that every request of the day would repeat."""
    key = f"AWS4{secret_key}".encode()
    for part in (day, region, SERVICE, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key
