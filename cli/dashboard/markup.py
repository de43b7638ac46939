"""Elements of HTML and SVG as text; every attribute and every piece of text is escaped here."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape


def element(name: str, *children: str, **attributes: object) -> str:
    """One element around finished markup. `class_` stands for `class`, `stroke_width` for `stroke-width`.

    >>> element("text", words("a < b"), x=1.50, class_="axis")
    '<text x="1.5" class="axis">a &lt; b</text>'
    """
    given = "".join(f' {_name(key)}="{escape(_value(value))}"' for key, value in attributes.items() if value is not None)
    return f"<{name}{given}>{''.join(children)}</{name}>"


def words(text: object) -> str:
    """Text for the inside of an element."""
    return escape(str(text), quote=False)


def items(texts: Iterable[str]) -> str:
    """A list, or nothing where there is nothing to list."""
    lines = [element("li", words(text)) for text in texts if text]
    return element("ul", *lines) if lines else ""


def _name(key: str) -> str:
    return key.rstrip("_").replace("_", "-") if key != "viewBox" else key


def _value(value: object) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
