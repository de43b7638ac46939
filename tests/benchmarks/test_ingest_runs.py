"""The ingestion benchmark measures what it says, on a small scale."""

from __future__ import annotations

import pytest

from benchmarks.ingest.embedded import embedded
from benchmarks.ingest.runs import Bench, bad_weather, single_events
from benchmarks.ingest.traffic import payments, records_of, with_duplicates
from benchmarks.ingest.wire import WriterCrashError
from benchmarks.peers.stock_push import StockPush

pytestmark = pytest.mark.xdist_group("bench-ingest")


@pytest.fixture(scope="module")
def bench():
    """Both sides over one embedded AWS."""
    with embedded() as endpoint:
        yield Bench(endpoint, 0.02)


def test_an_event_alone_costs_one_read_and_one_write(bench):
    """Counted where botocore sends them."""
    assert single_events(bench)["requests_per_event_alone"] == 2


def test_eight_writers_in_bad_weather_end_in_the_sequential_state(bench):
    """With every kind of fault that was asked for."""
    found = bad_weather(bench)
    assert (found["lost"], found["duplicated"], found["writers_equal"]) == (0, 0, 1)
    assert found["duplicates_injected"] == 3


def test_duplicates_come_after_what_they_repeat():
    """A stream never shows the copy first."""
    records = records_of(payments(50, 3, 3, run="x"))
    delivered = with_duplicates(records, 0.2)
    assert len(delivered) == 60
    assert [one for number, one in enumerate(delivered) if one not in delivered[:number]] == records


def test_the_peer_counts_and_sums_one_writers_events_right():
    """So that what it loses with eight of them is the fault of the road, not of the peer."""
    rows = {}

    class Rows:
        def get_item(self, *, TableName, Key, **_):
            item = rows.get((TableName, Key["entity_id"]["S"]))
            return {"Item": item} if item else {}

        def put_item(self, *, TableName, Item):
            rows[TableName, Item["entity_id"]["S"]] = Item

    peer = StockPush(Rows(), "customers", "terminals")
    for amount_minor in (5, 7):
        peer.push("C1", "M1", amount_minor)
    assert peer.row("customers", "C1") == peer.row("terminals", "M1") == (2, 12)


def test_nothing_of_ours_can_catch_an_injected_crash():
    """A process that is gone handles no exception."""
    assert not issubclass(WriterCrashError, Exception)
