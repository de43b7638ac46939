"""A policy that somebody applied: loaded by the next request, proven, and where it cannot be had never silently another one."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from bundle_world import UNMOVED, bundle, put_bundle
from policy_documents import OURS, policy_of
from score_world import World

from greenfraud.canonical import canonical_json, sha256_hex
from greenfraud.control import ControlDocument
from greenfraud.policy import DEFAULT_POLICY, Policy, earlier
from greenfraud.policy.stored import PolicyRef, to_object


@pytest.fixture
def world(aws: None) -> World:
    """A service that knows nothing yet."""
    return World()


def apply(world: World, policy: Policy, *, revision: int = 1, content: bytes | None = None, **control) -> PolicyRef:
    """Put a policy into force as the function that operates does; other `content` in its place damages it."""
    reference, whole = to_object(policy)
    world.s3.put_object(Bucket="artifacts", Key=reference.key, Body=whole if content is None else content)
    spelled = earlier.from_json(earlier.to_json(policy))
    world.put_control(ControlDocument(revision=revision, policy=spelled, policy_object=reference, **control))
    return reference


def counted(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The classes of the loads that failed."""
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
    return [line["Fault"] for line in lines if "PolicyLoadFailed" in line]


def test_the_next_request_after_applying_is_decided_by_the_new_policy(world):
    """Without a restart; the answer names it, and everything of it that spoke."""
    assert world.score(customer_id="C2", amount_minor=20_000)["decision"] == "allow"
    apply(world, policy_of())
    answer = world.score(transaction_id="T2", customer_id="C2", amount_minor=20_000)
    assert (answer["decision"], answer["decided_by"], answer["policy_version"]) == ("challenge", "guardrail", "ours-1")
    assert answer["spoke"] == ["guardrail/unseen-large"]
    (reason,) = answer["reasons"]
    assert (reason["code"], reason["feature"], reason["value"]) == ("GUARDRAIL_UNSEEN_LARGE", "amount", 200.0)
    assert world.http.get("/v1/decisions/T2").json() == answer


def test_a_list_decides_with_and_without_a_model_until_its_entry_ends(world):
    """By the time of the payment; the last day of an entry counts to its end."""
    reference = put_bundle(world.s3, bundle(weights=UNMOVED))
    for number, production in enumerate((None, reference)):
        apply(world, policy_of(), revision=number + 1, production=production)
        on_its_last_day = world.score(transaction_id=f"A{number}")
        a_day_later = world.score(transaction_id=f"B{number}", occurred_at="2018-05-21T00:00:00Z")
        assert (on_its_last_day["decision"], on_its_last_day["decided_by"]) == ("block", "list")
        assert on_its_last_day["reasons"][0]["code"] == "LIST_STOLEN"
        assert (a_day_later["decision"], a_day_later["spoke"]) == ("allow", [])


def test_a_challenged_payment_is_held_until_it_is_released(world):
    """As one that is reviewed; it stands in the day's list, below the reviews."""
    apply(world, policy_of())
    world.score(customer_id="C2", amount_minor=20_000)
    world.score(transaction_id="T2", customer_id="C2", amount_minor=50_000)
    listed = world.http.get("/v1/reviews?day=2018-05-20").json()["reviews"]
    assert [(one["transaction_id"], one["decision"]) for one in listed] == [("T2", "review"), ("T1", "challenge")]
    release = {"transaction_id": "T1", "released_at": "2018-05-20T12:01:00Z", "source": "challenge"}
    assert world.http.post("/v1/releases", json=release).json() == {"results": ["released"]}


@pytest.mark.parametrize("fault", ["lost", "damaged", "unknown_schema", "unknown_feature"])
def test_where_a_policy_cannot_be_had_the_last_good_one_goes_on(world, capsys, fault):
    """Flagged in every answer, counted once for each try."""
    apply(world, policy_of())
    assert world.score()["policy_version"] == "ours-1"
    break_next(world, fault)
    answers = [world.score(transaction_id=f"B{number}", customer_id="C2", amount_minor=20_000) for number in range(2)]
    assert [(one["policy_version"], one["degraded"][-1], one["decision"]) for one in answers] == [
        ("ours-1", f"policy_{fault}", "challenge")
    ] * 2
    assert counted(capsys) == [fault]


def test_an_instance_that_never_had_it_decides_by_what_the_document_spells_out(world):
    """Which says by its version that it is not all; and 30 seconds later it is tried again."""
    reference = apply(world, policy_of(), content=b"{}")
    answer = world.score(amount_minor=50_000)
    assert (answer["decision"], answer["spoke"], answer["degraded"][-1]) == ("review", ["rule/large"], "policy_damaged")
    assert answer["policy_version"] == "ours-1, as far as earlier releases can say it"
    world.s3.put_object(Bucket="artifacts", Key=reference.key, Body=to_object(policy_of())[1])
    world.now += 31.0
    assert world.score(transaction_id="T2")["policy_version"] == "ours-1"


def test_a_policy_that_was_undone_is_not_the_last_good_one(world):
    """The default decides again, with the deployment's own amount."""
    apply(world, policy_of())
    world.score()
    world.put_control(ControlDocument(revision=2))
    answer = world.score(transaction_id="T2")
    assert (answer["policy_version"], answer["degraded"]) == (DEFAULT_POLICY.version, ["customer_missing", "terminal_missing"])


def test_who_may_only_score_learns_which_policy_decides_and_none_of_its_rules(world):
    """Neither by the model card, nor by a page, nor by the reasons of an answer: who knows a threshold stays below it."""
    apply(world, policy_of())
    card = world.http.get("/v1/model").json()
    assert card["policy"] == {"version": "ours-1", "sha256": to_object(policy_of())[0].sha256}
    held = world.score(customer_id="C9", amount_minor=16_000)
    assert held["decided_by"] == "guardrail"
    assert held["reasons"][0]["text"] == "The guardrail unseen-large holds."
    told = [json.dumps([card, held]), *(world.http.get(path).text for path in ("/", "/report", "/v1/decisions/T1"))]
    assert [word for word in ("150", "customer_count_90d ==", 'C1"', "block_at") for text in told if word in text] == []


def test_a_policy_in_money_decides_by_what_costs_least(world):
    """The same probability is worth a review for a large amount, and nothing for a small one."""
    priced = OURS.replace("[thresholds]\nreview_at = 0.3\nblock_at = 0.8", "[money]\nreview = 500\nblocked_good = 2000")
    apply(world, policy_of(priced), production=put_bundle(world.s3, bundle(weights=UNMOVED)))
    small, large = (world.score(transaction_id=f"T{amount}", customer_id="C2", amount_minor=amount) for amount in (14_000, 39_000))
    assert small["fraud_probability"] == large["fraud_probability"] == pytest.approx(0.018, abs=1e-3)
    assert [(one["decision"], one["decided_by"]) for one in (small, large)] == [("allow", "model"), ("review", "model")]


def test_a_rule_that_asks_for_the_probability_is_silent_without_a_model_and_the_answer_says_so(world):
    """It can neither hold nor fail."""
    asking = OURS + '[[rules]]\nname = "likely"\nwhen = "amount > 10 and probability > 0.01"\noutcome = "review"\n'
    apply(world, policy_of(asking))
    assert world.score(customer_id="C2")["spoke"] == ["silent/likely"]
    apply(world, policy_of(asking), revision=2, production=put_bundle(world.s3, bundle(weights=UNMOVED)))
    assert world.score(transaction_id="T2", customer_id="C2")["spoke"] == ["rule/likely"]


def break_next(world: World, fault: str) -> None:
    """Apply a second policy that cannot be had."""
    second = replace(policy_of(), version="ours-2")
    reference, content = to_object(second)
    if fault == "damaged":
        content = content[:-1]
    elif fault == "unknown_schema":
        content = canonical_json({**second.to_json(), "schema": 2}).encode()
        reference = PolicyRef("ours-2", sha256_hex(content))
    elif fault == "unknown_feature":
        content = content.replace(b"customer_count_90d", b"customer_count_91d")
        reference = PolicyRef("ours-2", sha256_hex(content))
    if fault != "lost":
        world.s3.put_object(Bucket="artifacts", Key=reference.key, Body=content)
    world.put_control(ControlDocument(revision=2, policy_object=reference))
