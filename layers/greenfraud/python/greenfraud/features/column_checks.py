"""What is asked of extra columns before anything is compiled: one meaning each, and one name."""

from __future__ import annotations

from collections.abc import Sequence

from greenfraud.errors import ContractError
from greenfraud.extras import check_names
from greenfraud.features.declaration import FeatureDeclaration, ViewDeclaration
from greenfraud.features.manifest import RECORD_KEYS

# "control_missing" is a fault, "customer_missing" is none: the answer's `degraded` tells kinds of entities by their names.
TAKEN_KINDS = frozenset({"customer", "terminal", "transaction", "control"})


def check_columns(views: Sequence[ViewDeclaration], features: Sequence[FeatureDeclaration]) -> None:
    """Raise ContractError for a column that is called as another or as the platform's own, or read in two ways at odds."""
    entities = {view.join_key: view.is_personal for view in views if view.join_key not in RECORD_KEYS}
    check_names([*entities, *(feature.column for feature in features if feature.column)])
    for column in entities:
        if column.removesuffix("_id") in TAKEN_KINDS:
            raise ContractError(f"an entity cannot be called {column}: map it to another name")
    kinds = [view.join_key.removesuffix("_id") for view in views]
    _refuse_twice([feature.name for feature in features], "two features are called")
    _refuse_twice(kinds if entities else [], "two entities are called")
    _refuse_twice([feature.reason_code for feature in features] if entities else [], "two features have the reason code")
    for column in dict.fromkeys(feature.column for feature in features if feature.column):
        _check(column, [feature for feature in features if feature.column == column], entities.get(column))


def _refuse_twice(names: Sequence[str], what: str) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ContractError(f"{what} {', '.join(twice)}: map the column to another name")


def _check(column: str, features: Sequence[FeatureDeclaration], is_personal_entity: bool | None) -> None:
    is_text = is_personal_entity is not None or any(feature.aggregation != "number" for feature in features)
    if is_text and any(feature.aggregation == "number" for feature in features):
        raise ContractError(f"the extra columns {column} are read as number and as category")
    said = {feature.is_personal for feature in features if feature.aggregation == "first_time"} | {is_personal_entity}
    if {True, False} <= said:
        raise ContractError(f"the extra column {column} is declared as personal and as not: its values cannot be both")
    if True in said and any(feature.aggregation == "category" for feature in features):
        raise ContractError(f"the extra column {column} is personal: its values become tokens, and none of a category's values")
