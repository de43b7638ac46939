"""Checks Signature Version 4 of a request, by signing it again with the secret key.

https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from botocore.auth import SIGV4_TIMESTAMP, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from local.context import ACCOUNT, REGION
from local.permissions.callers import Caller, UnknownKeyError, caller_of, secret_of

SERVICE = "execute-api"
MOST_SKEW = timedelta(minutes=5)
AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<key>[^/]+)/(?P<date>\d{8})/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request"
    r",\s*SignedHeaders=(?P<headers>[^,]+),\s*Signature=(?P<signature>[0-9a-f]{64})"
)


class StatedHeaders(SigV4Auth):  # type: ignore[misc]
    """Signs exactly the headers the caller signed, at the caller's time."""

    def __init__(self, credentials: Credentials, service: str, region: str, names: list[str]) -> None:
        super().__init__(credentials, service, region)
        self._names = names

    def signature_of(self, request: AWSRequest) -> str:
        """The signature the caller should have sent."""
        canonical = self.canonical_request(request)
        return str(self.signature(self.string_to_sign(request, canonical), request))

    def headers_to_sign(self, request: AWSRequest) -> Mapping[str, str]:
        """The stated headers that are there."""
        chosen = super().headers_to_sign(request)
        for name in set(chosen.keys()):
            if name.lower() not in self._names:
                del chosen[name]
        return chosen  # type: ignore[no-any-return]


def signer_of(*, method: str, url: str, headers: Mapping[str, str], body: bytes) -> tuple[Caller, str] | None:
    """Who signed the request, with the access key; None for nobody known.

    Header names are lower case; `url` is as it was requested.
    """
    stated = AUTHORIZATION.fullmatch(headers.get("authorization", ""))
    moment = timestamp_of(headers)
    if stated is None or moment is None or abs(datetime.now(UTC) - moment) > MOST_SKEW:
        return None
    names = stated["headers"].split(";")
    if (stated["service"], stated["region"]) != (SERVICE, REGION) or "host" not in names:
        return None
    # The signer would take this header's word for the body.
    if headers.get("x-amz-content-sha256") not in (None, sha256(body).hexdigest()):
        return None
    try:
        caller_of(headers["authorization"], headers.get("x-amz-security-token"))
        caller, secret = secret_of(stated["key"])
    except UnknownKeyError:
        return None
    request = AWSRequest(method=method, url=url, data=body, headers=dict(headers))
    request.context["timestamp"] = moment.strftime(SIGV4_TIMESTAMP)
    signer = StatedHeaders(Credentials(stated["key"], secret), SERVICE, REGION, names)
    same = hmac.compare_digest(signer.signature_of(request), stated["signature"])
    return (caller, stated["key"]) if same else None


def identity_of(caller: Caller, access_key: str) -> dict[str, Any]:
    """Who signed, as API Gateway tells a function: `requestContext.authorizer.iam`."""
    return {
        "accessKey": access_key,
        "accountId": ACCOUNT,
        "callerId": access_key,
        "cognitoIdentity": None,
        "principalOrgId": None,
        "userArn": caller.arn,
        "userId": access_key,
    }


def timestamp_of(headers: Mapping[str, str]) -> datetime | None:
    """When the request says it was signed."""
    try:
        return datetime.strptime(headers.get("x-amz-date", ""), SIGV4_TIMESTAMP).replace(tzinfo=UTC)
    except ValueError:
        return None
