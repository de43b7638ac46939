"""The API's promises: answered once, refused with a reason, and nothing of the payload in the log."""

from __future__ import annotations

import json
import logging

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from score_world import TRANSACTION, World

OTHERS = {"amount_minor": 1, "customer_id": "C2", "terminal_id": "M2", "occurred_at": "2018-05-20T12:00:01Z"}


@pytest.fixture
def world(aws: None) -> World:
    """A service that knows nothing yet."""
    return World()


def post(world: World, body: object, path: str = "/v1/score") -> tuple[int, dict]:
    """Status and body of a request."""
    response = world.http.post(path, content=body if isinstance(body, str) else json.dumps(body))
    return response.status_code, response.json()


def test_the_same_transaction_again_gets_the_stored_answer(world):
    """Even the emissions are those of the first time."""
    assert world.score() == world.score()


@pytest.mark.parametrize("change", OTHERS.items(), ids=lambda change: change[0])
def test_other_content_under_the_same_id_conflicts(world, change):
    """Whatever the field, and the first answer stands."""
    first = world.score()
    status, problem = post(world, TRANSACTION | dict([change]))
    assert (status, problem["title"]) == (409, "Conflict")
    assert world.http.get("/v1/decisions/T1").json() == first


def test_the_amount_may_be_a_decimal_string(world):
    """12.50 and 1250 minor units are the same content."""
    first = world.score()
    body = {name: value for name, value in TRANSACTION.items() if name != "amount_minor"} | {"amount": "12.50"}
    assert post(world, body) == (200, first)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"transaction_id": ""}, "transaction_id"),
        ({"customer_id": 7}, "customer_id"),
        ({"terminal_id": "x" * 257}, "terminal_id"),
        ({"occurred_at": "2018-05-20T12:00:00"}, "occurred_at"),
        ({"occurred_at": "yesterday"}, "occurred_at"),
        ({"amount_minor": -1}, "amount_minor"),
        ({"amount_minor": 10**12 + 1}, "amount_minor"),
        ({"amount_minor": 10**30}, "amount_minor"),
        ({"amount_minor": 1.5}, "amount_minor"),
        ({"amount_minor": True}, "amount_minor"),
        ({"amount": "1.00"}, "amount_minor"),
        ({"currency": "euro"}, "currency"),
    ],
)
def test_a_bad_field_is_a_problem_that_names_it(world, change, field):
    """RFC 9457, with field and reason."""
    status, problem = post(world, TRANSACTION | change)
    assert (status, problem["field"], problem["status"]) == (422, field, 422)
    assert problem["reason"]


@pytest.mark.parametrize("body", ["", "{", "[]", "null", '"text"', '{"amount_minor": NaN}'])
def test_a_body_that_is_no_object_is_a_problem(world, body):
    """Not a server error."""
    status, problem = post(world, body)
    assert (status, problem["field"]) == (422, "body")


def test_problems_have_their_own_media_type(world):
    """Clients tell them by it."""
    for response in (world.http.post("/v1/score", content="{"), world.http.get("/nowhere"), world.http.get("/v1/decisions/T9")):
        assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/v1/score", 405), ("GET", "/nowhere", 404), ("GET", "/v1/decisions/T9", 404), ("GET", "/v1/reviews?day=May", 422)],
)
def test_every_refusal_is_a_problem(world, method, path, status):
    """Also those of the framework."""
    response = world.http.request(method, path)
    assert (response.status_code, response.json()["status"]) == (status, status)


def test_a_batch_answers_in_order_and_each_for_itself(world):
    """One transaction's conflict does not spoil the others."""
    world.score()
    batch = [TRANSACTION | {"transaction_id": "T2"}, TRANSACTION | {"amount_minor": 9}, TRANSACTION | {"transaction_id": "T3"}]
    status, body = post(world, batch, "/v1/score/batch")
    assert status == 200
    assert [result.get("status", result.get("transaction_id")) for result in body["results"]] == ["T2", 409, "T3"]
    assert post(world, {"transactions": batch}, "/v1/score/batch") == (200, body)


def test_a_batch_of_a_hundred_reads_in_chunks_that_the_store_allows(world):
    """201 keys are three reads, no key twice."""
    world.score(transaction_id="first")
    world.dynamodb.calls.clear()
    batch = [TRANSACTION | {"transaction_id": f"T{n}", "customer_id": f"C{n}", "terminal_id": f"M{n}"} for n in range(100)]
    status, body = post(world, batch, "/v1/score/batch")
    sizes = [
        sum(len(part["Keys"]) for part in call["RequestItems"].values())
        for name, call in world.dynamodb.calls
        if name == "batch_get_item"
    ]
    assert (status, len(body["results"]), sizes) == (200, 100, [100, 100, 1])


@pytest.mark.parametrize("batch", [[], [TRANSACTION] * 101, {}, 7])
def test_a_batch_has_one_to_a_hundred_transactions(world, batch):
    """Any other size is a problem."""
    assert post(world, batch, "/v1/score/batch")[1]["field"] == "transactions"


def test_one_bad_transaction_refuses_the_batch_and_scores_none(world):
    """The problem names its place."""
    status, problem = post(world, [TRANSACTION, TRANSACTION | {"amount_minor": -1}], "/v1/score/batch")
    assert (status, problem["field"]) == (422, "transactions[1].amount_minor")
    assert world.http.get("/v1/decisions/T1").status_code == 404


@pytest.mark.parametrize(
    "fault",
    [ClientError({"Error": {"Code": "ThrottlingException"}}, "PutItem"), EndpointConnectionError(endpoint_url="x")],
)
def test_an_answer_that_cannot_be_stored_is_not_given(world, fault):
    """The client may send it again: nothing was decided."""

    def refuse(*_: object, **__: object) -> object:
        raise fault

    world.dynamodb.faults["put_item"] = refuse
    response = world.http.post("/v1/score", json=TRANSACTION)
    assert (response.status_code, response.headers["retry-after"]) == (503, "1")
    world.dynamodb.faults.clear()
    assert world.score()["decision"] == "allow"


@pytest.mark.parametrize("path", ["/v1/decisions/", f"/v1/decisions/{'x' * 3000}", f"/v1/decisions?transaction_id={'€' * 257}"])
def test_an_id_that_no_key_can_be_is_not_looked_up(world, path):
    """DynamoDB would refuse the request, and a caller's mistake would pass for a store that fails."""
    world.dynamodb.calls.clear()
    assert world.http.get(path).status_code in {404, 422}
    assert world.dynamodb.calls == []


@pytest.mark.parametrize(("operation", "path"), [("get_item", "/v1/decisions/T1"), ("query", "/v1/reviews?day=2018-05-20")])
def test_a_store_that_does_not_answer_is_a_503(world, operation, path):
    """Not a server error: it may be tried again."""

    def refuse(*_: object, **__: object) -> object:
        raise EndpointConnectionError(endpoint_url="x")

    world.dynamodb.faults[operation] = refuse
    response = world.http.get(path)
    assert (response.status_code, response.headers["retry-after"]) == (503, "1")


def test_what_nobody_foresaw_is_a_bare_500_and_no_payload_is_logged(world, caplog):
    """The log names class and place, not the message."""

    def fail(*_: object, **__: object) -> object:
        raise RuntimeError("C1 paid 1250")

    world.dynamodb.faults["put_item"] = fail
    with caplog.at_level(logging.INFO):
        response = world.http.post("/v1/score", json=TRANSACTION)
    assert (response.status_code, response.json()) == (
        500,
        {"type": "about:blank", "title": "Internal Server Error", "status": 500},
    )
    assert "RuntimeError" in caplog.text
    assert "paid" not in caplog.text


def test_a_request_prints_one_line_of_metrics_without_ids(world, capsys):
    """CloudWatch reads it; nobody can be recognised in it."""
    world.score()
    (line,) = capsys.readouterr().out.splitlines()
    metrics = json.loads(line)
    directive = metrics["_aws"]["CloudWatchMetrics"][0]
    assert (directive["Namespace"], directive["Dimensions"]) == ("GreenFraud", [[], ["Family"]])
    assert all(isinstance(metrics[metric["Name"]], int | float) for metric in directive["Metrics"])
    assert (metrics["Family"], metrics["Decisions"]) == ("rules", 1)
    assert not any(identity in line for identity in ('"T1"', '"C1"', '"M1"'))


def test_the_line_of_metrics_counts_what_was_decided_by_outcome_and_not_by_family(world, capsys):
    """A share of blocks is looked at for all payments; what did not occur is not put, and not paid for."""
    world.score()
    world.score(transaction_id="T2", amount_minor=90_000)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"Decisions"' in line]
    assert [{name: line[name] for name in line if name.startswith("Decisions")} for line in lines] == [
        {"Decisions": 1, "DecisionsAllowed": 1},
        {"Decisions": 1, "DecisionsReviewed": 1},
    ]
    assert [directive["Dimensions"] for directive in lines[0]["_aws"]["CloudWatchMetrics"]] == [[[], ["Family"]], [[]]]


def test_the_review_list_is_ranked_and_leaves_out_what_was_allowed(world):
    """Riskiest first, as many as asked for."""
    for transaction_id, amount_minor in (("T1", 100), ("T2", 30_000), ("T3", 40_000)):
        world.score(transaction_id=transaction_id, amount_minor=amount_minor)
    world.score(transaction_id="T4", amount_minor=50_000, occurred_at="2018-05-21T00:00:00Z")
    listed = world.http.get("/v1/reviews?day=2018-05-20").json()
    assert listed["day"] == "2018-05-20"
    assert {answer["transaction_id"] for answer in listed["reviews"]} == {"T2", "T3"}
    assert len(world.http.get("/v1/reviews?day=2018-05-20&limit=1").json()["reviews"]) == 1


@pytest.mark.parametrize(("query", "field"), [("day=May", "day"), ("day=", "day"), ("limit=0", "limit"), ("state=done", "state")])
def test_a_bad_query_names_its_parameter(world, query, field):
    """Like a bad field."""
    assert world.http.get(f"/v1/reviews?{query}").json()["field"] == field


def test_the_pages_escape_what_they_show(world):
    """And say that the rules answer."""
    page = world.http.get("/")
    assert page.headers["content-type"].startswith("text/html")
    assert "rules" in page.text
    assert world.http.get("/report").status_code == 200
