"""Feast's online store for entity states: reads like Feast's own DynamoDB store, writes only what is newer.

Tables belong to CloudFormation: applying a repository only looks whether they exist, tearing down removes nothing.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Literal

from feast import FeatureView, RepoConfig
from feast.infra.online_stores.dynamodb import (
    DynamoDBOnlineStore,
    DynamoDBOnlineStoreConfig,
    _get_table_name,
    _latest_data_to_write,
    _to_client_write_item,
)
from feast.protos.feast.types.EntityKey_pb2 import EntityKey
from feast.protos.feast.types.Value_pb2 import Value

from greenfraud.features.manifest import load_manifest
from training.state_writes import write_newer

Row = tuple[EntityKey, dict[str, Value], datetime, datetime | None]
Progress = Callable[[int], Any] | None


class TileOnlineStoreConfig(DynamoDBOnlineStoreConfig):  # type: ignore[misc]  # Feast is untyped
    """Feast finds this class by its name beside the store's."""

    type: Literal["training.tile_online_store.TileOnlineStore"] = "training.tile_online_store.TileOnlineStore"


class TileOnlineStore(DynamoDBOnlineStore):  # type: ignore[misc]  # Feast is untyped
    """Never overwrites an item whose newest event is as new or newer, whoever wrote it."""

    def update(self, config: RepoConfig, *, tables_to_keep: Sequence[FeatureView], **_: Any) -> None:
        """Look whether every table exists; create, tag and delete nothing. Raises ClientError for a missing table."""
        for table in tables_to_keep:
            self._client(config).describe_table(TableName=_get_table_name(config.online_store, config, table))

    def teardown(self, *_: Any, **__: Any) -> None:
        """Keep every table: CloudFormation owns them."""

    def online_write_batch(self, config: RepoConfig, table: FeatureView, data: list[Row], progress: Progress) -> None:
        """Write the newest row of each entity unless the item knows as much already."""
        items = [
            _to_client_write_item(config, entity_key, features, event_at)
            for entity_key, features, event_at, _ in _latest_data_to_write(data)
        ]
        table_name = _get_table_name(config.online_store, config, table)
        expires_at = load_manifest().views[table.name].expires_at(time.time())
        write_newer(self._client(config), table_name, items, expires_at=expires_at)
        if progress:
            progress(len(data))

    async def online_write_batch_async(self, config: RepoConfig, table: FeatureView, data: list[Row], progress: Progress) -> None:
        """Do the same in a thread: Feast's own asynchronous path would overwrite unconditionally."""
        await asyncio.to_thread(self.online_write_batch, config, table, data, progress)

    def update_online_store(self, *_: Any, **__: Any) -> None:
        """Refuse: an expression on one value would leave the state's tiles inconsistent."""
        raise NotImplementedError("entity states are written whole: use write_to_online_store")

    async def update_online_store_async(self, *_: Any, **__: Any) -> None:
        """Refuse, as the synchronous path does."""
        self.update_online_store()

    def _client(self, config: RepoConfig) -> Any:
        store = config.online_store
        return self._get_dynamodb_client(store.region, store.endpoint_url, store.session_based_auth)
