"""Replaces parts of moto, and refuses to start when a part is not where the pinned version has it."""

from __future__ import annotations

import sys
from typing import Any


class PatchError(Exception):
    """Moto is not the version this package was written for; the message names the missing part."""


def replace(owner: Any, name: str, new: Any) -> Any:
    """Set `owner.name` and return what was there.

    Raises PatchError when nothing was there: a patch that touches nothing would leave plain moto running in silence.
    """
    if not hasattr(owner, name):
        raise PatchError(f"moto has no {getattr(owner, '__name__', owner)}.{name} to replace: is it the pinned version?")
    old = getattr(owner, name)
    setattr(owner, name, new)
    return old


def replace_imported(package: str, name: str, old: Any, new: Any) -> int:
    """Replace a function in every loaded module below `package` that imported it by name; how many were touched."""
    owners = [
        module for path, module in list(sys.modules.items()) if path.startswith(package) and getattr(module, name, None) is old
    ]
    if not owners:
        raise PatchError(f"no module of {package} imports {name}: is moto the pinned version?")
    for owner in owners:
        setattr(owner, name, new)
    return len(owners)
