"""A page in Korean is its English page in another language: same commands, same links, same shape."""

from __future__ import annotations

import re

import pytest
from pages import ROOT, TRANSLATIONS, Page

HANGUL = re.compile(r"[가-힣]")
PAIRS = [pytest.param(Page(ROOT / english), Page(ROOT / korean), id=korean) for korean, english in TRANSLATIONS.items()]
each_page = pytest.mark.parametrize(("english", "korean"), PAIRS)


def table_rows(page: Page) -> int:
    """How many lines of tables a page has."""
    return len(re.findall(r"^\|", page.prose, re.MULTILINE))


def links_of(page: Page) -> set[str]:
    """Where a page leads to, whichever the language there is."""
    return {link.replace(".ko.md", ".md") for link in page.links}


def test_every_page_in_korean_is_held_to_its_english_one():
    """A new one too."""
    found = {path.relative_to(ROOT).as_posix() for path in [*ROOT.glob("*.ko.md"), *(ROOT / "docs").rglob("*.ko.md")]}
    assert found == set(TRANSLATIONS)


@each_page
def test_code_blocks_are_the_same(english: Page, korean: Page):
    """What a reader pastes does not depend on the language it was found in."""
    assert english.blocks == korean.blocks


@each_page
def test_inline_code_is_the_same(english: Page, korean: Page):
    """Every command, path and port is named in both, in whatever order the sentences need."""
    assert sorted(english.spans) == sorted(korean.spans)


@each_page
def test_links_are_the_same_but_for_the_other_language(english: Page, korean: Page):
    """Each page points at the other one, and otherwise at the same things."""
    assert links_of(english) | {english.path.name} == links_of(korean)
    assert english.path.name in korean.links


@each_page
def test_headings_and_tables_have_the_same_shape(english: Page, korean: Page):
    """A section or a row added to one is missing in the other, and this says so."""
    assert [level for level, _ in english.headings] == [level for level, _ in korean.headings]
    assert table_rows(english) == table_rows(korean)


@each_page
def test_paragraphs_are_translated(english: Page, korean: Page):
    """Nothing but the title, names and figures was left in English."""
    paragraphs = [text for text in re.split(r"\n\s*\n", korean.prose) if len(text.split()) > 5]
    assert [text for text in paragraphs if not HANGUL.search(text)] == []
