"""Client CPU per call, lean and boto3 in turn, over loopback; and what decoding the states adds."""

from __future__ import annotations

import time
from base64 import b64encode
from collections.abc import Callable
from statistics import median
from typing import Any

import orjson

from benchmarks.options import parser
from benchmarks.peers import boto3_dynamodb
from benchmarks.reader.canned_store import canned_store
from benchmarks.report import publish
from functions.score.decoding import decode_state
from functions.score.dynamodb.connections import Connections
from functions.score.dynamodb.lean import LeanDynamoDB
from functions.score.dynamodb.signing import Credentials
from greenfraud.control import ControlDocument
from greenfraud.features.encoding import entity_id
from greenfraud.features.manifest import load_manifest
from greenfraud.features.tiles import ViewState
from greenfraud.instants import HOUR_US
from greenfraud.items import control as control_items
from greenfraud.items import state as state_items

REGION = "eu-north-1"
ROUNDS, CALLS = 9, 100
EVENTS = 300  # of a busy customer, and at a terminal, over the time that states remember
FIRST_US = 1_522_540_800_000_000  # 2018-04-01
EVERY_HOURS = {"customer_activity": 7, "terminal_activity": 2}
PUT = {
    "TableName": "decisions",
    "Item": {f"attribute_{number}": {"S": "a text of a decision's usual length"} for number in range(18)},
    "ConditionExpression": "attribute_not_exists(transaction_id)",
    "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
}

Measures = dict[str, float]


def main() -> None:
    """Print and store the figures."""
    arguments = parser("The lean DynamoDB client against boto3.").parse_args()
    rounds = max(3, round(ROUNDS * arguments.scale))
    states = [busy_state(name) for name in EVERY_HOURS]
    request, answer = read_of(states)
    with canned_store({"BatchGetItem": orjson.dumps(answer), "PutItem": b"{}"}) as url:
        lean = LeanDynamoDB(Connections(url), lambda: Credentials("us", "us", "a session token" * 50), REGION)
        peer = boto3_dynamodb.connect(url, REGION)
        measures = compare("read", rounds, lambda client: client.batch_get_item(RequestItems=request), lean, peer)
        measures |= compare("put", rounds, lambda client: client.put_item(**PUT), lean, peer)
    values = [(state.view, state.encode()) for state in states]
    decode = median(cpu_ms(lambda: [decode_state(*one) for one in values]) for _ in range(rounds))
    numbers = sum(len(array) for state in states for array in state.lists().values())
    publish("reader", measures | {"decode_cpu_ms": decode, "decoded_numbers": numbers}, {"boto3": boto3_dynamodb.BUILT})


def compare(name: str, rounds: int, call: Callable[[Any], object], lean: Any, peer: Any) -> Measures:
    """Median CPU of a call by either client, in milliseconds, measured in turns so that both meet the same machine."""
    pairs = [(cpu_ms(lambda: call(lean)), cpu_ms(lambda: call(peer))) for _ in range(rounds + 1)][1:]  # the first one warms up
    ours, theirs = (median(column) for column in zip(*pairs, strict=True))
    return {f"{name}_cpu_ms": ours, f"{name}_boto3_cpu_ms": theirs, f"{name}_cpu_ratio": theirs / ours}


def cpu_ms(call: Callable[[], object]) -> float:
    """CPU time of this process per call, system calls included."""
    started = time.process_time()
    for _ in range(CALLS):
        call()
    return (time.process_time() - started) / CALLS * 1000


def busy_state(view_name: str) -> ViewState:
    """The state of an entity that is seen every few hours, and reported now and then."""
    state = ViewState.empty(load_manifest().views[view_name])
    for number in range(EVENTS):
        at_us = FIRST_US + number * EVERY_HOURS[view_name] * HOUR_US
        state = state.add_transaction(at_us, 100 + 977 * number % 20_000, other=f"X{number * 7 % 40}")
        state = state.add_report(at_us) if number % 20 == 0 else state
    return state.expire(at_us)


def read_of(states: list[ViewState]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The one read of a score, and DynamoDB's answer to it."""
    request: dict[str, Any] = {"control": {"Keys": [control_items.key(control_items.copy_id(0))], "ConsistentRead": True}}
    found: dict[str, Any] = {"control": [control_items.encode(ControlDocument(), 0)]}
    for state in states:
        identity = entity_id("customer_id", "C1")
        item = state_items.encode(identity, state, version=300, now_seconds=time.time())
        cells = {name: {"B": b64encode(cell["B"]).decode()} for name, cell in item[state_items.VALUES]["M"].items()}
        item[state_items.VALUES] = {"M": cells}  # as JSON carries bytes
        request[state.view.table] = {"Keys": [state_items.key(identity)], "ConsistentRead": False}
        found[state.view.table] = [item]
    return request, {"Responses": found, "UnprocessedKeys": {}}


if __name__ == "__main__":
    main()
