"""Feast's online store for entity states: reads like Feast's own DynamoDB store, never takes back what an item knows.

Tables belong to CloudFormation: applying a repository only looks whether they exist, tearing down removes nothing.
"""

from __future__ import annotations

import asyncio
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
from greenfraud.features.tiles import ViewState
from training.online.state_writes import Outcome, StateWriter
from training.online.stored_states import Stored, stored_of
from training.online.tile_correction import LakeBehindError, Span, corrected

Row = tuple[EntityKey, dict[str, Value], datetime, datetime | None]
Progress = Callable[[int], Any] | None


def all_or_nothing(_: str, stored: Stored | None, row: ViewState) -> ViewState | Outcome:
    """Return the row, with what it says of an item that knows nothing else; its origin is unknown, so it proves nothing."""
    if stored is None or stored.state is None:
        return row
    try:
        return corrected(stored.state, row, Span(row.newest_us or 0))
    except LakeBehindError:
        return Outcome.BEHIND


class TileOnlineStoreConfig(DynamoDBOnlineStoreConfig):  # type: ignore[misc]  # Feast is untyped
    """Feast finds this class by its name beside the store's."""

    type: Literal["training.online.tile_online_store.TileOnlineStore"] = "training.online.tile_online_store.TileOnlineStore"


class TileOnlineStore(DynamoDBOnlineStore):  # type: ignore[misc]  # Feast is untyped
    """Never overwrites an item that knows an event which the row does not, whoever wrote it."""

    def update(self, config: RepoConfig, *, tables_to_keep: Sequence[FeatureView], **_: Any) -> None:
        """Look whether every table exists; create, tag and delete nothing. Raises ClientError for a missing table."""
        for table in tables_to_keep:
            self._client(config).describe_table(TableName=_get_table_name(config.online_store, config, table))

    def teardown(self, *_: Any, **__: Any) -> None:
        """Keep every table: CloudFormation owns them."""

    def online_write_batch(self, config: RepoConfig, table: FeatureView, data: list[Row], progress: Progress) -> None:
        """Write the newest row of each entity where it knows all that the item knows, and more."""
        view = load_manifest().views[table.name]
        items = (
            _to_client_write_item(config, entity_key, features, event_at)
            for entity_key, features, event_at, _ in _latest_data_to_write(data)
        )
        rows = {row.entity_id: row.state for row in (stored_of(view, item) for item in items) if row.state is not None}
        table_name = _get_table_name(config.online_store, config, table)
        StateWriter(self._client(config), view, table_name, all_or_nothing).write(rows)
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
