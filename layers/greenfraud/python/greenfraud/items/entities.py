"""Which entities a payment's extra columns name: what is told of it later repeats them, for ingestion never asks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from greenfraud.features.manifest import load_manifest
from greenfraud.items import decision
from greenfraud.items.attributes import Attributes, Item, text_cells

ATTRIBUTE = "entities"  # of reports and releases, where there are any
NOBODY: Mapping[str, str] = MappingProxyType({})
Entities = Mapping[str, str]  # the value of each column


def named_in(extras: Mapping[str, Any]) -> dict[str, str]:
    """Return those of a payment's extra columns that name entities with a state."""
    return {column: extras[column] for column in load_manifest().entity_columns if isinstance(extras.get(column), str)}


def of_decision(item: Item) -> dict[str, str]:
    """Return what a stored decision's extra columns name. Raises DamagedItem."""
    read = Attributes(item, decision.KIND)
    return named_in(read.object(decision.EXTRAS)) if read.has(decision.EXTRAS) else {}


def cells(entities: Entities) -> dict[str, Any]:
    """Return the attribute by which a record beside the decision repeats them; where there are none it has none."""
    return text_cells({ATTRIBUTE: json.dumps(dict(entities))} if entities else {})


def told_by(read: Attributes) -> dict[str, str]:
    """Return what a record beside the decision repeats. Raises DamagedItem."""
    return read.object(ATTRIBUTE) if read.has(ATTRIBUTE) else {}
