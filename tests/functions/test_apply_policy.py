"""What a person applies: checked whole, stored by its digest, entered in the ledger, and obeyed by the next request."""

from __future__ import annotations

import json
import logging

import boto3
import pytest
from control_world import PERSON, ControlWorld
from policy_documents import OURS

from greenfraud.identity import token
from greenfraud.policy import DEFAULT_POLICY
from greenfraud.policy.default import DEFAULT_PATH
from greenfraud.policy.stored import PREFIX

APPLY = "POST /v1/production/policy"
KEY = "0123456789abcdef0123456789abcdef"
LASTING = OURS.replace("2018-05-20", "2999-12-31")


@pytest.fixture
def world(start, s3, dynamodb):
    """The functions, and the pipeline running."""
    return ControlWorld(start, s3, dynamodb)


def asked(document: str, reason: str = "chargebacks of May") -> dict[str, str]:
    """The body of a request."""
    return {"document": document, "reason": reason}


def stored(world: ControlWorld) -> list[str]:
    """The policies among the artifacts, as they are stored."""
    listed = world.s3.list_objects_v2(Bucket="artifacts", Prefix=PREFIX).get("Contents", [])
    return [world.s3.get_object(Bucket="artifacts", Key=one["Key"])["Body"].read().decode() for one in listed]


def test_an_applied_policy_is_named_in_every_copy_and_in_the_ledger(world):
    """With who and why; what serves stays."""
    world.promote("v1")
    status, body = world.ask(APPLY, asked(LASTING))
    assert (status, body["revision"], body["production"]["version"]) == (200, 2, "v1")
    assert {copy.policy_object for copy in world.copies()} == {world.copies()[0].policy_object}
    assert body["policy"]["version"] == world.copies()[0].policy_object.version == "ours-1"
    entry = world.ledger()[-1]
    assert (entry["verb"], entry["actor"], entry["reasons"]) == ("policy", PERSON, ["chargebacks of May"])
    assert entry["control"]["policy_object"] == body["policy_object"]


def test_what_is_in_production_tells_the_policy_and_not_who_stands_on_its_lists(world):
    """Rules in words, lists by their length."""
    world.ask(APPLY, asked(LASTING))
    status, body = world.ask("GET /v1/production")
    assert (status, body["policy"]["rules"][0]["when"], body["policy"]["lists"][0]["entries"]) == (200, "amount > 400", 1)
    assert '"C1"' not in json.dumps(body)


def test_a_policy_with_an_error_changes_nothing_and_tells_every_line(world):
    """The running policy stays."""
    status, body = world.ask(
        APPLY, asked(LASTING.replace("amount > 400", "amuont > 400").replace("block_at = 0.8", "block_at = 8"))
    )
    assert (status, body["field"]) == (422, "document")
    assert "line 6: thresholds.block_at: must be a number from 0 to 1" in body["reason"]
    assert "line 24: rules[1].when: amuont is no feature and no field of a payment; did you mean amount" in body["reason"]
    assert world.is_untouched()
    assert stored(world) == []


def test_the_same_policy_again_changes_nothing(world):
    """A request that is sent twice."""
    first, second = (world.ask(APPLY, asked(LASTING))[1] for _ in range(2))
    assert (first, len(world.ledger())) == (second, 1)


def test_a_version_that_was_applied_with_other_content_is_refused(world):
    """Decisions name a policy by it, also after another one was in force."""
    world.ask(APPLY, asked(LASTING))
    world.ask(APPLY, asked(LASTING.replace("ours-1", "ours-2").replace("400", "500")))
    status, body = world.ask(APPLY, asked(LASTING.replace("400", "600")))
    assert (status, body["field"]) == (422, "version")
    assert body["reason"] == '"ours-1" was applied with other content (revision 1): give it a new one'


def test_the_defaults_own_document_brings_the_default_back(world):
    """Which follows the releases again; the ledger tells that too."""
    world.ask(APPLY, asked(LASTING))
    status, body = world.ask(APPLY, asked(DEFAULT_PATH.read_text(encoding="utf-8")))
    assert (status, body["policy"]["version"], "policy_object" in body) == (200, DEFAULT_POLICY.version, False)
    assert {copy.policy for copy in world.copies()} == {DEFAULT_POLICY}
    assert [entry["verb"] for entry in world.ledger()] == ["policy", "policy"]


def test_nobody_else_may_use_the_defaults_version(world):
    """A decision by it would be taken for the default's."""
    status, body = world.ask(APPLY, asked(LASTING.replace("ours-1", DEFAULT_POLICY.version)))
    assert (status, body["field"]) == (422, "version")


def test_a_promotion_and_a_rollback_leave_the_policy_in_force(world):
    """They speak of models."""
    world.promote("v1")
    world.ask(APPLY, asked(LASTING))
    world.promote("v2")
    assert world.roll_back()["policy_object"]["version"] == "ours-1"
    assert world.in_production() == "v1"


def test_a_release_that_is_taken_back_reads_the_nearest_that_it_can_obey(world):
    """Two thresholds and rules of one feature, under a version that says it is not all; a challenge is a review to it."""
    challenged = LASTING.replace("amount > 150 and customer_count_90d == 0", "customer_count_1h >= 20")
    world.ask(APPLY, asked(challenged))
    item = world.dynamodb.get_item(TableName="control", Key={"control_id": {"S": "copy#0"}})["Item"]
    policy = json.loads(item["document"]["S"])["policy"]
    assert (policy["version"], policy["review_at"]) == ("ours-1, as far as earlier releases can say it", 0.3)
    assert [(rule["feature"], rule["threshold"], rule["decision"]) for rule in policy["rules"]] == [
        ("customer_count_1h", 20.0, "review"),
        ("amount", 400.0, "review"),
    ]


def test_ids_of_lists_are_stored_as_tokens_where_ids_are_tokens(world, monkeypatch):
    """As everything behind the edge calls them; nothing that was sent is stored."""
    secret = boto3.client("secretsmanager").create_secret(Name="ids", SecretString=KEY)["ARN"]
    monkeypatch.setenv("ID_TOKENS", secret)
    assert world.ask(APPLY, asked(LASTING))[0] == 200
    (content,) = stored(world)
    assert (token("customer", "C1", KEY.encode()) in content, '"C1"' in content) == (True, False)


def test_without_the_key_of_the_ids_nothing_is_applied(world, monkeypatch):
    """An id is never stored for want of a key."""
    monkeypatch.setenv("ID_TOKENS", "arn:aws:secretsmanager:eu-north-1:123456789012:secret:gone")
    status, body = world.ask(APPLY, asked(LASTING))
    assert (status, body["retry"]) == (503, True)
    assert (world.is_untouched(), stored(world)) == (True, [])


def test_no_id_of_a_list_is_logged(world, caplog):
    """Whether the policy is applied, or refused for the entry itself."""
    caplog.set_level(logging.DEBUG, "functions")
    for document in (LASTING, LASTING.replace("until = 2999-12-31", 'until = "C1-SECRET"').replace('"C1"', '"C1-SECRET"')):
        _, body = world.ask(APPLY, asked(document))
        assert "C1-SECRET" not in json.dumps(body)
    assert "C1" not in caplog.text


@pytest.mark.parametrize(
    ("body", "field"),
    [({}, "document"), ({"document": OURS}, "reason"), ({**asked(OURS), "actor": "me"}, "actor"), ({**asked(OURS), "to": 1}, "to")],
)
def test_a_request_that_says_too_little_or_too_much_is_refused_by_the_fields_name(world, body, field):
    """Before anything is read."""
    status, answer = world.ask(APPLY, body)
    assert (status, answer["field"]) == (422, field)


def test_the_default_is_told_where_nobody_applied_a_policy(world):
    """By its version."""
    assert world.ask("GET /v1/production")[1]["policy"]["version"] == DEFAULT_POLICY.version


UNDO = "POST /v1/production/policy/undo"


def in_force(world: ControlWorld) -> str:
    """The version that decides."""
    return world.ask("GET /v1/production")[1]["policy"]["version"]


def test_undoing_goes_back_policy_by_policy_and_at_last_to_the_default(world):
    """Beyond it there is nothing, and nothing changes."""
    second = LASTING.replace("ours-1", "ours-2")
    for document in (LASTING, second):
        world.ask(APPLY, asked(document))
    status, body = world.ask(UNDO, {"reason": "too strict"})
    assert (status, body["policy"]["version"], body["revision"]) == (200, "ours-1", 3)
    assert (world.ledger()[-1]["verb"], world.ledger()[-1]["reasons"]) == ("policy-undo", ["too strict"])
    world.ask(UNDO, {"reason": "that one too"})
    assert in_force(world) == DEFAULT_POLICY.version
    status, body = world.ask(UNDO, {"reason": "more"})
    assert (status, body["detail"]) == (409, "no policy has been applied that is not undone: there is nothing to go back to")
    assert len(world.ledger()) == 4


def test_what_was_undone_is_not_gone_back_to(world):
    """Applied, undone, another applied: before that one stood the first."""
    for document in (LASTING, LASTING.replace("ours-1", "ours-2")):
        world.ask(APPLY, asked(document))
    world.ask(UNDO, {"reason": "too strict"})
    world.ask(APPLY, asked(LASTING.replace("ours-1", "ours-3")))
    world.ask(UNDO, {"reason": "too mild"})
    assert in_force(world) == "ours-1"


def test_a_model_that_is_promoted_between_changes_nothing_about_going_back(world):
    """Models and policies are undone apart."""
    world.ask(APPLY, asked(LASTING))
    world.promote("v1")
    _, body = world.ask(UNDO, {"reason": "too strict"})
    assert (body["policy"]["version"], body["production"]["version"]) == (DEFAULT_POLICY.version, "v1")


def test_going_back_to_a_policy_that_is_gone_is_refused_with_the_way_on(world):
    """Somebody whom its lists named was forgotten; what decides now goes on deciding."""
    world.ask(APPLY, asked(LASTING))
    (first,) = world.s3.list_objects_v2(Bucket="artifacts", Prefix=PREFIX)["Contents"]
    world.ask(APPLY, asked(LASTING.replace("ours-1", "ours-2")))
    world.s3.delete_object(Bucket="artifacts", Key=first["Key"])
    status, body = world.ask(UNDO, {"reason": "too strict"})
    assert (status, in_force(world)) == (409, "ours-2")
    assert body["detail"].startswith("policy ours-1, which stood before, is gone: ")
