"""A platform with its stacks, for as long as a test needs it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.e2e.deployment import Deployment


@contextmanager
def deployed(made: Deployment) -> Iterator[None]:
    """Start it, and send the stacks; there is nothing in them."""
    made.start()
    try:
        made.deploy()
        yield
    finally:
        made.stop()
