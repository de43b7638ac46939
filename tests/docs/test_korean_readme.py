"""README.ko.md is README.md in another language: same commands, same links, same shape."""

from __future__ import annotations

import re

from pages import ROOT, Page

ENGLISH, KOREAN = Page(ROOT / "README.md"), Page(ROOT / "README.ko.md")
HANGUL = re.compile(r"[가-힣]")


def table_rows(page: Page) -> int:
    """How many lines of tables a page has."""
    return len(re.findall(r"^\|", page.prose, re.MULTILINE))


def test_code_blocks_are_the_same():
    """What a reader pastes does not depend on the language it was found in."""
    assert ENGLISH.blocks == KOREAN.blocks


def test_inline_code_is_the_same():
    """Every command, path and port is named in both, in whatever order the sentences need."""
    assert sorted(ENGLISH.spans) == sorted(KOREAN.spans)


def test_links_are_the_same_but_for_the_other_language():
    """Each README points at the other one, and otherwise at the same things."""
    assert sorted({*ENGLISH.links} - {"README.ko.md"}) == sorted({*KOREAN.links} - {"README.md"})
    assert "README.md" in KOREAN.links


def test_headings_and_tables_have_the_same_shape():
    """A section or a row added to one is missing in the other, and this says so."""
    assert [level for level, _ in ENGLISH.headings] == [level for level, _ in KOREAN.headings]
    assert table_rows(ENGLISH) == table_rows(KOREAN)


def test_paragraphs_are_translated():
    """Nothing but the title, names and figures was left in English."""
    paragraphs = [text for text in re.split(r"\n\s*\n", KOREAN.prose) if len(text.split()) > 5]
    assert [text for text in paragraphs if not HANGUL.search(text)] == []
