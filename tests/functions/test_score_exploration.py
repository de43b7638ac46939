"""Chance lets a few payments through that the model alone would block: rarely, up to an amount, foreseen by nobody, told to all."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import boto3
import pytest
from bundle_world import UNMOVED, bundle, put_bundle
from hypothesis import given, settings
from hypothesis import strategies as st
from score_world import MANIFEST, World
from test_score_tokens import KEY

from functions.score.exploration import Exploration
from functions.score.service import compose
from functions.score.verdict import Features, Verdict
from greenfraud.control import ControlDocument
from greenfraud.items import decision as decision_items
from greenfraud.policy import DEFAULT_POLICY, Policy, bare_rule
from greenfraud.records import Transaction

SHARE = 0.01
ALARMED = replace(DEFAULT_POLICY, version="alarmed", review_at=0.001, block_at=0.002)  # the model's usual 0.018 is a block


def verdict(transaction_id: str = "T1", amount_minor: int = 1_250, **changes: Any) -> Verdict:
    """The model alone blocks a payment."""
    transaction = Transaction(transaction_id, 0, "C1", "M1", amount_minor)
    return Verdict(transaction, Features({}, None, []), "block", [], probability=0.9, **{"decided_by": "model", **changes})


def always(**changes: Any) -> Exploration:
    """Everything that may pass does."""
    return Exploration(**{"share": 1.0, "limit_minor": 5_000, "key": KEY.encode, **changes})


@pytest.fixture
def world(aws: None) -> World:
    """A service whose model would block everything, in a deployment that explores."""
    found = World()
    serve(found, ALARMED)
    return found


def serve(world: World, policy: Policy) -> None:
    """Put a model and a policy into production."""
    production = put_bundle(world.s3, bundle(weights=UNMOVED))
    world.put_control(ControlDocument(revision=1, production=production, policy=policy))


def explore(world: World, exploration: Exploration) -> None:
    """Let the deployment explore."""
    world.service.scorer._exploration = exploration


def test_a_payment_that_the_model_would_block_may_pass(world, capsys):
    """Its stored decision says by what chance, and what it would have been; a metric counts it."""
    explore(world, always(share=SHARE, key=key_that_lets_pass("T1").encode))
    answer = world.score()
    assert (answer["decision"], answer["exploration"]) == ("allow", {"propensity": SHARE, "would_have_been": "block"})
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["Explored"] == 1
    assert world.http.get("/v1/decisions/T1").json() == answer == world.score()
    item = world.dynamodb.get_item(TableName="decisions", Key=decision_items.key("T1"))["Item"]
    row = decision_items.decode(item).lake_row()
    assert (row["decision"], row["accepted_us"], row["propensity"]) == ("allow", row["occurred_us"], SHARE)


def test_what_was_not_left_to_chance_says_so(world):
    """Nothing in the lake beside it, and null in the answer."""
    answer = world.score()
    assert (answer["decision"], answer["exploration"]) == ("block", None)
    item = world.dynamodb.get_item(TableName="decisions", Key=decision_items.key("T1"))["Item"]
    assert "propensity" not in decision_items.decode(item).lake_row()


def test_a_payment_that_a_rule_blocks_never_passes(world):
    """Also where the model would block it too."""
    rule = bare_rule("amount", 10.0, "block", beside_model="block")
    serve(world, replace(ALARMED, version="rule", rules=(rule,)))
    explore(world, always())
    answer = world.score()
    assert (answer["decision"], answer["decided_by"], answer["exploration"]) == ("block", "both", None)


def test_without_a_model_nothing_passes(world):
    """The rules explore nothing."""
    world.put_control(ControlDocument(revision=2, policy=replace(DEFAULT_POLICY, rules=(bare_rule("amount", 10.0, "block"),))))
    explore(world, always())
    assert world.score()["decision"] == "block"


@pytest.mark.parametrize(
    ("exploration", "asked"),
    [
        pytest.param(Exploration(), verdict(), id="off"),
        pytest.param(always(share=0.0), verdict(), id="no share"),
        pytest.param(always(), verdict(amount_minor=5_001), id="above the limit"),
        pytest.param(always(key=lambda: None), verdict(), id="no key"),
        pytest.param(always(), verdict(decided_by="rules"), id="by a rule"),
        pytest.param(always(), verdict(decided_by="both"), id="by a rule too"),
        pytest.param(always(), replace(verdict(), decision="review"), id="a review has an outcome anyway"),
        pytest.param(always(), replace(verdict(), decision="allow"), id="allowed anyway"),
    ],
)
def test_nothing_passes(exploration: Exploration, asked: Verdict):
    """Unless everything speaks for it."""
    assert exploration.of(asked) is asked


def test_about_the_share_passes_and_the_same_ones_again():
    """Of ten thousand payments, by one key; another key lets others through."""
    exploration, other = always(share=SHARE), always(share=SHARE, key=lambda: b"another key of thirty-two letters")
    passed, of_other, again = (
        {n for n in range(10_000) if one.of(verdict(f"T{n}")).explored} for one in (exploration, other, exploration)
    )
    assert 60 < len(passed) < 140
    assert passed == again
    assert len(passed & of_other) < 10


@settings(max_examples=50, deadline=None)
@given(st.text(min_size=1, max_size=40), st.floats(0.0001, 0.01), st.floats(0.0001, 0.01))
def test_a_larger_share_lets_through_whatever_a_smaller_one_did(transaction_id: str, one: float, other: float):
    """Who passes is drawn once; the share only says where the line is."""
    smaller, larger = sorted([one, other])
    if always(share=smaller).of(verdict(transaction_id)).explored:
        assert always(share=larger).of(verdict(transaction_id)).explored is not None


def test_a_deployment_hands_share_limit_and_key_to_the_scorer(world):
    """From its settings, by the composition that `connect` uses."""
    tokens = world.tokens
    service = compose(
        MANIFEST,
        reader=world.service.scorer.reader,
        bundles=None,  # type: ignore[arg-type]
        decisions=lambda: boto3.client("dynamodb"),
        decisions_table="decisions",
        footprint=None,  # type: ignore[arg-type]
        review_above=220.0,
        exchange=world.service.exchange,
        exploration=(0.005, 5_000),
        tokens=tokens,
    )
    assert service.scorer._exploration == Exploration(0.005, 5_000, tokens.key)


def key_that_lets_pass(transaction_id: str) -> str:
    """A key by whose draw a payment passes."""
    keys = (f"{n:032}" for n in range(10_000))
    return next(key for key in keys if always(share=SHARE, key=key.encode).of(verdict(transaction_id)).explored)


@pytest.mark.parametrize("floor", ["challenge", "review", "block"])
def test_who_is_asked_about_by_the_policy_too_never_passes(floor):
    """A block list, a guardrail or a rule beside a model that blocks: the decision is called the model's, and is not its alone."""
    assert always().of(verdict(floor=floor)).decision == "block"
    assert always().of(verdict()).decision == "allow"
