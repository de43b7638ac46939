"""EventBridge's buses: whom a rule lets an event through to, and where it waits when nobody may have it."""

from __future__ import annotations

import json

import pytest

from tests.listening import let_send

ACCOUNT = "arn:aws:events:eu-north-1:123456789012"


@pytest.fixture
def bus(embedded):
    """A bus of its own."""
    name = embedded.name("bus")
    embedded.client("events").create_event_bus(Name=name)
    return name


def listen(embedded, bus, *targets, pattern):
    """A rule on the bus; its ARN."""
    events, name = embedded.client("events"), embedded.name("rule")
    arn = events.put_rule(Name=name, EventBusName=bus, EventPattern=json.dumps(pattern))["RuleArn"]
    named = [{"Id": str(number), **target} for number, target in enumerate(targets)]
    events.put_targets(Rule=name, EventBusName=bus, Targets=named)
    return arn


def put(embedded, bus, **entry):
    """Put one event; the answer's entry."""
    given = {"EventBusName": bus, "Source": "ours", "DetailType": "told", "Detail": '{"n": 1}', **entry}
    (answer,) = embedded.client("events").put_events(Entries=[given])["Entries"]
    return answer


def test_a_rule_hands_over_what_matches_whole_or_its_detail(embedded, bus):
    """And leaves the rest."""
    (whole_url, whole), (detail_url, detail) = embedded.queue(), embedded.queue()
    rule = listen(embedded, bus, {"Arn": whole}, {"Arn": detail, "InputPath": "$.detail"}, pattern={"source": ["ours"]})
    let_send(embedded.client("sqs"), rule, url=whole_url, queue=whole)
    let_send(embedded.client("sqs"), rule, url=detail_url, queue=detail)
    put(embedded, bus, Source="theirs")
    told = put(embedded, bus)
    assert embedded.messages(detail_url) == [{"n": 1}]
    (event,) = embedded.messages(whole_url)
    assert (event["id"], event["source"], event["detail-type"], event["detail"]) == (told["EventId"], "ours", "told", {"n": 1})


def test_a_queue_that_does_not_let_the_rule_in_gets_nothing_and_another_keeps_it(embedded, bus):
    """A rule delivers in EventBridge's own name, so that the queue's policy decides."""
    (closed_url, closed), (letters_url, letters) = embedded.queue(), embedded.queue()
    rule = listen(embedded, bus, {"Arn": closed, "DeadLetterConfig": {"Arn": letters}}, pattern={"source": ["ours"]})
    let_send(embedded.client("sqs"), rule, url=letters_url, queue=letters)
    assert "EventId" in put(embedded, bus)
    assert embedded.messages(closed_url) == []
    assert [event["detail"] for event in embedded.messages(letters_url)] == [{"n": 1}]


def test_an_event_that_says_too_little_is_refused_by_itself(embedded, bus):
    """With a code in its place of the answer; the others are taken."""
    good = {"EventBusName": bus, "Source": "ours", "DetailType": "told", "Detail": "{}"}
    answer = embedded.client("events").put_events(Entries=[good | {"Source": ""}, good | {"Detail": "{"}, good])
    codes = [entry.get("ErrorCode") for entry in answer["Entries"]]
    assert (answer["FailedEntryCount"], codes) == (2, ["InvalidArgument", "MalformedDetail", None])
