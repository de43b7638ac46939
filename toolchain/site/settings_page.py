"""The deployment's settings as a table, read from their source: names, defaults, and the comments beside or above them."""

from __future__ import annotations

import ast
import re
from typing import Any

from toolchain.site.tables import table

TITLE = """# Settings

What a deployment may choose: in `cdk.json` under `context`, or `-c name=value` behind `cdk`; made from
[cdk/settings.py](../../source/cdk/settings.py.md). The stage `prod` sets what its column says; any setting may be given over that.
"""
COMMENT = re.compile(r"(?:^|\s)# (.*)$")


def settings_page(source: str) -> str:
    """The page of the class `Settings` in `source`."""
    from cdk.settings import Settings
    from cdk.stages import STAGES

    prod = STAGES["prod"]
    rows = [
        (f"`{name}`", _shown(getattr(Settings, name)), _shown(prod[name]) if name in prod else "", said)
        for name, said in documented(source).items()
    ]
    return "\n".join([TITLE, *table(["setting", "default", "`prod`", "what it is"], rows)])


def documented(source: str) -> dict[str, str]:
    r"""The comment of each field of `Settings`: the lines above it, which speak of those below it too, and what stands behind it.

    >>> documented('class Settings:\n    # of both\n    a: int = 1\n    b: int = 2\n    c: str = "#"  # its own\n    d: int = 3\n')
    {'a': 'of both', 'b': 'of both', 'c': 'its own', 'd': ''}
    """
    lines = source.splitlines()
    (found,) = (node for node in ast.parse(source).body if isinstance(node, ast.ClassDef) and node.name == "Settings")
    said: dict[str, str] = {}
    above: list[str] = []
    for field in (node for node in found.body if isinstance(node, ast.AnnAssign)):
        behind = _behind(lines, field)
        above = _above(lines, field.lineno) or ([] if behind else above)
        said[ast.unparse(field.target)] = " ".join([*above, *behind])
    return said


def _above(lines: list[str], number: int) -> list[str]:
    said: list[str] = []
    for text in reversed(lines[: number - 1]):
        if not text.strip().startswith("# "):
            break
        said.insert(0, text.strip().removeprefix("# "))
    return said


def _behind(lines: list[str], node: ast.AnnAssign) -> list[str]:
    found = COMMENT.search(lines[(node.end_lineno or node.lineno) - 1][node.end_col_offset :])
    return [found[1]] if found else []


def _shown(value: Any) -> str:
    if value is None:
        return "none"
    return f"`{str(value).lower()}`" if isinstance(value, bool) else f"`{value}`"
