"""Today's work is ranked by what is expected to be lost, whatever the doubts are, and cut at what the team can do."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import pytest
from desk_world import MemoryWorld, listed
from hypothesis import given
from hypothesis import strategies as st

from functions.score.memory import MemoryTable
from functions.score.reviews import ReviewIndex
from functions.score.worklist import Asked, Worklist, window
from greenfraud.features.manifest import load_manifest
from greenfraud.instants import DAY_US, day_of
from greenfraud.items import decision as decision_items
from greenfraud.items.decision import Decision
from greenfraud.policy import DEFAULT_POLICY
from greenfraud.policy.money import Money
from greenfraud.policy.stake import at_stake, rank_of
from greenfraud.records import Transaction

NOON_US = 1_526_817_600_000_000
TODAY = day_of(NOON_US)
MONEY = Money(review=500, blocked_good=2_000, loss_fixed=1_500, reviews_a_day=3)
POLICY = replace(DEFAULT_POLICY, money=MONEY)

Doubt = tuple[str, float | None, int, int]  # outcome, probability, amount, days ago
doubts = st.lists(
    st.tuples(
        st.sampled_from(["challenge", "review", "block"]),
        st.none() | st.floats(0, 1),
        st.integers(0, 10**12),
        st.integers(0, 6),
    ),
    max_size=12,
)


def worklist(found: list[Doubt], policy=POLICY, *, is_of_earlier_release: bool = False) -> Worklist:
    """A list over doubts that were decided under the policy."""
    table = MemoryTable()
    for number, (outcome, probability, amount_minor, days_ago) in enumerate(found):
        stake = at_stake(policy.money, outcome, amount_minor)
        answer = {"decision": outcome, "fraud_probability": probability, "degraded": [], "transaction_id": f"T{number}"}
        kept = (probability or 0.0, None) if is_of_earlier_release else (rank_of(outcome, probability, stake), stake)
        transaction = Transaction(f"T{number}", NOON_US - days_ago * DAY_US, "C1", None, amount_minor)
        decision = Decision(transaction, answer, "light", "v1", 0.0, 0.0, 0.0, rank=kept[0], at_stake_minor=kept[1])
        table.put_item(Item=decision_items.encode(decision, 1_800_000_000.0))
    return Worklist(ReviewIndex(lambda: table, "decisions"), load_manifest(), policy, NOON_US)


def cost_of(doubt: Doubt) -> float:
    """By hand: what is expected to be lost, or all of it where nobody estimated that."""
    outcome, probability, amount_minor, _ = doubt
    stake, of_mistake = (2_000.0, 1 - (probability or 0)) if outcome == "block" else (amount_minor + 1_500.0, probability)
    return stake if probability is None else stake * of_mistake


@given(doubts)
def test_no_doubt_of_the_window_stands_before_one_that_is_expected_to_lose_more(found):
    """And those that are left out lose no more than the last one listed."""
    told = worklist(found).told(Asked(window(TODAY)))
    costs = sorted((cost_of(one) for one in found), reverse=True)
    assert [cost_of(found[int(one["transaction_id"][1:])]) for one in told["reviews"]] == costs[:3]
    assert (told["capacity"], told["more"]) == (3, len(found) > 3)


@given(doubts)
def test_what_an_earlier_release_stored_is_ranked_among_what_is_listed(found):
    """It kept the probability alone."""
    told = worklist(found, is_of_earlier_release=True).told(Asked(window(TODAY), limit=100))
    assert [cost_of(found[int(one["transaction_id"][1:])]) for one in told["reviews"]] == sorted(map(cost_of, found), reverse=True)


def test_without_a_probability_a_doubt_ranks_by_all_that_is_at_stake_and_says_that_nobody_estimated_it():
    """It is no 0: a sure fraud of a smaller amount comes after it, one of a larger amount before."""
    found: list[Doubt] = [("review", 1.0, 9_999, 0), ("review", None, 10_000, 0), ("review", 1.0, 10_001, 0)]
    reviews = worklist(found).told(Asked(window(TODAY)))["reviews"]
    assert [(one["transaction_id"], one["expected_loss_minor"]) for one in reviews] == [
        ("T2", 11_501.0),
        ("T1", None),
        ("T0", 11_499.0),
    ]


def test_a_declined_payment_costs_what_a_good_customer_does():
    """However large it was: nothing of it can be lost to fraud any more, so it never hides what is held."""
    found: list[Doubt] = [("block", 0.9, 10**9, 0), ("review", 0.5, 10_000, 0)]
    reviews = worklist(found).told(Asked(window(TODAY)))["reviews"]
    assert [(one["transaction_id"], round(one["expected_loss_minor"])) for one in reviews] == [("T1", 5_750), ("T0", 200)]


def test_the_list_is_as_long_as_the_team_can_do_and_longer_or_shorter_when_asked():
    """Without a capacity it is 100; `more` says that it goes on."""
    found: list[Doubt] = [("review", 0.5, 10_000 + number, 0) for number in range(120)]
    lists = [worklist(found), worklist(found, DEFAULT_POLICY)]
    asked = [(lists[0], None), (lists[0], 2), (lists[0], 10), (lists[1], None), (lists[1], 1_000)]
    told = [of.told(Asked(window(TODAY), limit)) for of, limit in asked]
    assert [(len(one["reviews"]), one["more"]) for one in told] == [(3, True), (2, True), (10, True), (100, True), (120, False)]


def test_a_team_that_can_do_nothing_today_is_listed_nothing_and_half_a_review_is_none():
    """0 is no missing number; and a policy of an earlier release may hold a fraction, by which no list can be cut."""
    found: list[Doubt] = [("review", 0.5, 10_000 + number, 0) for number in range(4)]
    for can, count in ((0, 0), (2.5, 2)):
        policy = replace(POLICY, money=Money(500, 2_000, reviews_a_day=cast("int", can)))
        told = worklist(found, policy).told(Asked(window(TODAY)))
        assert (len(told["reviews"]), told["capacity"], told["more"]) == (count, count, True)


def test_the_window_is_a_week_and_a_day_is_a_day():
    """What nobody looked at for a week is asked for by its day."""
    found: list[Doubt] = [("review", 0.5, 10_000, days_ago) for days_ago in range(9)]
    of = worklist(found, DEFAULT_POLICY)
    assert {one["transaction_id"] for one in of.told(Asked(window(TODAY)))["reviews"]} == {f"T{number}" for number in range(7)}
    assert [one["transaction_id"] for one in of.told(Asked(["2018-05-12"]))["reviews"]] == ["T8"]


def test_a_doubt_tells_what_is_known_of_the_customer_or_why_nothing_is():
    """In the sentences of the reasons; what cannot be read is never told as nothing."""
    world = MemoryWorld()
    world.score(amount_minor=90_000)
    (entry,) = listed(world)
    assert [one["text"] for one in entry["usual"]] == ["What is known of the customer could not be read."]
    assert (entry["customer_id"], entry["amount_minor"], entry["currency"]) == ("C1", 90_000, "EUR")


def test_nothing_that_is_damaged_hides_another_doubt(caplog):
    """Named in the log, without its value."""
    of = worklist([("review", 0.5, 10_000, 0), ("review", 0.4, 10_000, 0), ("review", 0.3, 10_000, 0)])
    table: MemoryTable = of.index._client()
    table._items[("T0", "decision")]["answer"] = {"S": '{"degraded": [], "decision": "4711"}'}
    table._items[("T1", "decision")]["features"] = {"S": "4711"}
    assert [one["transaction_id"] for one in of.told(Asked(window(TODAY)))["reviews"]] == ["T2"]
    assert ("decision.answer:" in caplog.text, "decision.features:" in caplog.text, "4711" in caplog.text) == (True, True, False)


@pytest.mark.parametrize(
    "text",
    [
        '{"degraded": [], "decision": "review"}',
        '{"degraded": [], "decision": "review", "fraud_probability": "high"}',
        '{"degraded": [], "decision": "review", "fraud_probability": NaN}',
        '{"degraded": [7], "decision": "review", "fraud_probability": 0.5}',
        '{"decision": "review", "fraud_probability": 0.5}',
        '{"decision": ["review"]}',
        '"review"',
    ],
)
def test_an_answer_that_cannot_be_read_is_left_out_and_nothing_is_made_up_in_its_place(text):
    """The others are listed."""
    of = worklist([("review", 0.5, 10_000, 0), ("review", 0.4, 10_000, 0)])
    of.index._client()._items[("T0", "decision")]["answer"] = {"S": text}
    assert [one["transaction_id"] for one in of.told(Asked(window(TODAY)))["reviews"]] == ["T1"]
