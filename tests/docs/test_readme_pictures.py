"""The README opens with two pictures: the loop, and the console."""

from __future__ import annotations

import pytest
from pages import ROOT, Page

MOST_BYTES = 150_000


@pytest.mark.parametrize("name", ["README.md", "README.ko.md"])
def test_a_readme_opens_with_the_loop_and_the_console(name):
    """Before the first command; `make picture` takes the console's anew."""
    opening = Page(ROOT / name).text.partition("```")[0]
    assert [opening.find(f"]({picture})") > 0 for picture in ("docs/loop.svg", "docs/console.png")] == [True, True]


def test_the_consoles_picture_is_small():
    """It comes with every clone."""
    picture = (ROOT / "docs/console.png").read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert len(picture) < MOST_BYTES
