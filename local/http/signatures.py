"""Checks Signature Version 4 of a request, by signing it again with the caller's secret key.

https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from botocore.auth import SIGV4_TIMESTAMP, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from moto.iam.models import iam_backends

from local.context import ACCESS_KEY, SECRET_KEY, Context

SERVICE = "execute-api"
MOST_SKEW = timedelta(minutes=5)
AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=(?P<key>[^/]+)/(?P<date>\d{8})/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request"
    r",\s*SignedHeaders=(?P<headers>[^,]+),\s*Signature=(?P<signature>[0-9a-f]{64})"
)


@dataclass(frozen=True)
class Caller:
    """Who signed."""

    access_key: str


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


def secret_of(context: Context, access_key: str) -> str | None:
    """The secret of the server's own key or of a key made through IAM."""
    if access_key == ACCESS_KEY:
        return SECRET_KEY
    for user in iam_backends[context.account]["aws"].users.values():
        for key in user.access_keys:
            if key.access_key_id == access_key:
                return str(key.secret_access_key)
    return None


def verify(context: Context, *, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Caller | None:
    """The caller of a well signed request, else None. Header names are lower case; `url` is as it was requested."""
    stated = AUTHORIZATION.fullmatch(headers.get("authorization", ""))
    moment = timestamp_of(headers)
    if stated is None or moment is None or abs(datetime.now(UTC) - moment) > MOST_SKEW:
        return None
    secret = secret_of(context, stated["key"])
    if secret is None or (stated["service"], stated["region"]) != (SERVICE, context.region):
        return None
    names = stated["headers"].split(";")
    request = AWSRequest(method=method, url=url, data=body, headers=dict(headers))
    request.context["timestamp"] = moment.strftime(SIGV4_TIMESTAMP)
    signer = StatedHeaders(Credentials(stated["key"], secret), SERVICE, context.region, names)
    matches = hmac.compare_digest(signer.signature_of(request), stated["signature"])
    return Caller(stated["key"]) if matches and "host" in names else None


def timestamp_of(headers: Mapping[str, str]) -> datetime | None:
    """When the request says it was signed."""
    try:
        return datetime.strptime(headers.get("x-amz-date", ""), SIGV4_TIMESTAMP).replace(tzinfo=UTC)
    except ValueError:
        return None
