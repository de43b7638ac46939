"""The repository's pages as MkDocs wants them: where they were; links to files and folders lead to pages that show those."""

from __future__ import annotations

import ast
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from toolchain.site.tables import table

FIRST = ("README.md", "README.ko.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md")
PICTURES = {".svg", ".png"}
# Code is left alone: a fence, or a span of one line; then a link or a picture, without a title.
TOKEN = re.compile(
    r"^(?P<indent> *)```.*?^(?P=indent)```$|(?P<tick>`+)[^\n]*?(?P=tick)|(?P<open>!?\[[^\]]*\]\()(?P<target>[^)\s]+)\)",
    re.MULTILINE | re.DOTALL,
)
LANGUAGES = {".py": "python", ".toml": "toml", ".json": "json", ".yml": "yaml", ".css": "css"}
UNSEARCHED = "---\nsearch:\n  exclude: true\n---\n\n"


@dataclass
class Tree:
    """The pages that are written: `written` names them, `waiting` what they link to and is not written yet."""

    root: Path
    to: Path
    waiting: list[str]
    written: set[str] = field(default_factory=set)

    def write_all(self) -> None:
        """Write each page once, and whatever a page links to."""
        while self.waiting:
            name = self.waiting.pop()
            if name not in self.written:
                self.written.add(name)
                self._write(name)

    def _write(self, name: str) -> None:
        source, to = self.root / name, self.to / page_of(self.root, name)
        to.parent.mkdir(parents=True, exist_ok=True)
        if source.suffix in PICTURES:
            shutil.copyfile(source, to)
        elif source.suffix == ".md":
            to.write_text(self.linked(name, source.read_text(encoding="utf-8")), encoding="utf-8")
        elif source.is_dir():
            to.write_text(self.linked(name + "/", folder_page(self.root, name)), encoding="utf-8")
        else:
            to.write_text(source_page(source, name), encoding="utf-8")

    def linked(self, name: str, text: str) -> str:
        """The text of the page `name` with its links as the site has them; what they lead to waits to be written."""
        folder = PurePosixPath(name).parent if not name.endswith("/") else PurePosixPath(name)
        here = PurePosixPath(page_of(self.root, name.rstrip("/"))).parent

        def replaced(found: re.Match[str]) -> str:
            if not found["target"] or re.match(r"[a-z]+:|#", found["target"]):
                return found[0]
            path, mark, fragment = found["target"].partition("#")
            target = os.path.normpath(folder / path)
            if target.startswith("..") or not (self.root / target).exists():
                return found[0]  # MkDocs names the page and the link, and the build fails
            self.waiting.append(target)
            return f"{found['open']}{os.path.relpath(page_of(self.root, target), here)}{mark}{fragment})"

        return TOKEN.sub(replaced, text)


def page_of(root: Path, name: str) -> str:
    """The page that shows a file or folder of the repository, by its path below the site's pages.

    Markdown and pictures stay where they are; all else lies below `source`, where no name begins with a dot, which MkDocs skips.
    """
    source = root / name
    if source.is_dir():
        return "docs/decisions/README.md" if name == "docs/decisions" else f"source/{name}/README.md"
    if source.suffix == ".md" or source.suffix in PICTURES:
        return name
    return f"source/{name.replace('/.', '/').removeprefix('.')}.md"


def source_page(source: Path, name: str) -> str:
    """A file as a page that the search leaves out."""
    text = source.read_text(encoding="utf-8").rstrip()
    fence = "`" * (1 + max((len(run) for run in re.findall(r"`{3,}", text)), default=2))
    return f"{UNSEARCHED}# {name}\n\n{fence}{LANGUAGES.get(source.suffix, 'text')}\n{text}\n{fence}\n"


def folder_page(root: Path, name: str) -> str:
    """A folder as a page: the decisions by their titles, otherwise the modules by the first line of their docstrings."""
    if name == "docs/decisions":
        return decisions_page(root / name)
    rows = [(f"[{path.name}]({path.name})", first_line(path)) for path in _modules(root / name)]
    return "\n".join([f"{UNSEARCHED}# {name}/\n", *table(["file", "what"], rows)])


def decisions_page(folder: Path) -> str:
    """Every decision record by number and title, the newest first."""
    found = sorted(folder.glob("[0-9]*.md"), reverse=True)
    rows = [(int(path.name[:4]), f"[{title_of(path)}]({path.name})") for path in found]
    lines = ["# Decisions", "", "What was decided on the way, why, and what it costs; the newest first.", ""]
    return "\n".join([*lines, *table(["", "decision"], rows)])


def title_of(page: Path) -> str:
    """The first heading of a page, without its number."""
    heading = next(line for line in page.read_text(encoding="utf-8").splitlines() if line.startswith("# "))
    return re.sub(r"^# +(\d+[.:]? +)?", "", heading)


def first_line(module: Path) -> str:
    """The first line of a module's docstring; empty for what is no Python."""
    if module.suffix != ".py":
        return ""
    said = ast.get_docstring(ast.parse(module.read_text(encoding="utf-8"))) or ""
    return said.split("\n", 1)[0]


def _modules(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.iterdir()) if path.is_file() and path.suffix in LANGUAGES and path.stat().st_size)


def write_pages(root: Path, to: Path, generated: Mapping[str, str]) -> set[str]:
    """Write the pages of the repository `root`, and the `generated` ones by their paths, below `to`; returns what was written."""
    names = [*FIRST, *(path.relative_to(root).as_posix() for path in sorted((root / "docs").rglob("*.md"))), "docs/decisions"]
    tree = Tree(root, to, [name for name in names if (root / name).exists()])
    tree.write_all()
    for path, text in generated.items():
        (to / path).parent.mkdir(parents=True, exist_ok=True)
        (to / path).write_text(text, encoding="utf-8")
    return tree.written
