"""Serving without AWS, for a first look: nobody is known, and decisions last as long as this process."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from typing import Any

from botocore.exceptions import ClientError

from functions.score.cost import Footprint
from functions.score.dynamodb.clients import secrets
from functions.score.service import Service, compose
from functions.score.settings import WithoutAws, known_currency, runtime_memory_mb
from functions.score.state import Entity, Snapshot
from functions.score.tokens import IdTokens
from greenfraud.control import ControlDocument
from greenfraud.errors import BundleLostError
from greenfraud.exchange import Exchange
from greenfraud.features.manifest import load_manifest
from greenfraud.identity import OFF
from greenfraud.items.control import Copy
from greenfraud.settings import read_settings

CAPACITY = 10_000  # records; beyond it the oldest is forgotten

Item = dict[str, Any]


class NoState:
    """StateReader where there are no tables: everybody is unreadable, so every answer says that it is degraded."""

    def read(self, entities: Collection[Entity] = ()) -> Snapshot:
        """No state, and nothing was ever promoted: the rules answer."""
        del entities
        return Snapshot(self.read_copies()[0])

    def read_copies(self) -> list[Copy]:
        """The document that names no model, as a deployment writes it."""
        return [Copy("memory", ControlDocument())]


class NoBundles:
    """BundleSource where there is no bucket."""

    def fetch(self, key: str) -> bytes:
        """Nothing can be fetched."""
        raise BundleLostError(f"there is no {key}: no bucket is configured")


class MemoryTable:
    """The decisions table in a dictionary: what its two stores ask of a DynamoDB client, and no more."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._items: dict[tuple[str, str], Item] = {}

    def put_item(self, **asked: Any) -> Item:
        """Store an item where there is none; every put of the stores has that condition."""
        item: Item = asked["Item"]
        key = _key(item)
        if key in self._items:
            refused = {"Error": {"Code": "ConditionalCheckFailedException"}, "Item": self._items[key]}
            raise ClientError(refused, "PutItem")
        if len(self._items) >= self._capacity:
            del self._items[next(iter(self._items))]
        self._items[key] = item
        return {}

    def transact_write_items(self, **asked: Any) -> Item:
        """Store all items where there are none, or the revision that was read, or none of them."""
        puts = [one["Put"] for one in asked["TransactItems"] if "Put" in one]
        taken = [{"Code": "None" if self._may_put(put) else "ConditionalCheckFailed"} for put in puts]
        if any(reason["Code"] != "None" for reason in taken):
            refused = {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": taken}
            raise ClientError(refused, "TransactWriteItems")
        for put in puts:
            self._items.pop(_key(put["Item"]), None)
            self.put_item(**put)
        for one in asked["TransactItems"]:
            if "Update" in one:
                self.update_item(**one["Update"])
        return {}

    def update_item(self, **asked: Any) -> Item:
        """Set one attribute, as a decision that leaves the review list does."""
        (name,), (value,) = asked["ExpressionAttributeNames"].values(), asked["ExpressionAttributeValues"].values()
        if (item := self._items.get(_key(asked["Key"]))) is not None:
            item[name] = value
        return {}

    def _may_put(self, put: Mapping[str, Any]) -> bool:
        """Whether there is no such item, or, where a revision is to be replaced, that one."""
        stored, wanted = self._items.get(_key(put["Item"])), put.get("ExpressionAttributeValues", {}).get(":revision")
        return stored is None if wanted is None else stored is not None and stored["revision"] == wanted

    def batch_get_item(self, **asked: Any) -> dict[str, dict[str, list[Item]]]:
        """Those of the items that there are."""
        keys = {table: map(_key, wanted["Keys"]) for table, wanted in asked["RequestItems"].items()}
        return {"Responses": {table: [self._items[key] for key in those if key in self._items] for table, those in keys.items()}}

    def get_item(self, **asked: Any) -> Item:
        """The item, if there is one."""
        item = self._items.get(_key(asked["Key"]))
        return {} if item is None else {"Item": item}

    def query(self, **asked: Any) -> dict[str, list[Item]]:
        """All records of one transaction, or through the index the day's doubts, riskiest first."""
        values = asked["ExpressionAttributeValues"]
        if "IndexName" not in asked:
            return {"Items": [item for item in self._items.values() if item["transaction_id"] == values[":id"]]}
        doubts = [
            item for item in self._items.values() if item.get("day") == values[":day"] and item["decision"] != values[":allow"]
        ]
        return {"Items": sorted(doubts, key=lambda item: -float(item["rank"]["N"]))}


def connect_nothing(environ: Mapping[str, str] = os.environ) -> Service:
    """The service over this process's memory."""
    table = MemoryTable()
    settings = read_settings(WithoutAws, environ)
    footprint = Footprint(runtime_memory_mb(environ), settings.grid_intensity_g_per_kwh, settings.pue)
    exchange = Exchange(known_currency(settings.currency))
    return compose(
        load_manifest(),
        reader=NoState(),
        bundles=NoBundles(),
        decisions=lambda: table,
        decisions_table="",
        footprint=footprint,
        review_above=settings.review_above,
        exchange=exchange,
        tokens=IdTokens(secrets, OFF),
    )


def _key(item: Item) -> tuple[str, str]:
    return item["transaction_id"]["S"], item["record"]["S"]
