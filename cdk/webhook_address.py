"""Which addresses a webhook may be given: HTTPS, a plain host, nothing secret in it; plain HTTP for this machine alone."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit

LOOPBACK = ("localhost", "127.0.0.1", "::1")
MOST_CHARACTERS = 1_000


def fault_of(url: str) -> str | None:
    """What is wrong with an address, None where nothing is."""
    if len(url) > MOST_CHARACTERS or not url.isascii() or not url.isprintable() or " " in url:
        return f"expected at most {MOST_CHARACTERS} printable ASCII characters without spaces"
    try:
        parts = urlsplit(url)
        is_address = bool(parts.hostname) and parts.scheme in ("https", "http") and parts.port != 0
    except ValueError:
        is_address = False
    return _fault_in(parts) if is_address else "expected an address such as https://example.com/hooks/fraud"


def _fault_in(parts: SplitResult) -> str | None:
    if parts.username is not None or parts.password is not None:
        return "expected no name and no password in it: the template shows it, and requests are signed"
    if parts.fragment:
        return "expected nothing after a #: no receiver would see it"
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        return "expected https; plain http is for localhost on the embedded AWS alone"
    return None
