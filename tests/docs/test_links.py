"""Documentation points at things that are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pages import ROOT, TRANSLATIONS, Page, pages

PAGES = [*pages(), *(Page(ROOT / name) for name in TRANSLATIONS)]


def anchor(heading: str) -> str:
    """The fragment GitHub gives a heading: lower case, no punctuation, dashes for spaces."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_resolve(page: Page):
    """Files exist inside the repository; fragments name a heading of their page."""
    broken = []
    for link in page.links:
        if re.match(r"[a-z]+:", link):
            continue
        name, _, fragment = link.partition("#")
        target = (page.path.parent / name).resolve() if name else page.path
        is_there = target.exists() and target.is_relative_to(ROOT)
        if is_there and fragment and target.suffix == ".md":
            is_there = fragment in {anchor(text) for _, text in Page(target).headings}
        if not is_there:
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_web_links_are_encrypted_or_local(page: Page):
    """No page sends its reader over plain HTTP, except to this machine."""
    plain = [link for link in page.links if link.startswith("http://")]
    assert [link for link in plain if not re.match(r"http://(127\.0\.0\.1|localhost)[:/]", link)] == []


def test_a_broken_link_would_be_found(tmp_path: Path):
    """The parser sees links in text, around code and of images, and none inside code."""
    page = Page(tmp_path / "page.md")
    page.path.write_text("[a](x.md) [`b`](y.md#z) ![c](i.png) `[d](no.md)`\n```\n[e](no.md)\n```\n", encoding="utf-8")
    assert page.links == ["x.md", "y.md#z", "i.png"]
