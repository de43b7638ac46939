"""Which requests a port of this machine answers: those of programs on it and of its own pages, never of another web page.

Listening on 127.0.0.1 keeps other machines out, but not the browser on this one, which any web page can make send requests.
The browser says where they come from: `Host` is the name the page used (a name of its own that it made resolve to 127.0.0.1
shows here), `Origin` is who asks, and `Sec-Fetch-Site` tells it of requests without an origin, such as those of an image.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

NAMES = ("localhost", "127.0.0.1", "[::1]")
ADDRESS = re.compile(r"(?P<name>\[[0-9a-f:]+\]|[a-z0-9._-]+)(?::(?P<port>[0-9]{1,5}))?")
HOST_NAME = re.compile(r"[a-z0-9]([a-z0-9._-]*[a-z0-9])?")
OWN_SITES = (None, "same-origin", "none")  # none: typed into the address bar
SHOWN_CHARACTERS = 100
OPTION = "--allow-host"


class HostNameError(ValueError):
    """What should be allowed is no host name."""


def host_name(text: str) -> str:
    """A name for `allowed`, in lower case; raises HostNameError.

    >>> host_name("Platform")
    'platform'
    """
    name = text.strip().lower()
    if not HOST_NAME.fullmatch(name):
        raise HostNameError(f"{OPTION} {text}: give a host's name alone, such as platform, without port, scheme or wildcard")
    return name


@dataclass(frozen=True)
class Refusal:
    """Why a request is not answered."""

    header: str
    reason: str

    @property
    def body(self) -> bytes:
        """As services that speak JSON tell an error."""
        return json.dumps({"__type": f"Refused{self.header.replace('-', '')}", "message": self.reason}).encode()


@dataclass(frozen=True, kw_only=True)
class Door:
    """Who may come in: by the loopback's names, by those allowed at the start, with `buckets` also by `bucket.localhost`."""

    allowed: tuple[str, ...] = ()
    buckets: bool = False

    def refusal(self, headers: Mapping[str, str]) -> Refusal | None:
        """None for a request that may be answered; header names are lower case, repeated headers joined."""
        host = ADDRESS.fullmatch(headers.get("host", "").lower())
        if host is None or not self._is_ours(host["name"]):
            return wrong("Host", headers.get("host"), f"call this port as {self._choices()}, or start it with {OPTION} NAME")
        origin = headers.get("origin")
        if origin is None and headers.get("sec-fetch-site") not in OWN_SITES:
            advice = "a page of another address neither calls nor links to this port: type its address yourself"
            return wrong("Sec-Fetch-Site", headers["sec-fetch-site"], advice)
        if origin is not None and not self._is_own_page(origin, host["port"]):
            advice = f"only pages of this very port, opened as {self._choices()}, may call it, and programs, which send no Origin"
            return wrong("Origin", origin, advice)
        return None

    def _is_ours(self, name: str) -> bool:
        return name in NAMES or name in self.allowed or (self.buckets and name.endswith(".localhost"))

    def _is_own_page(self, origin: str, port: str | None) -> bool:
        scheme, _, rest = origin.lower().partition("://")
        page = ADDRESS.fullmatch(rest)
        return scheme == "http" and page is not None and page["name"] in (*NAMES, *self.allowed) and page["port"] == port

    def _choices(self) -> str:
        return ", ".join((*NAMES, *self.allowed))


def wrong(header: str, value: str | None, advice: str) -> Refusal:
    """The refusal for one header, with what to do."""
    shown = "missing" if value is None else repr(value[:SHOWN_CHARACTERS])
    return Refusal(header, f"the header {header} is {shown}: {advice}")
