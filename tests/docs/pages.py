"""What a page of documentation asks its reader to do, and where it points to."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Held equal to their originals by a test of their own.
TRANSLATIONS = {"README.ko.md": "README.md"} | {
    f"docs/{name}.ko.md": f"docs/{name}.md" for name in ("quick-start", "concepts", "own-data")
}
ROOMS = ("local", "cli", "cdk", "training", "functions", "benchmarks", "docker", "feature_repo", "layers")

ASSIGNMENTS = r"(?:[A-Z][A-Z0-9_]*=\S+\s+)*"
PROGRAMS = (
    "make|pip|python3?|pytest|uv|uvicorn|cdk|aws|curl|docker|npm|npx|node|git|greenfraud|buildah|podman|sudo|apt-get|export|"
    r"feast|mlflow|eval|bash|sh|source|cd|\.venv/bin/\S+|\.venv-cdk/bin/\S+"
)
COMMAND = re.compile(rf"{ASSIGNMENTS}(?:{PROGRAMS})\s+\S|\.ci/run|make$")
FENCE = re.compile(r"^(?P<indent> *)```(?P<language>\w*)[^\n]*\n(?P<body>.*?)^(?P=indent)```$", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^(#+) +(.+)$", re.MULTILINE)
PRODUCTS = {"docker compose"}  # names of two words that only look like commands
SHELLS = {"sh", "bash", "shell", "console"}


@dataclass(frozen=True)
class Page:
    """One Markdown file."""

    path: Path

    @property
    def name(self) -> str:
        """Its path in the repository."""
        return self.path.relative_to(ROOT).as_posix()

    @property
    def text(self) -> str:
        """Everything."""
        return self.path.read_text(encoding="utf-8")

    @property
    def prose(self) -> str:
        """What stands outside fenced blocks."""
        return FENCE.sub("", self.text)

    @property
    def blocks(self) -> list[tuple[str, str]]:
        """Language and content of each fenced block."""
        return [(found["language"], found["body"]) for found in FENCE.finditer(self.text)]

    @property
    def spans(self) -> list[str]:
        """Inline code."""
        return SPAN.findall(self.prose)

    @property
    def links(self) -> list[str]:
        """Targets of links and images outside code."""
        return LINK.findall(SPAN.sub("", self.prose))

    @property
    def headings(self) -> list[tuple[int, str]]:
        """Level and text of each heading."""
        return [(len(marks), text) for marks, text in HEADING.findall(self.prose)]

    @property
    def commands(self) -> list[str]:
        """Every command: lines of shell blocks, and inline code that starts with a program's name."""
        inline = [span for span in self.spans if COMMAND.match(span) and span not in PRODUCTS]
        return [*_blocks_commands(self.blocks), *inline]


def pages() -> list[Page]:
    """Every page that speaks to a reader of the repository; translations and the changelog ask for nothing new."""
    found = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / room / "README.md" for room in ROOMS)]
    wanted = [Page(path) for path in sorted(found) if path.is_file()]
    return [page for page in wanted if page.name not in {*TRANSLATIONS, "CHANGELOG.md"}]


def normal(command: str) -> str:
    """Without the comment behind it, on one line."""
    return re.sub(r"\s+#\s.*$", "", command).strip()


def _blocks_commands(blocks: list[tuple[str, str]]) -> Iterator[str]:
    for language, body in blocks:
        lines = [line.removeprefix("$ ") for line in _joined(body)]
        is_shell = language in SHELLS or (not language and any(COMMAND.match(line) for line in lines))
        if is_shell:
            yield from (normal(line) for line in lines if not line.startswith("#"))


def _joined(body: str) -> Iterator[str]:
    """Logical lines: a backslash or an open quote continues on the next one."""
    pending = ""
    for line in body.splitlines():
        pending = f"{pending} {line.strip()}".strip() if pending else line.strip()
        if pending.endswith("\\"):
            pending = pending[:-1].rstrip()
            continue
        if _is_open(pending):
            continue
        if pending:
            yield pending
        pending = ""
    if pending:
        yield pending


def _is_open(line: str) -> bool:
    try:
        shlex.split(line, comments=True)
    except ValueError:
        return True
    return False
