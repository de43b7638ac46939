"""The site as MkDocs makes it: nothing broken, nothing from elsewhere, and a search that works in files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.dashboard import chromium
from toolchain.environments import SetupError
from toolchain.site import __main__ as site

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not site.is_installed(), reason="MkDocs is not installed: make docs"),
]
LOADED = re.compile(r"<(?:script|img|iframe)[^>]* src=\"(https?:)?//|<link rel=\"(?:stylesheet|preconnect)\" href=\"(https?:)?//")


@pytest.fixture(scope="module")
def pages() -> Path:
    """What MkDocs reads, in the folder that its configuration names."""
    site.prepare(site.SITE / "pages")
    return site.SITE / "pages"


@pytest.fixture(scope="module")
def html(pages: Path, tmp_path_factory) -> Path:
    """The site; every link of it was checked."""
    folder = tmp_path_factory.mktemp("site") / "html"
    site.build("--site-dir", str(folder))
    return folder


def test_the_site_has_the_pages_of_the_repository_and_those_of_the_code(html: Path):
    """The README first; a heading of each kind that others link to."""
    assert "The fraud-scoring platform a payments team owns" in (html / "index.html").read_text(encoding="utf-8")
    assert 'id="restore-a-day"' in (html / "docs/recovery.html").read_text(encoding="utf-8")
    assert {path.stem for path in (html / "docs/reference").glob("*.html")} == {"alarms", "api", "commands", "features", "settings"}


def test_no_page_loads_anything_from_elsewhere(html: Path):
    """No font, no script, no picture: a reader needs no network, and nobody is told who reads."""
    found = [path for path in html.rglob("*.html") if LOADED.search(path.read_text(encoding="utf-8"))]
    assert found == []


def test_tables_and_lists_are_tables_and_lists(html: Path):
    """What reads well on a git host does so here: no row and no dash was left in a paragraph."""
    texts = {path: path.read_text(encoding="utf-8") for path in html.rglob("*.html") if "source" not in path.parts}
    assert [path for path, text in texts.items() if re.search(r"<p>[^<]*\n(- |\| )", text)] == []


@pytest.mark.parametrize("link", ["gone.md", "reasons.md#nowhere"])
def test_a_broken_link_fails_the_build(pages: Path, tmp_path: Path, link: str):
    """A page that is not there, and a heading that is not on it."""
    page = pages / "docs/concepts.md"
    before = page.read_text(encoding="utf-8")
    page.write_text(f"{before}\n[broken]({link})\n", encoding="utf-8")
    try:
        with pytest.raises(SetupError, match=link):
            site.build("--site-dir", str(tmp_path / "html"))
    finally:
        page.write_text(before, encoding="utf-8")


@pytest.mark.skipif(chromium.executable() is None, reason="Chromium is not installed: apt-get install -y chromium")
def test_the_search_works_in_a_site_that_nobody_serves(html: Path):
    """Opened as a file, in a browser that is told not to complain to anybody."""
    document, console = chromium.document((html / "index.html").as_uri() + "?q=quarantine")
    assert console == []
    assert re.search(r"md-search-result__meta[^>]*>\d+ matching documents", document)
