"""The online states as DynamoDB holds them: some of them or all, damaged ones included."""

from __future__ import annotations

import itertools
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from greenfraud.errors import DamagedItem
from greenfraud.items import state

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from greenfraud.features.manifest import View
    from greenfraud.features.tiles import ViewState
    from greenfraud.items.attributes import Item

SEGMENTS = 4  # of a table's scan, read side by side
FIRST_PAUSE_SECONDS = 0.05


@dataclass(frozen=True)
class Stored:
    """One item: its state, None where it has expired or is damaged, and then what is wrong with it."""

    item: Item
    state: ViewState | None
    damage: DamagedItem | None = None

    @property
    def entity_id(self) -> str:
        """The entity's key in Feast's layout."""
        return state.identity_of(self.item)


def stored_of(view: View, item: Item) -> Stored:
    """Return an item with its state, decoded."""
    try:
        return Stored(item, state.decode(view, item, time.time()))
    except DamagedItem as damage:
        return Stored(item, None, damage)


def read_states(client: Any, view: View, table: str, entity_ids: Sequence[str]) -> dict[str, Stored]:
    """Read at most 100 items as of now; missing ones are left out."""
    request = {table: {"Keys": [state.key(entity_id) for entity_id in entity_ids], "ConsistentRead": True}}
    found: dict[str, Stored] = {}
    for attempt in itertools.count():
        response = client.batch_get_item(RequestItems=request)
        found |= {state.identity_of(item): stored_of(view, item) for item in response["Responses"].get(table, ())}
        request = response.get("UnprocessedKeys")
        if not request:
            break
        time.sleep(FIRST_PAUSE_SECONDS * 2 ** min(attempt, 6))
    return found


def scan_states(client: Any, view: View, table: str) -> Iterator[Stored]:
    """Yield every item of a table; segments are read side by side, a page of each at a time."""
    with ThreadPoolExecutor(SEGMENTS) as readers:
        starts: list[dict[str, Any]] = [{"Segment": segment, "TotalSegments": SEGMENTS} for segment in range(SEGMENTS)]
        while starts:
            pages = list(zip(starts, readers.map(lambda start: client.scan(TableName=table, **start), starts), strict=True))
            yield from (stored_of(view, item) for _, page in pages for item in page["Items"])
            starts = [
                {**start, "ExclusiveStartKey": page["LastEvaluatedKey"]} for start, page in pages if page.get("LastEvaluatedKey")
            ]
