"""A payment in another currency is converted by the platform's table of rates, or refused by name; never taken for ours."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from fastapi.testclient import TestClient
from score_world import TRANSACTION, World

from functions.ingest.events import DecisionEvent
from functions.ingest.landing import files_of
from functions.score.app import create_app
from functions.score.rates import KEPT_SECONDS, StoredRates
from functions.score.settings import WithoutAws, known_currency
from greenfraud.errors import SettingsError
from greenfraud.exchange import Exchange
from greenfraud.features.manifest import load_manifest
from greenfraud.items import decision as decision_items
from greenfraud.naming import RATES_KEY

RATES = "date,currency,rate\n2018-05-18,USD,0.8477\n2018-05-18,JPY,0.00766\n"
NEWER = RATES.replace("0.8477", "0.9")


@pytest.fixture
def world(aws: None) -> World:
    """A platform in EUR that looks for a table of rates, by a clock that the test moves."""
    return in_currency("EUR")


def in_currency(currency: str) -> World:
    """A platform in some currency."""
    found = World()
    rates = StoredRates(lambda: found.s3, "artifacts", currency, clock=lambda: found.now)
    found.service = replace(found.service, exchange=Exchange(currency, rates))
    found.http = TestClient(create_app(found.service))
    return found


def store(world: World, table: str) -> None:
    """Put a table where the platform looks for it."""
    world.s3.put_object(Bucket="artifacts", Key=RATES_KEY, Body=table.encode())


def send(world: World, **changes: Any) -> tuple[int, dict[str, Any]]:
    """Status and body of the answer to the usual transaction with some changes."""
    response = world.http.post("/v1/score", json=TRANSACTION | changes)
    return response.status_code, response.json()


def test_another_currency_is_refused_by_its_name_and_ours(world):
    """Where no table of rates is stored; nothing is."""
    status, problem = send(world, currency="USD")
    assert (status, problem["field"]) == (422, "currency")
    assert problem["reason"] == "is USD, and this platform's is EUR: without a table of rates no other is taken"
    assert world.http.get("/v1/decisions/T1").status_code == 404


def test_a_batch_names_the_place(world):
    """None of it is scored."""
    response = world.http.post("/v1/score/batch", json=[TRANSACTION, TRANSACTION | {"transaction_id": "T2", "currency": "USD"}])
    assert (response.status_code, response.json()["field"]) == (422, "transactions[1].currency")
    assert world.http.get("/v1/decisions/T1").status_code == 404


def test_our_own_currency_asks_for_no_table(world):
    """Named or not, it costs no request."""
    assert send(world, currency="EUR")[1]["converted_from"] is None
    assert send(world, transaction_id="T2")[0] == 200
    assert [name for name, _ in world.s3.calls if name == "get_object"] == []


def test_a_payment_is_scored_by_what_it_is_worth(world):
    """Three hundred dollars are above the amount that a person looks at, three hundred yen are not."""
    store(world, RATES)
    _, dollars = send(world, amount_minor=30_000, currency="USD")
    _, yen = send(world, transaction_id="T2", amount_minor=30_000, currency="JPY")
    assert (dollars["decision"], dollars["reasons"][0]["value"]) == ("review", 254.31)
    assert (yen["decision"], dollars["reasons"][0]["text"]) == ("review", "The amount is 254.31.")
    assert send(world, transaction_id="T3", amount_minor=300, currency="JPY")[1]["decision"] == "allow"


def test_the_stored_decision_and_the_lake_keep_what_was_sent(world):
    """Amount, currency, and the rate that was taken."""
    store(world, RATES)
    body = {name: value for name, value in TRANSACTION.items() if name != "amount_minor"}
    answer = world.http.post("/v1/score", json=body | {"amount": "300.00", "currency": "USD"}).json()
    original = {"amount_minor": 30_000, "currency": "USD", "rate": "0.8477", "rate_date": "2018-05-18"}
    assert answer["converted_from"] == original | {"rates_version": answer["converted_from"]["rates_version"]}
    assert world.http.get("/v1/decisions/T1").json() == answer
    item = world.dynamodb.get_item(TableName="decisions", Key=decision_items.key("T1"))["Item"]
    decision = decision_items.decode(item)
    assert (decision.transaction.amount_minor, decision.transaction.currency) == (25_431, "EUR")
    files = files_of([DecisionEvent("decision#T1", decision)], "batch", load_manifest())
    for rows in files.values():
        assert (rows[0]["amount_minor"], rows[0]["original_amount_minor"], rows[0]["original_currency"]) == (25_431, 30_000, "USD")


def test_the_same_request_after_the_rates_changed_gets_the_stored_answer(world):
    """It is the same content; other content under its id is still refused."""
    store(world, RATES)
    _, first = send(world, currency="USD")
    store(world, NEWER)
    world.now = KEPT_SECONDS
    assert send(world, currency="USD") == (200, first)
    assert send(world, currency="USD", amount_minor=1251)[0] == 409
    assert send(world, currency="EUR")[0] == 409


def test_a_new_table_is_taken_within_a_minute_and_an_unchanged_one_is_not_sent_again(world):
    """Without a deployment."""
    store(world, RATES)
    first = send(world, currency="USD")[1]["converted_from"]
    world.now = KEPT_SECONDS - 1
    assert send(world, transaction_id="T2", currency="USD")[1]["converted_from"] == first
    assert len([name for name, _ in world.s3.calls if name == "get_object"]) == 1
    world.now = KEPT_SECONDS
    assert send(world, transaction_id="T3", currency="USD")[1]["converted_from"] == first
    store(world, NEWER)
    world.now = 2 * KEPT_SECONDS
    assert send(world, transaction_id="T4", currency="USD")[1]["converted_from"]["rate"] == "0.9"


def test_a_payment_on_a_day_without_a_rate_says_which_is_missing(world):
    """Nine days after the newest one."""
    store(world, RATES)
    status, problem = send(world, currency="USD", occurred_at="2018-05-27T12:00:00Z")
    assert (status, problem["field"]) == (422, "currency")
    assert "there is no rate of USD for 2018-05-27, nor for the 7 days before it" in problem["reason"]


@pytest.mark.parametrize("fault", ["broken", "away"])
def test_a_good_table_answers_while_a_newer_one_cannot_be_used(world, caplog, fault):
    """The log says so; where none was ever good, the request may be sent again."""
    store(world, RATES)
    first = send(world, currency="USD")[1]["converted_from"]
    break_table(world, fault)
    world.now = KEPT_SECONDS
    assert send(world, transaction_id="T2", currency="USD")[1]["converted_from"] == first
    assert RATES_KEY in caplog.text
    fresh = in_currency("EUR")
    break_table(fresh, fault)
    assert send(fresh, transaction_id="T3", currency="USD")[0] == 503
    assert send(fresh, transaction_id="T3")[0] == 200


def break_table(world: World, fault: str) -> None:
    """Store a table with a bad line, or take the bucket away."""
    if fault == "broken":
        store(world, RATES + "2018-05-19,USD,-1\n")
        return

    def away(*_: Any, **__: Any) -> Any:
        raise EndpointConnectionError(endpoint_url="s3")

    world.s3.faults["get_object"] = away


def test_a_platform_in_yen_counts_yen(aws):
    """Amounts have no decimals, rules and reasons speak of whole yen, and a euro is the foreigner."""
    world = in_currency("JPY")
    body = {name: value for name, value in TRANSACTION.items() if name != "amount_minor"}
    answer = world.http.post("/v1/score", json=body | {"amount": "51240"}).json()
    assert (answer["reasons"][0]["value"], answer["reasons"][0]["text"]) == (51_240.0, "The amount is 51240.")
    refused = world.http.post("/v1/score", json=body | {"transaction_id": "T2", "amount": "12.50"}).json()
    assert refused["reason"] == 'must be a decimal string without decimals in JPY, such as "1250"'
    assert "is EUR, and this platform's is JPY" in send(world, transaction_id="T3", currency="EUR")[1]["reason"]


def test_a_currency_that_is_none_fails_at_the_start(aws):
    """The message names the variable."""
    assert known_currency(WithoutAws().currency) == "EUR"
    with pytest.raises(SettingsError, match=r"CURRENCY must be three capital letters"):
        known_currency("EURO")


def test_a_decision_of_an_earlier_release_is_in_euro(world):
    """Its item names no currency."""
    send(world)
    item = world.dynamodb.get_item(TableName="decisions", Key=decision_items.key("T1"))["Item"]
    del item["currency"]
    assert decision_items.decode(item).transaction.currency == "EUR"
    assert json.loads(item["answer"]["S"])["converted_from"] is None
