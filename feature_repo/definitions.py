"""The Feast objects: entities, a state view of each kind, the on-demand view of all declared features, and the services.

`fraud_serving` reads the state that ingest keeps and computes the features as the score does; `fraud_training` reads
the feature chunks of the lake, one row per transaction.
"""

from __future__ import annotations

import json
import os

from feast import Entity, FeatureService, FeatureView, Field, FileSource, RequestSource, ValueType
from feast.on_demand_feature_view import on_demand_feature_view
from feast.types import Array, Float64, Int64, String

from feature_repo.declarations import FEATURES, VIEWS
from feature_repo.groups import GROUPS
from greenfraud.features.compilation import compile_manifest
from greenfraud.features.declaration import NEWEST_REPORT_TAGS, NEWEST_TAGS, FeatureDeclaration, ViewDeclaration
from greenfraud.naming import features_root

PROJECT = "greenfraud"
# The lake bucket, or a folder with a copy of it; only historical retrieval reads there.
LAKE = os.environ.get("LAKE_URI", "s3://greenfraud-lake")
VERSION = compile_manifest(PROJECT, VIEWS, FEATURES)["version"]
JOIN_KEYS = [view.join_key for view in VIEWS]
# An entity's column comes with the keys of the states.
EXTRA_COLUMNS = {feature.column: feature.aggregation for feature in FEATURES if feature.column and feature.column not in JOIN_KEYS}

transaction = Entity(name="transaction", join_keys=["transaction_id"], value_type=ValueType.STRING)


def state_view(view: ViewDeclaration, entity: Entity) -> FeatureView:
    """Return the view of one kind of entity's tiles, as the online store holds them."""
    key = Field(name=view.join_key, dtype=String)
    tiles = [Field(name=series.name, dtype=Array(Int64), tags=series.tags()) for series in view.series]
    newest = [Field(name=view.last, dtype=Int64, tags=NEWEST_TAGS)]
    if view.last_report:
        newest.append(Field(name=view.last_report, dtype=Int64, tags=NEWEST_REPORT_TAGS))
    source = FileSource(
        name=f"{view.name}_states",
        path=f"{LAKE}/states/{VERSION}/{view.name}/",
        timestamp_field="event_timestamp",
    )
    return FeatureView(name=view.name, entities=[entity], schema=[key, *tiles, *newest], source=source, tags=view.tags())


def described_field(feature: FeatureDeclaration) -> Field:
    """Return the Feast field of a declared feature; its tags are the declaration, its description the reason."""
    return Field(name=feature.name, dtype=Float64, description=feature.reason, tags=feature.tags())


ENTITIES = [Entity(name=key.removesuffix("_id"), join_keys=[key], value_type=ValueType.STRING) for key in JOIN_KEYS]
STATE_VIEWS = [state_view(view, entity) for view, entity in zip(VIEWS, ENTITIES, strict=True)]
# Feast's own commands find what has a name in this module.
globals().update({one.name: one for one in (*ENTITIES, *STATE_VIEWS)})
transaction_request = RequestSource(
    name="transaction_request",
    schema=[
        Field(name="occurred_us", dtype=Int64),
        Field(name="amount_minor", dtype=Int64),
        *(Field(name=column, dtype=Float64 if kind == "number" else String) for column, kind in EXTRA_COLUMNS.items()),
    ],
)


# Feast compares these fields with those of a trial run, which have neither tags nor description: the view
# transaction_features, of the same names, carries both.
@on_demand_feature_view(
    sources=[*STATE_VIEWS, transaction_request],
    schema=[Field(name=feature.name, dtype=Float64) for feature in FEATURES],
    mode="python",
)
def declared_features(inputs: dict) -> dict:  # type: ignore[type-arg]
    """Compute the declared features; Feast runs this text on its own, hence the import inside."""
    from greenfraud.features.rows import compute_rows

    return compute_rows(inputs)


transaction_features = FeatureView(
    name="transaction_features",
    entities=[transaction],
    schema=[Field(name="transaction_id", dtype=String), *(described_field(feature) for feature in FEATURES)],
    online=False,
    source=FileSource(name="feature_chunks", path=f"{LAKE}/{features_root(VERSION)}", timestamp_field="event_timestamp"),
)

fraud_serving = FeatureService(name="fraud_serving", features=[declared_features])
# Feast knows no groups of features: their words travel as the service's tags, by their code.
GROUP_TAGS = {group.code: json.dumps(group.to_json()) for group in GROUPS}
fraud_training = FeatureService(name="fraud_training", features=[transaction_features], tags=GROUP_TAGS)
