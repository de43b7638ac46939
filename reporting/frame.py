"""The frame of every page of ours: one file, nothing fetched, light and dark, and no script but one that its policy names."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from reporting.colours import variables
from reporting.markup import element, items, words

STYLE = Path(__file__).with_name("page.css")
HEAD = (
    '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
    '<meta name="color-scheme" content="light dark">'
)


def framed(title: str, *content: str, script: str | None = None, styles: Sequence[Path] = ()) -> str:
    """A whole page as text: its content between the shared style, its own `styles`, and a script if it has one."""
    style = element("style", stylesheet(styles))
    head = element("head", HEAD, _policy(script), element("title", words(title)), style)
    body = element("body", *content, *([] if script is None else [element("script", script)]))
    return f"<!doctype html>\n{element('html', head, body, lang='en')}\n"


def section(title: str, *content: str) -> str:
    """A part of a page under its heading."""
    return element("section", element("h2", words(title)), *content)


def noted(title: str, notes: Sequence[str]) -> str:
    """What must be known beside a page, or nothing where nothing must."""
    if not notes:
        return ""
    return element("section", element("h2", words(title)), items(notes), class_="missing", role="note")


def _policy(script: str | None) -> str:
    """Nothing may be fetched or compiled, and no script run but this one."""
    allowed = ""
    if script is not None:
        allowed = f"script-src 'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'; "
    return f"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; {allowed}style-src 'unsafe-inline'\">"


def stylesheet(styles: Sequence[Path]) -> str:
    """The style that all pages share, in both colour schemes, and theirs behind it."""
    dark = f"@media (prefers-color-scheme: dark) {{ :root {{ {variables('dark')} }} }}"
    sheets = (path.read_text(encoding="utf-8") for path in (STYLE, *styles))
    return "\n".join((f":root {{ {variables('light')} }}", dark, *sheets))
