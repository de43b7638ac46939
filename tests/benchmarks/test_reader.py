"""What the reader's benchmark measures is a real exchange."""

from __future__ import annotations

import orjson

from benchmarks.peers import boto3_dynamodb
from benchmarks.reader.__main__ import EVERY_HOURS, PUT, REGION, busy_state, read_of
from benchmarks.reader.canned_store import canned_store
from functions.score.decoding import decode_state
from functions.score.dynamodb.connections import Connections
from functions.score.dynamodb.lean import LeanDynamoDB
from functions.score.dynamodb.signing import Credentials


def test_both_clients_read_the_same_states_from_the_canned_store():
    """Decoded, those that were put into it; a put is answered too."""
    states = [busy_state(name) for name in EVERY_HOURS]
    request, answer = read_of(states)
    with canned_store({"BatchGetItem": orjson.dumps(answer), "PutItem": b"{}"}) as url:
        for client in (
            LeanDynamoDB(Connections(url, answer_seconds=300.0), lambda: Credentials("x", "x"), REGION),
            boto3_dynamodb.connect(url, REGION),
        ):
            found = client.batch_get_item(RequestItems=request)["Responses"]
            for state in states:
                cells = found[state.view.table][0]["values"]["M"]
                assert state == decode_state(state.view, {name: cell["B"] for name, cell in cells.items()})
            client.put_item(**PUT)
