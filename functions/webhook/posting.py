"""One POST over HTTPS: no redirects, no proxy, no longer than some seconds, nothing of the answer but its status and pause."""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import cache
from urllib.parse import urlsplit

from functions.webhook.destination import RefusedError, address_of

CONNECT_SECONDS, READ_SECONDS = 5.0, 10.0
TOTAL_SECONDS = 15.0  # also of a receiver that answers byte by byte
PORTS = {"https": 443, "http": 80}


class UnreachableError(Exception):
    """No answer came; the message is a word for the log."""


@dataclass(frozen=True)
class Answer:
    """What the receiver said: its status, and for how many seconds it wishes to be left alone."""

    status: int
    retry_after: float = 0.0

    @property
    def is_taken(self) -> bool:
        """Whether it is any of the 2xx."""
        return 200 <= self.status < 300


def post(url: str, headers: Mapping[str, str], body: bytes, *, is_local: bool) -> Answer:
    """Post the body; `is_local` lets plain HTTP and private addresses pass. Raises UnreachableError."""
    parts = urlsplit(url)
    if parts.scheme != "https" and not is_local:
        raise UnreachableError("not_https")
    host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    connection = http.client.HTTPConnection(host, port, timeout=READ_SECONDS)
    is_over = threading.Event()
    ending = threading.Timer(TOTAL_SECONDS, _cut_off, [connection, is_over])
    try:
        ending.start()
        _connect(connection, is_over, is_tls=parts.scheme == "https", is_local=is_local)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path, body, {"Host": parts.netloc, **headers})
        response = connection.getresponse()
        return Answer(response.status, seconds_of(response.getheader("Retry-After")))
    except RefusedError as refusal:
        raise UnreachableError(str(refusal)) from None
    except (OSError, http.client.HTTPException) as fault:
        raise UnreachableError(type(fault).__name__) from None
    finally:
        ending.cancel()
        connection.close()


def seconds_of(retry_after: str | None) -> float:
    """Return the seconds of a Retry-After, in either of its two forms; 0 for what says nothing.

    >>> seconds_of("120"), seconds_of(None), seconds_of("soon"), seconds_of("Wed, 21 Oct 2015 07:28:00 GMT")
    (120.0, 0.0, 0.0, 0.0)
    """
    text = (retry_after or "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except (TypeError, ValueError, IndexError, OverflowError):
        return 0.0


def _connect(connection: http.client.HTTPConnection, is_over: threading.Event, *, is_tls: bool, is_local: bool) -> None:
    """To the very address that was judged; the certificate must be the host's. Whatever hangs can be cut off from here on.

    A name that is found too late is left at once: its socket was not there when the time was over.
    """
    address = address_of(connection.host, connection.port, may_be_private=is_local)
    connection.sock = socket.create_connection((address, connection.port), CONNECT_SECONDS)
    connection.sock.settimeout(READ_SECONDS)
    secured = None
    if is_tls:
        secured = _tls().wrap_socket(connection.sock, server_hostname=connection.host, do_handshake_on_connect=False)
        connection.sock = secured
    if is_over.is_set():
        raise TimeoutError
    if secured:
        secured.do_handshake()


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def _cut_off(connection: http.client.HTTPConnection, is_over: threading.Event) -> None:
    is_over.set()
    with contextlib.suppress(OSError, AttributeError):
        connection.sock.shutdown(socket.SHUT_RDWR)
