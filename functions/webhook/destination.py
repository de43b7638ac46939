"""Where a webhook may go: to addresses of the public internet, whatever its name leads to at that moment.

The address that was judged is the one that is called, so a name cannot lead elsewhere in between.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator

NAT64 = ipaddress.ip_network("64:ff9b::/96")
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class RefusedError(Exception):
    """The host leads to where no webhook may go, or nowhere; the message is a word for the log, and names no address."""


def address_of(host: str, port: int, *, may_be_private: bool) -> str:
    """Return the address to call. Raises RefusedError for a host that nobody knows, or that leads to a private network."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise RefusedError("unknown_host") from None
    addresses = [str(entry[4][0]) for entry in found]
    if not may_be_private and not all(is_public(address) for address in addresses):
        raise RefusedError("private_address")
    return addresses[0]


def is_public(text: str) -> bool:
    """Tell whether an address, and every one that it carries inside, belongs to the public internet.

    >>> [is_public(one) for one in ("93.184.216.34", "10.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1", "64:ff9b::a00:1")]
    [True, False, False, False, False, False]
    """
    return all(one.is_global and not one.is_multicast for one in _carried(ipaddress.ip_address(text.partition("%")[0])))


def _carried(address: Address) -> Iterator[Address]:
    if isinstance(address, ipaddress.IPv4Address):
        yield address
        return
    inside = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in NAT64:
        inside.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    known = [one for one in inside if one is not None]
    yield from known
    if address.ipv4_mapped is None:
        yield address
