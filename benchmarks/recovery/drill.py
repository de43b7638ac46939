"""One drill, step by step: payments with late ones among them, an emptied store, its rebuild under way, and three judges."""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

from benchmarks.ingest.embedded import LAKE, make_stores, make_table
from benchmarks.ingest.outcomes import count_of, lost_and_duplicated, sequential
from benchmarks.ingest.shards import drain, ingestion
from benchmarks.ingest.traffic import Payment, records_of
from benchmarks.recovery.payments import DAYS, arriving
from functions.ingest.ingestion import Ingestion
from greenfraud.features.encoding import entity_id
from greenfraud.features.manifest import load_manifest
from greenfraud.features.tiles import ViewState
from greenfraud.items.tables import RECEIPTS, STATES
from local.context import connect
from training.job.bucket import Bucket
from training.online.comparison import Comparison, compare
from training.online.reconciliation import Reconciliation
from training.online.stored_states import scan_states

PAYMENTS, CUSTOMERS, TERMINALS = 15_000, 9_000, 1_500
LIVE_PAYMENTS, LIVE_BATCH, LIVE_PAUSE_SECONDS = 3_000, 10, 0.1
LANDED_SECONDS = 3.0  # of a batch, on this machine
MANIFEST = load_manifest()


@dataclass
class Drill:
    """What was made, and what was measured so far."""

    endpoint: str
    before: list[Payment]
    meanwhile: list[Payment]
    measures: dict[str, float] = field(default_factory=dict)
    delivered: int = 0  # of the payments meanwhile

    @classmethod
    def of(cls, endpoint: str, scale: float) -> Drill:
        """Ten thousand entities at scale 1."""
        customers, terminals = (max(10, round(count * scale)) for count in (CUSTOMERS, TERMINALS))
        before = arriving(round(PAYMENTS * scale), customers, terminals, run="before", first_day=0, days=DAYS, seed=1)
        live = round(LIVE_PAYMENTS * scale)
        meanwhile = arriving(live, customers // 10, terminals // 10, run="live", first_day=DAYS, days=0.1, seed=2)
        return cls(endpoint, before, meanwhile)

    def __post_init__(self) -> None:
        """Make tables, bucket and queue."""
        self._dynamodb = connect("dynamodb", endpoint=self.endpoint)
        self._queue_url = make_stores(self.endpoint)
        make_table(self._dynamodb, "receipts", RECEIPTS)
        self._make_states()

    def pay(self) -> None:
        """The history, as the stream delivers it."""
        drain(self._ingestion(), records_of(self.before))

    def rebuild(self) -> None:
        """Lose every state, and bring all of them back while payments go on."""
        for view in MANIFEST.views.values():
            self._dynamodb.delete_table(TableName=view.table)
        self._make_states()
        done = threading.Event()
        payer = threading.Thread(target=self._pay_until, args=(done,))
        payer.start()
        try:
            began = time.monotonic()
            self._reconciliation().run()
            self.measures["rebuild_seconds"] = round(time.monotonic() - began, 3)
            found = compare(self._reconciliation())
        finally:
            done.set()
            payer.join()
        self.measures |= {"live_events_meanwhile": self.delivered, "differing_under_way": found.differing, "moving": found.moving}

    def settle(self) -> None:
        """Nobody pays any more: what was moving is brought up to the lake, and everything is compared."""
        time.sleep(LANDED_SECONDS)
        self._reconciliation().run()
        found: Comparison = compare(self._reconciliation())
        self.measures |= {"entities": found.entities, "differing": found.differing + found.moving}

    def judge(self) -> None:
        """Every state against the payments, added one after the other: no lake and no builder in between."""
        made = self.before + self.meanwhile[: self.delivered]
        newest = accumulate((one.occurred_us for one in made), max)
        late = sum(one.occurred_us < newest_us for one, newest_us in zip(made, newest, strict=True))
        as_of_us, differing, expected, found = max(one.occurred_us for one in made), 0, Counter[str](), Counter[str]()
        for view in MANIFEST.views.values():
            stored = {one.entity_id: one.state for one in scan_states(self._dynamodb, view, view.table)}
            for identity, state in sequential(view, made).items():
                # What no window reads any more, a rebuild does not bring back.
                known = (stored.get(entity_id(view.join_key, identity)) or ViewState.empty(view)).expire(as_of_us)
                differing += known != state.expire(as_of_us)
                expected[f"{view.name} {identity}"] = count_of(state.expire(as_of_us))
                found[f"{view.name} {identity}"] = count_of(known)
        lost, duplicated = lost_and_duplicated(expected, found)
        self.measures |= {"events": len(made), "late_events": late, "differing_from_replay": differing}
        self.measures |= {"lost": lost, "duplicated": duplicated}

    def _pay_until(self, done: threading.Event) -> None:
        ours = self._ingestion()
        while not done.wait(LIVE_PAUSE_SECONDS) and self.delivered < len(self.meanwhile):
            batch = self.meanwhile[self.delivered : self.delivered + LIVE_BATCH]
            drain(ours, records_of(batch))
            self.delivered += len(batch)

    def _ingestion(self) -> Ingestion:
        dynamodb, s3, sqs = (connect(name, endpoint=self.endpoint) for name in ("dynamodb", "s3", "sqs"))
        return ingestion(dynamodb, s3, sqs, self._queue_url, "receipts")

    def _reconciliation(self) -> Reconciliation:
        tables = {name: view.table for name, view in MANIFEST.views.items()}
        caution: dict[str, Any] = {"closed_hours": 1, "landed_seconds": LANDED_SECONDS}
        return Reconciliation(client=self._dynamodb, lake=Bucket(LAKE), manifest=MANIFEST, tables=tables, **caution)

    def _make_states(self) -> None:
        for view in MANIFEST.views.values():
            make_table(self._dynamodb, view.table, STATES)
