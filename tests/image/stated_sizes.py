"""What docs/containers.md says of the images' sizes, held."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from tests.image.containers import Container

PAGE = Path(__file__).resolve().parents[2] / "docs/containers.md"
STATED = re.compile(r"at most (\d+) MB to its base, at most (\d+) MB in all")


def hold(heading: str, container: Container, container_of: Callable[[str], Container]) -> None:
    """The figures below that heading hold, and are not idle: the image comes within 15 % of them."""
    section = PAGE.read_text(encoding="utf-8").partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    stated = STATED.search(section)
    assert stated, f"no sizes below {heading}"
    added, in_all = map(int, stated.groups())
    base, size = container_of("base").size_mb, container.size_mb
    print(f"{heading}: {size - base:.0f} MB on a base of {base:.0f} MB")
    assert added * 0.85 < size - base <= added
    assert in_all * 0.85 < size <= in_all
