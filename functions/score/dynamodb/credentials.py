"""Where the lean client's credentials come from.

1. The container endpoint, where the runtime names one: Lambda does after a SnapStart restore, when static variables would
   be those of the snapshot. Renewed before they expire.
2. The static variables, as Lambda sets them otherwise: they outlive the execution environment.
3. botocore's own chain (profiles, roles, instance metadata), for an operator's machine or a container elsewhere.
"""

from __future__ import annotations

import http.client
import json
import os
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from botocore.exceptions import MetadataRetrievalError, NoCredentialsError

from functions.score.dynamodb.signing import Credentials

RENEWED_BEFORE_SECONDS = 300.0
TIMEOUT_SECONDS = 1.0
# A token sent in the clear stays on this machine: loopback, and the link-local addresses of ECS and EKS.
PLAIN_HOSTS = ("127.0.0.1", "localhost", "::1", "169.254.170.2", "169.254.170.23", "fd00:ec2::23")

CredentialSource = Callable[[], Credentials]


def credential_source(environ: Mapping[str, str] = os.environ) -> CredentialSource:
    """The source that this environment offers; nothing is fetched yet."""
    uri = environ.get("AWS_CONTAINER_CREDENTIALS_FULL_URI")
    if uri:
        return ContainerCredentials(uri, environ)
    if environ.get("AWS_ACCESS_KEY_ID") and environ.get("AWS_SECRET_ACCESS_KEY"):
        static = Credentials(
            environ["AWS_ACCESS_KEY_ID"], environ["AWS_SECRET_ACCESS_KEY"], environ.get("AWS_SESSION_TOKEN") or None
        )
        return lambda: static
    return _botocore_chain()


class ContainerCredentials:
    """CredentialSource over the endpoint beside the function."""

    def __init__(self, uri: str, environ: Mapping[str, str] = os.environ, *, clock: Callable[[], float] = time.time) -> None:
        self._url = urlsplit(uri)
        self._environ = environ
        self._clock = clock
        self._current: Credentials | None = None

    def __call__(self) -> Credentials:
        """The credentials of now. While the old ones last, a failed renewal is no failure; else MetadataRetrievalError."""
        current = self._current
        if current is not None and self._clock() < current.expires_at - RENEWED_BEFORE_SECONDS:
            return current
        try:
            self._current = current = _parse(self._fetch())
        except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError) as error:
            if current is None or self._clock() >= current.expires_at:
                raise MetadataRetrievalError(error_msg=type(error).__name__) from error
        return current

    def _fetch(self) -> bytes:
        host, port = self._url.hostname or "", self._url.port
        if self._url.scheme != "https" and host not in PLAIN_HOSTS:
            raise ValueError("the token would leave this machine in the clear")
        kind = http.client.HTTPSConnection if self._url.scheme == "https" else http.client.HTTPConnection
        connection = kind(host, port, timeout=TIMEOUT_SECONDS)
        try:
            path = f"{self._url.path or '/'}{'?' + self._url.query if self._url.query else ''}"
            connection.request("GET", path, headers={"Accept": "application/json"} | self._authorization())
            response = connection.getresponse()
            if response.status != http.client.OK:
                raise ValueError(f"status {response.status}")
            return response.read()
        finally:
            connection.close()

    def _authorization(self) -> dict[str, str]:
        # Read anew each time: the file is rotated.
        path = self._environ.get("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")
        token = Path(path).read_text(encoding="utf-8").strip() if path else self._environ.get("AWS_CONTAINER_AUTHORIZATION_TOKEN")
        return {"Authorization": token} if token else {}


def _parse(content: bytes) -> Credentials:
    body: dict[str, Any] = json.loads(content)
    expires_at = datetime.fromisoformat(body["Expiration"]).timestamp()
    return Credentials(body["AccessKeyId"], body["SecretAccessKey"], body["Token"], expires_at)


def _botocore_chain() -> CredentialSource:
    import boto3

    found = boto3.Session().get_credentials()

    def current() -> Credentials:
        if found is None:
            raise NoCredentialsError
        frozen = found.get_frozen_credentials()  # renewed by botocore when it is time
        return Credentials(frozen.access_key, frozen.secret_key, frozen.token)

    return current
