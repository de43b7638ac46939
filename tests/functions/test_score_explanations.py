"""Why a payment was decided as it was: all that is stored of it, told in words, also when the world has moved on."""

from __future__ import annotations

import json

import pytest
from bundle_world import bundle, put_bundle
from policy_documents import OURS, policy_of
from score_world import MANIFEST, TRANSACTION, World, customer_state

from functions.score.explanation_schemas import Explanation
from greenfraud.control import ControlDocument
from greenfraud.features.logged import unpack
from greenfraud.instants import HOUR_US, parse_rfc3339
from greenfraud.policy import DEFAULT_POLICY, Policy, earlier
from greenfraud.policy.stored import PolicyRef, to_object

NOW_US = parse_rfc3339(TRANSACTION["occurred_at"])
KEY = {"transaction_id": {"S": "T1"}, "record": {"S": "decision"}}
SHADOWED = f"""{OURS}
[[rules]]
name = "odd-amount"
when = "amount > 10 and probability > 0.1"
outcome = "block"
mode = "shadow"

[[rules]]
name = "sure"
when = "amount > 10 and probability > 0.9"
outcome = "review"
"""


@pytest.fixture
def world(aws: None) -> World:
    """A service over in-process tables."""
    return World()


def apply(world: World, policy: Policy, revision: int = 1, **control) -> PolicyRef:
    """Put a policy into force as the function that operates does."""
    reference, whole = to_object(policy)
    world.s3.put_object(Bucket="artifacts", Key=reference.key, Body=whole)
    spelled = earlier.from_json(earlier.to_json(policy))
    world.put_control(ControlDocument(revision=revision, policy=spelled, policy_object=reference, **control))
    return reference


def explained(world: World, name: str = "T1") -> dict:
    """The explanation of a decision, as it is described."""
    response = world.http.get(f"/v1/explanations/{name}")
    assert response.status_code == 200, response.text
    Explanation.model_validate(response.json())
    assert world.http.get(f"/v1/explanations?transaction_id={name}").json() == response.json()
    told: dict = response.json()
    return told


def item(world: World) -> dict:
    """The stored decision."""
    found: dict = world.dynamodb.get_item(TableName="decisions", Key=KEY)["Item"]
    return found


def test_the_answer_stands_in_it_with_who_decided_by_which_revision(world):
    """And the digest of the policy, also of one that nobody applied."""
    answer = world.score(amount_minor=50_000)
    told = explained(world)
    assert told["answer"] == answer
    assert (told["amount_minor"], told["currency"], told["occurred_at"]) == (50_000, "EUR", TRANSACTION["occurred_at"])
    assert told["policy"]["sha256"] == to_object(DEFAULT_POLICY)[0].sha256
    assert (told["policy"]["version"], told["policy"]["is_in_force"]) == (DEFAULT_POLICY.version, True)
    assert (told["control_revision"], told["since"], told["remarks"]) == (0, [], [])
    assert told["decided_at"].endswith("Z")


def test_every_value_is_told_as_it_was_to_the_bit_although_the_state_has_moved_on(world):
    """With a sentence, and the group that a reason speaks of it under."""
    world.put_state("customer_activity", "C1", customer_state((NOW_US - HOUR_US // 2, 700), (NOW_US - 3 * HOUR_US, 1310)))
    world.score()
    world.put_state("customer_activity", "C1", customer_state((NOW_US - HOUR_US // 2, 99_999)))
    told = explained(world)
    assert {one["name"]: one["value"] for one in told["features"]} == unpack(item(world)["features"]["B"], MANIFEST.names)
    by_name = {one["name"]: one for one in told["features"]}
    assert by_name["customer_count_1h"]["text"] == "The customer tried 1 payment within the last hour."
    assert (by_name["amount"]["group"], by_name["amount"]["text"]) == ("AMOUNT_AGAINST_USUAL", "The amount is 12.50 EUR.")


def test_a_default_that_nobody_observed_is_not_told_as_a_value(world):
    """Nothing is known of the customer: its count is 0 to the model, and no sentence to a person."""
    world.score()
    by_name = {one["name"]: one for one in explained(world)["features"]}
    assert by_name["customer_count_1h"]["text"] == "Nothing is known of the customer yet."


def test_everything_of_the_policy_that_spoke_is_told_in_words(world):
    """Lists without who stands on them; what was in shadow, and what lacked a probability."""
    apply(world, policy_of(SHADOWED))
    world.score(amount_minor=50_000)
    texts = {f"{one['kind']}/{one['name']}": (one["outcome"], one["text"]) for one in explained(world)["spoke"]}
    assert texts == {
        "guardrail/unseen-large": (
            "challenge",
            "Guardrail unseen-large holds: amount > 150 and customer_count_90d == 0. It asks for challenge, whatever others say.",
        ),
        "list/stolen": ("block", "The customer stands on the list stolen, which lets nothing pass below block."),
        "rule/large": ("review", "Rule large is met: amount > 400. It asks for review."),
        "silent/sure": (
            "review",
            "Rule sure asks for the model's probability, and no model answered: amount > 10 and probability > 0.9.",
        ),
    }


def test_rules_of_a_policy_that_was_replaced_are_still_told(world):
    """Each applied one is kept under its digest."""
    production = put_bundle(world.s3, bundle(bias=0.0))
    first = apply(world, policy_of(SHADOWED), production=production)
    world.score(customer_id="C2", amount_minor=10_000)
    apply(world, policy_of(OURS.replace("ours-1", "ours-2").replace("400", "700")), revision=2, production=production)
    told = explained(world)
    assert told["policy"] == {"version": "ours-1", "sha256": first.sha256, "is_in_force": False, "is_known": True}
    assert told["control_revision"] == 1
    assert told["spoke"][-1]["text"].startswith("odd-amount is met: amount > 10 and probability > 0.1. In shadow it decides")
    assert told["answer"]["model"] == {"family": "light", "version": "v1"}


def test_of_a_policy_that_is_nowhere_any_more_the_names_are_told(world):
    """And that it is so."""
    reference = apply(world, policy_of())
    world.score(customer_id="C2", amount_minor=50_000)
    world.s3.delete_object(Bucket="artifacts", Key=reference.key)
    apply(world, policy_of(OURS.replace("ours-1", "ours-2")), revision=2)
    told = explained(world)
    assert told["spoke"][0] == {"kind": "guardrail", "name": "unseen-large", "outcome": None, "text": None}
    assert not told["policy"]["is_known"]
    assert told["remarks"] == ["The policy that decided cannot be read any more, so what spoke is told by name alone."]


def test_labels_and_the_release_since_are_told_in_their_order(world):
    """With source, code and time."""
    world.score(amount_minor=50_000)
    release = {"transaction_id": "T1", "released_at": "2018-05-20T12:05:00Z", "source": "ana"}
    label = {"transaction_id": "T1", "is_fraud": True, "observed_at": "2018-05-28T00:00:00Z", "source": "chargeback"}
    corrected = {**label, "is_fraud": False, "observed_at": "2018-06-01T00:00:00Z", "source": "bank"}
    assert world.http.post("/v1/releases", json=release).json() == {"results": ["released"]}
    world.http.post("/v1/labels", json={**label, "reason_code": "10.4"})
    world.http.post("/v1/labels", json=corrected)
    since = explained(world)["since"]
    assert [(one["kind"], one["source"]) for one in since] == [("release", "ana"), ("label", "chargeback"), ("label", "bank")]
    assert (since[0]["released_at"], since[1]["observed_at"]) == (release["released_at"], label["observed_at"])
    assert [(one["is_fraud"], one["reason_code"]) for one in since[1:]] == [(True, "10.4"), (False, None)]


def test_values_of_another_manifest_are_told_without_names_and_it_is_said(world):
    """A wrong name would be worse than none."""
    world.score()
    world.dynamodb.put_item(TableName="decisions", Item=item(world) | {"manifest_version": {"S": "another"}})
    told = explained(world)
    assert told["features"] == []
    assert told["unnamed"] == [*unpack(item(world)["features"]["B"], MANIFEST.names).values()]
    (remark,) = told["remarks"]
    assert remark.startswith("The values are those of manifest another, which this release does not know")


def test_what_an_earlier_release_stored_is_told_as_far_as_it_goes(world):
    """Without a digest, a revision, values, or who spoke."""
    world.score(amount_minor=50_000)
    kept = item(world)
    answer = {name: value for name, value in json.loads(kept["answer"]["S"]).items() if name not in ("spoke", "decided_by")}
    absent = ("policy_sha256", "control_revision", "features", "manifest_version")
    old = {name: cell for name, cell in kept.items() if name not in absent} | {"answer": {"S": json.dumps(answer)}}
    world.dynamodb.put_item(TableName="decisions", Item=old)
    told = explained(world)
    assert (told["policy"]["sha256"], told["control_revision"], told["features"], told["spoke"]) == (None, None, [], [])
    assert told["remarks"] == [
        "An earlier release decided: of the policy it kept the version alone.",
        "The values that it was decided on were not kept.",
    ]


def test_customer_and_terminal_are_not_named(world):
    """Who asks has the id of the payment; behind the edge they may be tokens, which need not travel."""
    world.score(customer_id="somebody-known", terminal_id="some-terminal", amount_minor=50_000)
    told = json.dumps(explained(world))
    assert "somebody-known" not in told
    assert "some-terminal" not in told


def test_what_was_never_decided_and_what_is_damaged_are_told_apart(world, caplog):
    """As its neighbours do: 404, and 500 without a value in the log."""
    assert world.http.get("/v1/explanations/T9").status_code == 404
    world.score()
    world.dynamodb.put_item(TableName="decisions", Item=item(world) | {"features": {"B": b"4711"}})
    by_answer = world.http.get("/v1/explanations/T1")
    world.dynamodb.put_item(TableName="decisions", Item=item(world) | {"answer": {"S": "{4711"}})
    assert by_answer.status_code == world.http.get("/v1/explanations/T1").status_code == 500
    assert world.http.get("/v1/decisions/T1").status_code == 500
    assert "decision.features" in caplog.text
    assert "4711" not in caplog.text
