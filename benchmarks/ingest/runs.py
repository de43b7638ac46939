"""The four runs: a full stream, single events, a hot terminal, and eight writers on three customers in bad weather."""

from __future__ import annotations

import itertools
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from benchmarks.ingest.embedded import make_stores, make_table
from benchmarks.ingest.outcomes import count_of, lost_and_duplicated, sequential, stored
from benchmarks.ingest.shards import at_once, deliver, drain, follow, ingestion
from benchmarks.ingest.traffic import Payment, payments, records_of, with_duplicates
from benchmarks.ingest.wire import SeenAt, Wire
from benchmarks.peers.stock_push import StockPush
from functions.ingest.ingestion import Ingestion
from greenfraud.features.manifest import load_manifest
from greenfraud.items.tables import RECEIPTS, STATES
from local.context import connect

SHARDS = 2
WRITERS, CUSTOMERS = 8, 3
HOT_PER_SECOND = 200
DUPLICATED, THROTTLED, CRASHED = 0.1, 0.02, 0.01

Measures = dict[str, float]


@dataclass
class Bench:
    """An endpoint with tables for both sides."""

    endpoint: str
    scale: float
    views: Any = field(default_factory=lambda: load_manifest().views)

    def __post_init__(self) -> None:
        """Make every table once; runs use names of their own."""
        self.plain = connect("dynamodb", endpoint=self.endpoint)
        self._queue_url = make_stores(self.endpoint)
        for view in self.views.values():
            make_table(self.plain, view.table, STATES)
        make_table(self.plain, "receipts", RECEIPTS)
        self.peer_tables = [make_table(self.plain, name, STATES) for name in ("stock_customers", "stock_terminals")]

    def count(self, usual: int) -> int:
        """A size at this scale."""
        return max(WRITERS * 2, round(usual * self.scale))

    def ours(self, dynamodb: Any, s3: Any = None) -> Ingestion:
        """The ingestion over this client."""
        s3 = s3 or connect("s3", endpoint=self.endpoint)
        return ingestion(dynamodb, s3, connect("sqs", endpoint=self.endpoint), self._queue_url, "receipts")

    def peer(self, dynamodb: Any) -> StockPush:
        """The stock push over this client."""
        return StockPush(dynamodb, *self.peer_tables)


def full_stream(bench: Bench) -> Measures:
    """Events, requests and this process's CPU with a backlog in every shard; the peer gets a tenth of it."""
    made = payments(bench.count(4000), 5000, 10_000, run="full")
    wires = [Wire("dynamodb", bench.endpoint) for _ in range(SHARDS)]
    lakes = [Wire("s3", bench.endpoint) for _ in range(SHARDS)]
    shards = [bench.ours(wire.client, lake.client) for wire, lake in zip(wires, lakes, strict=True)]
    records, cpu_begun = records_of(made), time.process_time()
    seconds = at_once([partial(drain, shard, records[number::SHARDS]) for number, shard in enumerate(shards)])
    cpu_seconds = time.process_time() - cpu_begun
    few = made[: max(WRITERS, len(made) // 10)]
    peer_wires = [Wire("dynamodb", bench.endpoint) for _ in range(SHARDS)]
    pushes = [partial(push_all, bench.peer(wire.client), few[number::SHARDS]) for number, wire in enumerate(peer_wires)]
    cpu_begun = time.process_time()
    peer_seconds = at_once(pushes)
    peer_cpu_seconds = time.process_time() - cpu_begun
    mine, theirs = len(made) / seconds, len(few) / peer_seconds
    return {
        "events_per_second": mine,
        "peer_events_per_second": theirs,
        "events_per_second_ratio": mine / theirs,
        "cpu_ms_per_event": 1000 * cpu_seconds / len(made),
        "peer_cpu_ms_per_event": 1000 * peer_cpu_seconds / len(few),
        "requests_per_event": sum(wire.requests for wire in wires) / len(made),
        "peer_requests_per_event": sum(wire.requests for wire in peer_wires) / len(few),
        "lake_requests_per_event": sum(lake.requests for lake in lakes) / len(made),
    }


def single_events(bench: Bench) -> Measures:
    """Requests and lag when events come one by one: a batch has one record."""
    made, wire = payments(bench.count(200), 50, 20, run="single"), Wire("dynamodb", bench.endpoint)
    seen = SeenAt(wire.client)
    shard, begun = bench.ours(seen), {}
    for payment, record in zip(made, records_of(made), strict=True):
        begun[f"decision#{payment.name}"] = time.monotonic()
        deliver(shard, [record])
    lag_ms = [1000 * (seen.seconds[event_id] - at) for event_id, at in begun.items()]
    return {"requests_per_event_alone": wire.requests / len(made), "lag_p50_ms_alone": float(np.percentile(lag_ms, 50))}


def hot_terminal(bench: Bench) -> Measures:
    """200 events a second at one terminal, over two shards: the time from a decision until its effect can be read."""
    made = payments(bench.count(2000), 2000, 1, run="hot")
    records, clients = records_of(made), [SeenAt(connect("dynamodb", endpoint=bench.endpoint)) for _ in range(SHARDS)]
    shards = [bench.ours(client) for client in clients]
    rate, first_second = HOT_PER_SECOND / SHARDS, time.monotonic() + 0.1
    parts = [records[number::SHARDS] for number in range(SHARDS)]
    seconds = at_once([partial(follow, shard, part, rate, first_second) for shard, part in zip(shards, parts, strict=True)])
    lag_ms = []
    for client, part in zip(clients, parts, strict=True):
        for number, record in enumerate(part):
            event_id = f"decision#{record['dynamodb']['SequenceNumber']}"
            lag_ms.append(1000 * (client.seconds[event_id] - first_second - number / rate))
    return {
        "lag_p50_ms": float(np.percentile(lag_ms, 50)),
        "lag_p99_ms": float(np.percentile(lag_ms, 99)),
        "hot_terminal_events_per_second": len(made) / seconds,
    }


def bad_weather(bench: Bench) -> Measures:
    """Eight writers on three customers, with duplicates, throttles and crashes; the peer has the duplicates alone."""
    made = payments(bench.count(1600), CUSTOMERS, CUSTOMERS, run="weather")
    delivered = with_duplicates(records_of(made), DUPLICATED)
    wires = [Wire("dynamodb", bench.endpoint, throttled=THROTTLED, crashed=CRASHED, seed=number) for number in range(WRITERS)]
    shards = [bench.ours(wire.client) for wire in wires]
    at_once([partial(drain, shard, delivered[number::WRITERS], 25) for number, shard in enumerate(shards)])
    expected = {view.name: sequential(view, made) for view in bench.views.values()}
    found = {view.name: {one: stored(bench.plain, view, one) for one in expected[view.name]} for view in bench.views.values()}
    lost, duplicated = lost_and_duplicated(_counts(expected), _counts(found))
    faults = sum((wire.counts for wire in wires), Counter[str]())
    return {
        "lost": lost,
        "duplicated": duplicated,
        "writers_equal": float(found == expected),
        "writers": WRITERS,
        "duplicates_injected": len(delivered) - len(made),
        "throttles_injected": faults["throttled"],
        "crashes_injected": faults["crashed"],
    } | _peer_weather(bench, made, [record["dynamodb"]["SequenceNumber"] for record in delivered])


def _peer_weather(bench: Bench, made: list[Payment], delivered: list[str]) -> Measures:
    by_name = {payment.name: payment for payment in made}
    again = [by_name[name] for name in delivered]
    clients = [connect("dynamodb", endpoint=bench.endpoint) for _ in range(WRITERS)]
    at_once([partial(push_all, bench.peer(client), again[number::WRITERS]) for number, client in enumerate(clients)])
    peer, (customers, terminals) = bench.peer(bench.plain), bench.peer_tables
    expected = Counter(itertools.chain.from_iterable((one.customer, one.terminal) for one in made))
    tables = {one.customer: customers for one in made} | {one.terminal: terminals for one in made}
    found = {entity: peer.row(table, entity)[0] for entity, table in tables.items()}
    lost, duplicated = lost_and_duplicated(expected, found)
    return {"peer_lost": lost, "peer_duplicated": duplicated, "peer_writers_equal": float(found == expected)}


def push_all(peer: StockPush, made: list[Payment]) -> None:
    """Every payment, one by one."""
    for payment in made:
        peer.push(payment.customer, payment.terminal, payment.amount_minor)


def _counts(states: dict[str, dict[str, Any]]) -> dict[str, int]:
    return {f"{view} {entity}": count_of(state) for view, found in states.items() for entity, state in found.items()}


RUNS: tuple[Callable[[Bench], Measures], ...] = (full_stream, single_events, hot_terminal, bad_weather)
