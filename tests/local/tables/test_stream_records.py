"""A stream's record as Lambda hands it to a function."""

from __future__ import annotations

import json

from local.tables.stream_batches import as_event

RECORD = {
    "eventName": "INSERT",
    "dynamodb": {
        "ApproximateCreationDateTime": 1793534400.0,
        "Keys": {"id": {"S": "T1"}},
        "NewImage": {
            "id": {"S": "T1"},
            "features": {"B": b"\x00\xff"},
            "values": {"M": {"tiles": {"B": b"A"}, "list": {"L": [{"B": b"B"}, {"N": "1"}]}}},
            "set": {"BS": [b"A", b"B"]},
        },
    },
}


def test_bytes_arrive_in_base64_wherever_they_stand():
    """A function reads JSON, which has no bytes."""
    event = json.loads(json.dumps(as_event(RECORD, "arn:stream", "eu-north-1")))
    assert event["dynamodb"]["NewImage"] == {
        "id": {"S": "T1"},
        "features": {"B": "AP8="},
        "values": {"M": {"tiles": {"B": "QQ=="}, "list": {"L": [{"B": "Qg=="}, {"N": "1"}]}}},
        "set": {"BS": ["QQ==", "Qg=="]},
    }


def test_a_record_names_its_stream_and_region():
    """As AWS adds them for the function."""
    event = as_event(RECORD, "arn:stream", "eu-north-1")
    assert (event["eventSourceARN"], event["awsRegion"]) == ("arn:stream", "eu-north-1")
