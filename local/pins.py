"""Refuses to start on another moto than the one whose internals this package patches."""

from __future__ import annotations

from importlib.metadata import version

from local.patches import PatchError

MOTO_VERSION = "5.2.5"


def check() -> None:
    """Raise PatchError unless moto is the pinned version; each patch then checks for its own attribute."""
    installed = version("moto")
    if installed != MOTO_VERSION:
        message = f"moto {installed} is installed, but the embedded AWS patches internals of moto {MOTO_VERSION}"
        raise PatchError(message)
