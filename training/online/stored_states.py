"""The online states as DynamoDB holds them: read one by one or all of them, with what a conditional write needs."""

from __future__ import annotations

import itertools
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from greenfraud.errors import ContractError
from greenfraud.features.manifest import KEPT_SECONDS
from greenfraud.features.tiles import ViewState

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from greenfraud.features.manifest import View

    Item = Mapping[str, Any]

SEGMENTS = 4  # of a table's scan, read side by side
FIRST_PAUSE_SECONDS = 0.05


@dataclass(frozen=True)
class Stored:
    """One item: its state, None where it has expired or cannot be read, and by what a change of it is noticed."""

    item: Item
    state: ViewState | None

    @property
    def entity_id(self) -> str:
        """The entity's key in Feast's layout."""
        return str(self.item["entity_id"]["S"])

    @property
    def mark(self) -> tuple[str, str]:
        """The version, or the newest event's time for items that Feast's own SDK wrote, which carry no version."""
        name = "version" if "version" in self.item else "event_ts"
        ((_, text),) = self.item[name].items()
        return name, text

    @property
    def written_at(self) -> float:
        """When it was last written, in epoch seconds: every writer lets it live for the same time from then on."""
        return float(self.item.get("expires_at", {"N": "0"})["N"]) - KEPT_SECONDS


def stored_of(view: View, item: Item) -> Stored:
    """Return an item with its state, decoded."""
    if float(item.get("expires_at", {"N": "inf"})["N"]) <= time.time():
        return Stored(item, None)
    try:
        return Stored(item, ViewState.decode(view, {name: cell["B"] for name, cell in item["values"]["M"].items()}))
    except (ContractError, KeyError, TypeError, IndexError):
        return Stored(item, None)


def read_states(client: Any, view: View, table: str, entity_ids: Sequence[str]) -> dict[str, Stored]:
    """Read at most 100 items as of now; missing ones are left out."""
    request = {table: {"Keys": [{"entity_id": {"S": entity_id}} for entity_id in entity_ids], "ConsistentRead": True}}
    found: dict[str, Stored] = {}
    for attempt in itertools.count():
        response = client.batch_get_item(RequestItems=request)
        found |= {item["entity_id"]["S"]: stored_of(view, item) for item in response["Responses"].get(table, ())}
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
