"""The order of a template's resources: what is referred to comes first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from graphlib import TopologicalSorter
from typing import Any

SUBSTITUTED = re.compile(r"\$\{([A-Za-z0-9]+)[.}]")


def creation_order(resources: dict[str, Any]) -> list[str]:
    """Logical ids so that each stands after everything it refers to or depends on; CycleError when none can be first."""
    needed = {name: [other for other in references(resource) if other in resources] for name, resource in resources.items()}
    return list(TopologicalSorter(needed).static_order())


def references(node: Any) -> Iterator[str]:
    """Every name that Ref, Fn::GetAtt, Fn::Sub or DependsOn mentions below `node`."""
    if isinstance(node, list):
        for entry in node:
            yield from references(entry)
    if not isinstance(node, dict):
        return
    for key, value in node.items():
        yield from named_by(key, value)
        yield from references(value)


def named_by(key: str, value: Any) -> Iterator[str]:
    """The names one intrinsic function mentions itself."""
    if key == "Ref" and isinstance(value, str):
        yield value
    elif key == "Fn::GetAtt":
        yield value[0] if isinstance(value, list) else value.split(".")[0]
    elif key == "DependsOn":
        yield from [value] if isinstance(value, str) else value
    elif key == "Fn::Sub":
        yield from SUBSTITUTED.findall(value[0] if isinstance(value, list) else value)
