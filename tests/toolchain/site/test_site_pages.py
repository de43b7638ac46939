"""The repository's pages on the site: the same text, with links that lead somewhere there."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import toolchain.site
from toolchain.site.pages import FIRST, Tree, page_of, title_of, write_pages
from toolchain.site.reference import reference

ROOT = Path(__file__).resolve().parents[3]
MODULES = [module.name for module in pkgutil.walk_packages(toolchain.site.__path__, "toolchain.site.")]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A small one: a first page, one page below, a module, a folder, a picture, a file whose name begins with a dot."""
    files = {
        "README.md": "[a](docs/a.md#b) ![](docs/p.svg) [m](cli/m.py) [f](cli) [d](docs/decisions) [x](https://x.org) `[n](n.md)`\n",
        "docs/a.md": "# A\n\n## b\n\n[up](../README.md) [here](#b) [ci](../.github/ci.yml)\n\n```\n[no](no.md)\n```\n",
        "docs/p.svg": "<svg/>",
        "docs/decisions/0001-one.md": "# 1. One is enough\n",
        "docs/decisions/0002-two.md": "# 2. Two | are better\n",
        "cli/m.py": '"""Does | it.\n\nAnd more: ```` ."""\n',
        ".github/ci.yml": "on: push\n",
    }
    for name, text in files.items():
        (tmp_path / "r" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "r" / name).write_text(text, encoding="utf-8")
    return tmp_path / "r"


def test_links_lead_to_the_pages_that_show_what_they_named(repository: Path, tmp_path: Path):
    """Markdown and pictures as they are, a file and a folder to a page about them, code untouched."""
    write_pages(repository, tmp_path / "s", {})
    assert (tmp_path / "s/README.md").read_text(encoding="utf-8") == (
        "[a](docs/a.md#b) ![](docs/p.svg) [m](source/cli/m.py.md) [f](source/cli/README.md) [d](docs/decisions/README.md) "
        "[x](https://x.org) `[n](n.md)`\n"
    )
    below = (tmp_path / "s/docs/a.md").read_text(encoding="utf-8")
    assert "[up](../README.md) [here](#b) [ci](../source/github/ci.yml.md)" in below
    assert "[no](no.md)" in below


def test_what_is_linked_is_on_the_site(repository: Path, tmp_path: Path):
    """Every target has its page, and what nobody links to has none."""
    write_pages(repository, tmp_path / "s", {"docs/reference/x.md": "# X\n"})
    written = {path.relative_to(tmp_path / "s").as_posix() for path in (tmp_path / "s").rglob("*") if path.is_file()}
    shown = {"source/cli/m.py.md", "source/cli/README.md", "source/github/ci.yml.md", "docs/p.svg", "docs/decisions/README.md"}
    pages = {"README.md", "docs/a.md", "docs/decisions/0001-one.md", "docs/decisions/0002-two.md", "docs/reference/x.md"}
    assert written == shown | pages


def test_a_source_page_shows_the_whole_file_and_is_not_searched(repository: Path, tmp_path: Path):
    """Whatever fences stand in it."""
    write_pages(repository, tmp_path / "s", {})
    text = (tmp_path / "s/source/cli/m.py.md").read_text(encoding="utf-8")
    assert text.startswith("---\nsearch:\n  exclude: true\n---\n\n# cli/m.py\n")
    assert '`````python\n"""Does | it.\n\nAnd more: ```` ."""\n`````\n' in text


def test_a_folder_page_says_what_each_module_is(repository: Path, tmp_path: Path):
    """By the first line of its docstring; a decision by its title, the newest first."""
    write_pages(repository, tmp_path / "s", {})
    assert "| [m.py](../../source/cli/m.py.md) |" not in (tmp_path / "s/source/cli/README.md").read_text(encoding="utf-8")
    assert "| [m.py](m.py.md) | Does \\| it. |" in (tmp_path / "s/source/cli/README.md").read_text(encoding="utf-8")
    decisions = (tmp_path / "s/docs/decisions/README.md").read_text(encoding="utf-8")
    assert re.findall(r"\[(.*)\]\((.*)\)", decisions) == [
        ("Two \\| are better", "0002-two.md"),
        ("One is enough", "0001-one.md"),
    ]


def test_a_link_to_nothing_is_left_for_the_strict_build(repository: Path, tmp_path: Path):
    """It is not hidden by being taken out."""
    (tmp_path / "secret").write_text("outside the repository", encoding="utf-8")
    tree = Tree(repository, tmp_path / "s", [])
    assert tree.linked("docs/a.md", "[gone](gone.md)") == "[gone](gone.md)"
    assert tree.linked("docs/a.md", "[out](../../secret)") == "[out](../../secret)"
    assert tree.waiting == []


@given(st.text(alphabet="ab`[]() \n!#.", max_size=60))
def test_text_without_links_to_files_is_not_changed(text: str):
    """However its brackets and ticks stand."""
    assert Tree(ROOT / "docs/decisions", ROOT, []).linked("a.md", text) == text


def test_every_decision_has_a_title():
    """A list of them can be read."""
    titles = [title_of(path) for path in sorted((ROOT / "docs/decisions").glob("*.md"))]
    assert all(re.match(r"[A-Z]", title) for title in titles), titles


def test_every_page_is_in_the_menu_and_every_line_of_the_menu_leads_to_a_page():
    """A new page of the documentation has a line in `toolchain/site/mkdocs.yml`; `make docs` would refuse it otherwise."""
    menu = (ROOT / "toolchain/site/mkdocs.yml").read_text(encoding="utf-8").partition("\nnav:\n")[2]
    named = set(re.findall(r"\S+\.md$", menu, re.MULTILINE))
    pages = {path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").glob("*.md")}
    generated = {*reference(ROOT), "docs/decisions/README.md"}
    assert named - set(FIRST) - generated == pages


def test_no_page_of_the_site_begins_with_a_dot():
    """MkDocs would leave it out."""
    assert page_of(ROOT, ".github/workflows/ci.yml") == "source/github/workflows/ci.yml.md"


@pytest.mark.parametrize("name", [name for name in MODULES if not name.endswith("__main__")])
def test_the_examples_of_the_generators_hold(name: str):
    """An example in a docstring that no longer holds is a lie."""
    assert doctest.testmod(importlib.import_module(name)).failed == 0
