"""The DynamoDB tables: online features, control, ledger, lineage, leases, decisions and receipts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from aws_cdk import RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from constructs import Construct

from cdk.components.keys import of_table
from cdk.components.source import ROOT

STRING = dynamodb.AttributeType.STRING
NUMBER = dynamodb.AttributeType.NUMBER
EXPIRY = "expires_at"  # epoch seconds
MANIFEST = ROOT / "layers/greenfraud/python/greenfraud/features/manifest.json"
# Feast finds its tables by `{project}.{feature view}`: these names are part of its layout.
CUSTOMERS, TERMINALS = "greenfraud.customer_activity", "greenfraud.terminal_activity"


def declared_views() -> dict[str, Any]:
    """The views that the features are computed from, as they were compiled."""
    views: dict[str, Any] = json.loads(MANIFEST.read_text(encoding="utf-8"))["views"]
    return views


class Tables(Construct):
    """Pay-per-request tables with point-in-time recovery that survive their stack, unless it asks otherwise."""

    def __init__(self, scope: Construct, id_: str, *, key: kms.IKey | None = None, views: Mapping[str, Any] | None = None) -> None:
        super().__init__(scope, id_)
        self.key = key
        self.customer = _table(self, "Customer", "entity_id", name=CUSTOMERS, expires=True)
        self.terminal = _table(self, "Terminal", "entity_id", name=TERMINALS, expires=True)
        declared = declared_views() if views is None else views
        others = {name: view["table"] for name, view in declared.items() if view["table"] not in (CUSTOMERS, TERMINALS)}
        # Of every entity that feature_repo declares beside the two: nothing else here knows how many there are.
        self.states = [
            self.customer,
            self.terminal,
            *(_table(self, _logical(name), "entity_id", name=table, expires=True) for name, table in others.items()),
        ]
        self.control = _table(self, "Control", "control_id")
        self.ledger = _table(self, "Ledger", "ledger", sort=("revision", NUMBER))
        self.lineage = _table(self, "Lineage", "family", sort=("chunk", STRING))
        self.leases = _table(self, "Leases", "lease")
        self.receipts = _table(self, "Receipts", "event_id", expires=True)
        self.decisions = _table(
            self,
            "Decisions",
            "transaction_id",
            sort=("record", STRING),
            expires=True,
            stream=dynamodb.StreamViewType.NEW_IMAGE,
        )
        self.decisions.add_global_secondary_index(
            index_name="by_day",
            partition_key=dynamodb.Attribute(name="day", type=STRING),
            sort_key=dynamodb.Attribute(name="rank", type=NUMBER),
        )


def _logical(view: str) -> str:
    return "".join(part.capitalize() for part in view.split("_"))


def _table(  # noqa: PLR0913
    scope: Tables,
    id_: str,
    partition: str,
    *,
    sort: tuple[str, dynamodb.AttributeType] | None = None,
    name: str | None = None,
    expires: bool = False,
    stream: dynamodb.StreamViewType | None = None,
) -> dynamodb.Table:
    return dynamodb.Table(
        scope,
        id_,
        table_name=name,
        partition_key=dynamodb.Attribute(name=partition, type=STRING),
        sort_key=dynamodb.Attribute(name=sort[0], type=sort[1]) if sort else None,
        billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
        **of_table(scope.key),
        point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(point_in_time_recovery_enabled=True),
        time_to_live_attribute=EXPIRY if expires else None,
        stream=stream,
        removal_policy=RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,  # a first deployment that fails leaves no name taken
    )
