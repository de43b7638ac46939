"""Elements of HTML as text; every attribute and every piece of text is escaped here."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape


def element(name: str, *children: str, **attributes: str | None) -> str:
    """One element around finished markup. `class_` stands for `class`; what is None is left out.

    >>> element("td", words("a < b"), class_="number", title=None)
    '<td class="number">a &lt; b</td>'
    """
    given = "".join(f' {key.rstrip("_")}="{escape(value)}"' for key, value in attributes.items() if value is not None)
    return f"<{name}{given}>{''.join(children)}</{name}>"


def words(text: object) -> str:
    """Text for the inside of an element."""
    return escape(str(text), quote=False)


def items(texts: Iterable[str]) -> str:
    """A list, or nothing where there is nothing to list."""
    lines = [element("li", words(text)) for text in texts if text]
    return element("ul", *lines) if lines else ""
