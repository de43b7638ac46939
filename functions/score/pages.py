"""Two plain pages for a person's browser; every value is escaped."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from typing import Any

PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>body{{font:16px system-ui;margin:2rem auto;max-width:50rem;padding:0 1rem}}
td,th{{text-align:left;padding:.2rem 1rem .2rem 0;vertical-align:top}}</style>
<h1>{title}</h1>
{content}
</html>
"""
LINKS = (("/report", "Model card"), ("/health", "Health"), ("/openapi.json", "API description"))


def home(summary: Mapping[str, Any]) -> str:
    """What answers now, and where to go from here."""
    links = "".join(f'<li><a href="{address}">{text}</a></li>' for address, text in LINKS)
    return PAGE.format(title="GreenFraud", content=f"{_table(summary)}<ul>{links}</ul>")


def report(card: Mapping[str, Any]) -> str:
    """The model card."""
    return PAGE.format(title="Model card", content=_table(card))


def _table(values: Mapping[str, Any]) -> str:
    rows = "".join(f"<tr><th>{escape(name)}</th><td>{_cell(value)}</td></tr>" for name, value in values.items())
    return f"<table>{rows}</table>"


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return escape(value)
    return f"<code>{escape(json.dumps(value))}</code>"
