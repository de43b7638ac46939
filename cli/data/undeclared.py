"""Values of a category that nobody declared: a model takes them for none of the declared ones, so a person should know."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from greenfraud.features.manifest import load_manifest
from intake.shown import shown

MOST_SHOWN = 5


def undeclared_told(table: pa.Table) -> Iterator[str]:
    """Yield, for each category that has such values, how many payments do and which are the most frequent ones."""
    declared: dict[str, list[str]] = {}
    for one in load_manifest().features:
        if one.kind == "category" and one.params["column"] in table.column_names:
            declared.setdefault(one.params["column"], []).extend(one.params["values"])
    for name, values in declared.items():
        is_other = pc.invert(pc.is_in(table[name], pa.array(values, pa.string())))
        others = pc.value_counts(table[name].filter(is_other).drop_null()).to_pylist()
        if others:
            most = sorted(others, key=lambda one: -one["counts"])[:MOST_SHOWN]
            told = ", ".join(f"`{shown(one['values'])}` {one['counts']:,}" for one in most)
            more = f" and {len(others) - len(most):,} more" if len(others) > len(most) else ""
            count = sum(one["counts"] for one in others)
            yield f"{name}: {count:,} payments have values that are not declared ({told}{more}): to models they are none of them"
