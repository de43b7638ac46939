"""The scoring function under the setting the stack gives it: our own client, by environment variables alone."""

from __future__ import annotations

import json

from aws_world import golden


def test_the_handler_answers_through_the_lean_client(start, monkeypatch, faulty):
    """Endpoint, region and credentials as Lambda sets them; one read and one put; no client of boto3 for the tables."""
    settings = {"DYNAMODB_CLIENT": "lean", "AWS_ENDPOINT_URL_DYNAMODB": faulty.url, "AWS_SESSION_TOKEN": "token"}
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    handler = start("score")
    response = handler(golden("api_gateway_score"), None)
    answer = json.loads(response["body"])
    assert (response["statusCode"], answer["degraded"]) == (200, ["customer_missing", "terminal_missing"])
    assert faulty.served == ["BatchGetItem", "PutItem"]
    again = handler(golden("api_gateway_score"), None)
    assert (again["statusCode"], json.loads(again["body"])) == (200, answer)
