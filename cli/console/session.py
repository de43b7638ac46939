"""The one person whom a console serves: the key that lets her browser in, and what she is told on the next page."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from hmac import compare_digest


def _secret() -> str:
    return secrets.token_urlsafe(32)


@dataclass
class Session:
    """Secrets of this process: `key` stands in the address and opens once, `cookie` in the browser, `token` in every form."""

    port: int
    key: str = field(default_factory=_secret, repr=False)
    cookie: str = field(default_factory=_secret, repr=False)
    token: str = field(default_factory=_secret, repr=False)
    _is_key_spent: bool = field(default=False, repr=False)
    _said: list[str] = field(default_factory=list, repr=False)

    @property
    def cookie_name(self) -> str:
        """A name of this port: browsers send a machine's cookies to all of its ports."""
        return f"greenfraud-console-{self.port}"

    @property
    def hosts(self) -> tuple[str, str]:
        """What a browser may call the console."""
        return f"127.0.0.1:{self.port}", f"localhost:{self.port}"

    @property
    def address(self) -> str:
        """Where to open it; whoever is first to do so is let in."""
        return f"http://{self.hosts[0]}/?key={self.key}"

    def spend_key(self) -> bool:
        """Whether the key still opens; from now on it does not."""
        was_spent, self._is_key_spent = self._is_key_spent, True
        return not was_spent

    def say(self, text: str) -> None:
        """Keep what the next page is to tell."""
        self._said.append(text)

    def told(self) -> list[str]:
        """What was kept for this page; it is told once."""
        told, self._said = self._said, []
        return told


def is_same(given: str | None, secret: str) -> bool:
    """Whether a secret was given, in a time that says nothing about it."""
    return given is not None and compare_digest(given.encode(), secret.encode())
