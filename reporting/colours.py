"""The palette as variables of a page, so that pictures follow the reader's colour scheme without being drawn again."""

from __future__ import annotations

from greenfraud.palette import HUES, OTHER


def variables(ground: str) -> str:
    """Every kind's colour as a CSS variable, on a `light` or a `dark` ground."""
    return " ".join(f"--{kind}: {getattr(hue, ground)};" for kind, hue in {**HUES, "other": OTHER}.items())
