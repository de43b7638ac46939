"""Every feature as a table, from the manifest that the live path and the training read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from toolchain.site.tables import table

TITLE = """# Features

What models read, made from the compiled manifest, version {version}: {count} features. In a reason, `{{value}}` and its like
stand for what was found. A [guide](../new-feature.md) adds one.
"""
SPANS = ((86_400_000_000, "d"), (3_600_000_000, "h"), (60_000_000, "min"))


def features_page(manifest: Mapping[str, Any]) -> str:
    """The page of a feature manifest: its features by whose state they are read from, and the groups that reasons speak of."""
    features = manifest["features"]
    lines = [TITLE.format(version=manifest["version"], count=len(features))]
    for view in [None, *manifest["views"]]:
        rows = [_row(one) for one in features if one["view"] == view]
        if rows:
            lines += [f"## {_heading(view, manifest['views'])}", ""]
            lines += table(["feature", "window", "formula", "if unknown", "what a reason says", "group"], rows)
    lines += ["## Groups", "", "Features that say one thing; a reason of the model speaks of a group.", ""]
    groups = [(in_words(one["code"]), f"`{one['code']}`", one["label"]) for one in manifest["groups"]]
    return "\n".join([*lines, *table(["group", "its code", "what it is"], groups)])


def window_in_words(window_us: int) -> str:
    """A length of time as declarations write it.

    >>> window_in_words(604_800_000_000), window_in_words(3_600_000_000), window_in_words(300_000_000)
    ('7d', '1h', '5min')
    """
    size, unit = next(((size, unit) for size, unit in SPANS if window_us >= size and window_us % size == 0), (1, "us"))
    return f"{window_us // size}{unit}"


def in_words(code: str) -> str:
    """The code of a group as one reads it.

    >>> in_words("CUSTOMER_PACE")
    'customer pace'
    """
    return code.replace("_", " ").lower()


def _heading(view: str | None, views: Mapping[str, Any]) -> str:
    return "Of the payment alone" if view is None else f"Of the {views[view]['join_key'].removesuffix('_id')}: `{view}`"


def _row(feature: Mapping[str, Any]) -> tuple[str, ...]:
    window = feature["params"].get("window_us")
    missing = "missing" if feature["default"] is None else f"{feature['default']:g}"
    return (
        f"`{feature['name']}`",
        window_in_words(window) if window else "",
        f"`{feature['kind']}`",
        missing,
        feature["reason_text"],
        in_words(feature["group"]),
    )
