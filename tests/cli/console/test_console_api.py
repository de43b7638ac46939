"""The API to try: every operation is there, and the examples work as they stand, in order."""

from __future__ import annotations

import html
import json
import re

import pytest

from cli.console import openapi
from cli.console.api_page import _operations, _readable


def words_of(page: str) -> str:
    """The text of a page, as it is read."""
    return " ".join(html.unescape(re.sub("<[^>]+>", " ", page.partition("<main")[2])).split())


def example(name: str) -> dict[str, str]:
    """The fields of an operation's form as they stand on the page."""
    (one,) = [each for each in _operations() if each.name == name]
    fields = {"operation": name, **{f"parameter-{each.name}": each.example for each in one.parameters}}
    return fields if one.body is None else {**fields, "body": one.body}


def test_every_operation_of_the_description_is_on_the_page(platform):
    """Those that change what serves are told, and have no form."""
    page = platform.read("/api")
    described = {(method.upper(), path) for path, methods in openapi.description()["paths"].items() for method in methods}
    assert {(one.method, one.path) for one in _operations()} == described
    assert all(f"<code>{method}</code> {path}" in page for method, path in described)
    sent = set(re.findall(r'name="operation" value="([^"]+)"', page))
    assert {name.split()[1].split("/")[2] for name in sent if name.startswith("POST")} == {"score", "labels", "releases", "reviews"}


@pytest.mark.parametrize(
    "names",
    [
        ["POST /v1/score", "GET /v1/decisions", "GET /v1/decisions/{transaction_id}", "GET /v1/explanations/{transaction_id}"],
        ["POST /v1/score", "POST /v1/score", "POST /v1/reviews", "POST /v1/reviews/{transaction_id}", "GET /v1/reviews"],
        ["POST /v1/score", "POST /v1/labels", "POST /v1/releases"],
        ["POST /v1/score/batch", "GET /v1/explanations"],
        ["GET /v1/model", "GET /health", "GET /v1/production"],
    ],
    ids=lambda names: names[-1],
)
def test_the_examples_work_as_they_stand_once_the_payment_is_scored(platform, names):
    """Whoever tries the API begins with an answer."""
    for name in names:
        answer = platform.send("/api", **example(name))
        assert f"{name} answered 200" in words_of(answer.text)


def test_the_answer_is_shown_whole_with_what_was_typed(platform):
    """Also where the API refuses: its problem, under its status."""
    fields = {**example("POST /v1/score"), "body": json.dumps({"transaction_id": "<b>", "occurred_at": "never"})}
    page = platform.send("/api", **fields).text
    assert "POST /v1/score answered 422" in words_of(page)
    assert "occurred_at" in words_of(page)
    assert "&lt;b&gt;" in page
    assert "<b>" not in page


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"operation": "POST /v1/emergency/production/rollback"}, "operation: is none that the console sends"),
        ({"operation": "POST /v1/production/promote"}, "operation: is none that the console sends"),
        ({"operation": "GET /elsewhere"}, "operation: is none that the console sends"),
        ({"operation": "GET /v1/decisions", "parameter-transaction_id": ""}, "transaction_id: is required"),
        ({"body": "{"}, "body: is no JSON"),
        ({"body": "[" * 20_000}, "body: is no JSON"),
    ],
)
def test_what_cannot_be_sent_is_refused_before_the_api_is_asked(platform, changes, said):
    """A form that somebody bent changes nothing that serves."""
    answer = platform.send("/api", **{**example("POST /v1/score"), **changes})
    assert answer.status_code == 422
    assert said in words_of(answer.text)
    assert platform.api.asked == []


@pytest.mark.parametrize("typed", ["4111111111111111", "4111 1111 1111 1111", "4111-1111-1111-1111", "4111\u00a01111  1111 1111"])
def test_a_cards_number_is_shown_neither_in_the_answer_nor_in_the_form(platform, typed):
    """The field is empty, so that sending again scores no payment that is called after a mask."""
    body = json.loads(example("POST /v1/score")["body"])
    scored = platform.send("/api", **{**example("POST /v1/score"), "body": json.dumps({**body, "transaction_id": typed})})
    assert "POST /v1/score answered 200" in words_of(scored.text)
    assert '"transaction_id": "[a card number]"' in words_of(scored.text)
    assert '<textarea name="body" rows="8" spellcheck="false"></textarea>' in scored.text
    name = "GET /v1/decisions/{transaction_id}"
    read = platform.send("/api", operation=name, **{"parameter-transaction_id": typed})
    assert f"{name} answered" in words_of(read.text)
    assert 'name="parameter-transaction_id" required value=""' in read.text
    for page in (scored.text, read.text):
        assert not re.search(r"4111.{0,9}1111.{0,9}1111", page, re.DOTALL)


def test_probabilities_and_versions_of_an_answer_are_no_cards(platform):
    """They have as many digits, and one in ten fits."""
    told = {"fraud_probability": 0.4111111111111111, "version": "20260226-20260305-00000007"}
    platform.api.refused["/v1/model"] = (200, told)
    words = words_of(platform.send("/api", operation="GET /v1/model").text)
    assert all(f'"{name}": {json.dumps(value)}' in words for name, value in told.items())


def test_an_answer_that_is_no_json_hides_cards_too():
    """As a proxy's page of error may be, which quotes the address."""
    assert _readable("<p>/v1/decisions/4111%201111%201111%201111") == "<p>/v1/decisions/[a card number]"
    assert _readable("[" * 60_000) == "[" * 60_000


def test_a_parameter_cannot_lead_to_another_path(platform):
    """It is one part of the path, whatever it is made of."""
    fields = {**example("GET /v1/decisions/{transaction_id}"), "parameter-transaction_id": "../production?x=1#"}
    assert "answered 404" in words_of(platform.send("/api", **fields).text)
    assert ("GET", "/v1/production") not in platform.api.asked


def test_a_description_that_is_not_there_is_said(platform, monkeypatch, tmp_path):
    """The page stands."""
    openapi.description.cache_clear()
    _operations.cache_clear()
    monkeypatch.setattr(openapi, "DESCRIPTION", tmp_path / "openapi.json")
    assert "the API's description is not there" in words_of(platform.read("/api"))


def test_a_mistake_of_ours_is_told_by_class_and_place_and_nothing_that_was_typed(platform, monkeypatch, caplog):
    """Neither the page nor the log has a traceback or a value."""

    def broken(*_):
        raise RuntimeError("secret-customer")

    monkeypatch.setattr("cli.console.score.body_of", broken)
    answer = platform.send("/score", customer_id="secret-customer")
    assert answer.status_code == 500
    assert "the console made a mistake: RuntimeError at" in words_of(answer.text)
    assert "secret-customer" not in answer.text + caplog.text
    assert "Traceback" not in answer.text + caplog.text
    assert "RuntimeError at" in caplog.text
    assert answer.headers["content-security-policy"]
