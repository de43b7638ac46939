"""The scoring function under the setting the stack gives it: our own client, by environment variables alone."""

from __future__ import annotations

import json

from aws_world import golden
from dynamodb_world import PATIENT_SECONDS, slow


def test_the_handler_answers_through_the_lean_client(start, monkeypatch, faulty):
    """Endpoint, region and credentials as Lambda sets them; one read, a second at the cold start, and one put."""
    settings = {"DYNAMODB_CLIENT": "lean", "AWS_ENDPOINT_URL_DYNAMODB": faulty.url, "AWS_SESSION_TOKEN": "token"}
    settings["DYNAMODB_ANSWER_SECONDS"] = str(PATIENT_SECONDS)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    handler = start("score")
    response = handler(golden("api_gateway_score"), None)
    answer = json.loads(response["body"])
    assert (response["statusCode"], answer["degraded"]) == (200, ["customer_missing", "terminal_missing"])
    assert faulty.served == ["BatchGetItem", "BatchGetItem", "PutItem"]
    again = handler(golden("api_gateway_score"), None)
    assert (again["statusCode"], json.loads(again["body"])) == (200, answer)
    assert faulty.served[3:] == ["BatchGetItem", "PutItem"]


def test_the_handler_waits_for_the_store_as_long_as_its_environment_says(start, monkeypatch, faulty):
    """A store slower than DynamoDB ever is gets no request twice, and the score is whole."""
    named = {"DYNAMODB_CLIENT": "lean", "AWS_ENDPOINT_URL_DYNAMODB": faulty.url, "DYNAMODB_ANSWER_SECONDS": str(PATIENT_SECONDS)}
    for name, value in named.items():
        monkeypatch.setenv(name, value)
    faulty.faults = {"BatchGetItem": [slow], "PutItem": [slow]}
    response = start("score")(golden("api_gateway_score"), None)
    assert (response["statusCode"], json.loads(response["body"])["degraded"]) == (200, ["customer_missing", "terminal_missing"])
    assert faulty.served == ["BatchGetItem", "BatchGetItem", "PutItem"]  # the second is of all control copies
