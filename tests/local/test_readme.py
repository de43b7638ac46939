"""The README says what is inert, and nothing else is."""

from __future__ import annotations

import re
from pathlib import Path

from local.cloudformation.providers import INERT_TYPES
from local.pins import MOTO_VERSION

README = (Path(__file__).parents[2] / "local" / "README.md").read_text()


def test_every_inert_type_is_listed():
    """The honest list is complete."""
    assert set(re.findall(r"^\| `(AWS::\S+)` \|", README, re.MULTILINE)) == INERT_TYPES


def test_the_pinned_version_is_named():
    """A new pin comes with a new look at the patches."""
    assert f"**{MOTO_VERSION}**" in README
