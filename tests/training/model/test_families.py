"""Every family that the platform knows can be built."""

from __future__ import annotations

from greenfraud.families import FAMILIES
from training.model.families import ARCHITECTURES


def test_each_family_has_an_architecture() -> None:
    """And nothing else has: what may be asked for is what can be trained."""
    assert tuple(ARCHITECTURES) == FAMILIES
