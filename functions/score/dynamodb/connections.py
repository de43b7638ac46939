"""Keep-alive connections to one endpoint: a request out, a whole answer in, or an error of botocore's tree.

EndpointConnectionError   no connection was made
ConnectionClosedError     the connection ended before the answer was whole
ReadTimeoutError          no answer in time
"""

from __future__ import annotations

import http.client
import math
import os
import ssl
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import botocore
from botocore.exceptions import ConnectionClosedError, EndpointConnectionError, HTTPClientError, NoRegionError, ReadTimeoutError

CONNECT_SECONDS = 0.5
ANSWER_SECONDS = 0.5
BOTOCORE_AUTHORITIES = Path(botocore.__file__).with_name("cacert.pem")


class Reply(NamedTuple):
    """A whole HTTP answer."""

    status: int
    body: bytes
    crc32: str | None


class Connections:
    """Connections to `url`, kept open and shared between threads: each exchange holds one for itself."""

    def __init__(
        self,
        url: str,
        *,
        authorities: Path | None = None,
        connect_seconds: float = CONNECT_SECONDS,
        answer_seconds: float = ANSWER_SECONDS,
    ) -> None:
        parts = urlsplit(url)
        self._url = url
        self._address = (parts.hostname or "", parts.port)
        self._tls = ssl.create_default_context(cafile=authorities) if parts.scheme == "https" else None
        self._connect_seconds, self._answer_seconds = connect_seconds, answer_seconds
        self._idle: deque[http.client.HTTPConnection] = deque()  # append and pop are atomic
        self.host = parts.netloc.rpartition("@")[2]

    def post(self, headers: Mapping[str, str], body: bytes) -> Reply:
        """Send one request and read its whole answer; raises the errors of the module's tree."""
        connection = self._take()
        is_kept = False
        try:
            connection.sock.sendall(_request(headers, body))
            response = http.client.HTTPResponse(connection.sock, method="POST")
            response.begin()
            reply = Reply(response.status, response.read(), response.headers.get("x-amz-crc32"))
            is_kept = not response.will_close
        except (OSError, http.client.HTTPException) as error:
            raise _error_of(error, self._url) from error
        finally:
            if is_kept:
                self._idle.append(connection)
            else:
                connection.close()
        return reply

    def forget(self) -> None:
        """Close what is idle: after one dropped connection the others are likely to be dead too."""
        while self._idle:
            self._idle.pop().close()

    def _take(self) -> http.client.HTTPConnection:
        try:
            return self._idle.pop()  # the one used last is the one most likely alive
        except IndexError:
            return self._connect()

    def _connect(self) -> http.client.HTTPConnection:
        connection = self._new()
        try:
            connection.connect()
        except OSError as error:
            connection.close()
            raise EndpointConnectionError(endpoint_url=self._url, error=error) from error
        connection.sock.settimeout(self._answer_seconds)
        return connection

    def _new(self) -> http.client.HTTPConnection:
        host, port = self._address
        if self._tls is not None:
            return http.client.HTTPSConnection(host, port, timeout=self._connect_seconds, context=self._tls)
        return http.client.HTTPConnection(host, port, timeout=self._connect_seconds)


def endpoint_url(region: str, environ: Mapping[str, str] = os.environ) -> str:
    """Where DynamoDB is: as the environment says, in the words of every AWS SDK, or the region's own endpoint."""
    named = environ.get("AWS_ENDPOINT_URL_DYNAMODB") or environ.get("AWS_ENDPOINT_URL")
    return named or f"https://dynamodb.{region}.amazonaws.com{'.cn' if region.startswith('cn-') else ''}"


def region_name(environ: Mapping[str, str] = os.environ) -> str:
    """The region of the environment; raises NoRegionError."""
    region = environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION")
    if not region:
        raise NoRegionError
    return region


def answer_seconds(environ: Mapping[str, str] = os.environ) -> float:
    """How long DynamoDB may take to answer: DYNAMODB_ANSWER_SECONDS, for a stand-in that shares its processor with others.

    Raises ValueError when it is no positive number.
    """
    named = environ.get("DYNAMODB_ANSWER_SECONDS") or str(ANSWER_SECONDS)
    try:
        seconds = float(named)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < math.inf:
        raise ValueError(f"DYNAMODB_ANSWER_SECONDS is {named}, it must be a number of seconds above 0")
    return seconds


def trusted_authorities(environ: Mapping[str, str] = os.environ) -> Path | None:
    """The certificates that boto3 would trust; None for those of the system."""
    named = environ.get("AWS_CA_BUNDLE")
    if named:
        return Path(named)
    return BOTOCORE_AUTHORITIES if BOTOCORE_AUTHORITIES.exists() else None


def _request(headers: Mapping[str, str], body: bytes) -> bytes:
    """Head and body in one piece: `http.client` would send two, each a system call and a TLS record of its own."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST / HTTP/1.1\r\n{lines}content-length: {len(body)}\r\n\r\n".encode("ascii") + body


def _error_of(error: Exception, url: str) -> HTTPClientError:
    if isinstance(error, TimeoutError):
        return ReadTimeoutError(endpoint_url=url, error=error)
    return ConnectionClosedError(endpoint_url=url, error=error)
