"""A scoring service over in-process tables, and what the tests put into them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import boto3
from fastapi.testclient import TestClient

from functions.score.app import create_app
from functions.score.bundles import ModelSlots, S3Bundles
from functions.score.control import Control
from functions.score.cost import Footprint
from functions.score.decisions import DecisionStore
from functions.score.desk import Desk
from functions.score.health import Health
from functions.score.labels import LabelStore
from functions.score.policies import PolicySlot
from functions.score.releases import ReleaseStore
from functions.score.reviews import ReviewIndex
from functions.score.scoring import Scorer
from functions.score.service import Service
from functions.score.shadow import ShadowSlot
from functions.score.state import DynamoStateReader, Tables
from functions.score.tokens import IdTokens
from greenfraud.control import ControlDocument
from greenfraud.features.encoding import entity_id
from greenfraud.features.manifest import load_manifest
from greenfraud.features.tiles import ViewState
from greenfraud.identity import OFF
from greenfraud.items import control as control_items
from greenfraud.items import state as state_items

MANIFEST = load_manifest()
TRANSACTION = {
    "transaction_id": "T1",
    "occurred_at": "2018-05-20T12:00:00Z",
    "customer_id": "C1",
    "terminal_id": "M1",
    "amount_minor": 1250,
}


class Proxy:
    """A client through which a test can break single calls; the rest go to the real one."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.faults: dict[str, Callable[..., Any]] = {}
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        """The operation, recorded, with its fault when there is one."""

        def call(**arguments: Any) -> Any:
            self.calls.append((operation, arguments))
            real = getattr(self._client, operation)
            fault = self.faults.get(operation)
            return fault(real, **arguments) if fault else real(**arguments)

        return call


@dataclass
class World:
    """The service, its HTTP client, and the clients it talks through."""

    dynamodb: Proxy = field(default_factory=lambda: Proxy(boto3.client("dynamodb")))
    s3: Proxy = field(default_factory=lambda: Proxy(boto3.client("s3")))
    now: float = 0.0
    asks_for_seconds: float = 0.02  # what was left unprocessed; what stays so is not worth a longer wait here
    tokens: IdTokens = field(default_factory=lambda: IdTokens(lambda: None, OFF))

    def __post_init__(self) -> None:
        """Wire the service as `connect` does."""
        reader = DynamoStateReader(
            lambda: self.dynamodb,
            Tables("control", {name: view.table for name, view in MANIFEST.views.items()}),
            MANIFEST,
            deadline_seconds=self.asks_for_seconds,
        )
        decisions = DecisionStore(lambda: self.dynamodb, "decisions")
        scorer = Scorer(
            manifest=MANIFEST,
            reader=reader,
            control=Control(reader.read_copies, clock=lambda: self.now),
            slots=ModelSlots(S3Bundles(lambda: self.s3, "artifacts"), MANIFEST, clock=lambda: self.now),
            shadow=ShadowSlot(
                S3Bundles(lambda: self.s3, "artifacts"),
                MANIFEST,
                start=lambda work: work(),
                clock=lambda: self.now,
                timer=lambda: self.now,  # on a busy machine every one would seem slow
            ),
            policy=PolicySlot(S3Bundles(lambda: self.s3, "artifacts"), MANIFEST, review_above=220.0, clock=lambda: self.now),
            store=decisions,
            footprint=Footprint(1769, 8.0, 1.135),
        )
        health = Health(scorer.read_entities, MANIFEST.views, clock=lambda: self.now)
        releases = ReleaseStore(lambda: self.dynamodb, "decisions")
        labels = LabelStore(lambda: self.dynamodb, "decisions", releases)
        desk, index = Desk(lambda: self.dynamodb, "decisions"), ReviewIndex(lambda: self.dynamodb, "decisions")
        self.service = Service(MANIFEST, scorer, decisions, labels, releases, health, self.tokens, desk, index)
        self.http = TestClient(create_app(self.service))

    def score(self, **changes: Any) -> dict[str, Any]:
        """The answer to the usual transaction with some changes."""
        response = self.http.post("/v1/score", json=TRANSACTION | changes)
        assert response.status_code == 200, response.text
        body: dict[str, Any] = response.json()
        return body

    def put_state(self, view_name: str, identity: str, state: ViewState, **extra: Any) -> None:
        """Store a state in Feast's layout."""
        view = MANIFEST.views[view_name]
        item = state_items.encode(entity_id(view.join_key, identity), state, version=1, now_seconds=time.time())
        self.dynamodb.put_item(TableName=view.table, Item=item | extra)

    def put_control(self, document: ControlDocument) -> None:
        """Store every copy of the control document."""
        for index in range(control_items.COPIES):
            self.dynamodb.put_item(TableName="control", Item=control_items.encode(document, index))


def customer_state(*events: tuple[int, int], terminal: str | None = "M1") -> ViewState:
    """The state of a customer after (occurred_us, amount_minor) events, all at one terminal, if at any."""
    state = ViewState.empty(MANIFEST.views["customer_activity"])
    for occurred_us, amount_minor in events:
        state = state.add_transaction(occurred_us, amount_minor, other=terminal)
    return state
