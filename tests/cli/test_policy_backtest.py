"""`greenfraud policy backtest`: a candidate on decisions whose labels are mature; what nobody knows is counted apart."""

from __future__ import annotations

import json

import pytest
from decided_lake import DecidedLake
from typer.testing import CliRunner

from cli.main import app

STRICT = """version = "strict-1"

[money]
review = 500
challenge = 100
challenge_stops = 0.5
blocked_good = 2500

[[guardrails]]
name = "unseen"
when = "amount > 20 and customer_count_90d == 0"
outcome = "challenge"

[[guardrails]]
name = "night"
when = "is_night == 1"
outcome = "review"
mode = "shadow"
"""
WEEK = 7 * 24.0


@pytest.fixture
def lake(s3, monkeypatch):
    """A lake whose newest decision makes those of the first week mature."""
    made = DecidedLake(s3)
    made.decide("newest", 2 * WEEK, 1.0)
    monkeypatch.setattr("cli.target.find_target", lambda **_: made)
    monkeypatch.setattr("cli.policy.in_force.call_api", lambda *_: {"policy_object": None})
    return made


@pytest.fixture
def backtest(tmp_path):
    """What is found of a document, and what is shown."""

    def run(text: str = STRICT, code: int = 0):
        (tmp_path / "strict.toml").write_text(text)
        shown = CliRunner().invoke(
            app, ["policy", "backtest", str(tmp_path / "strict.toml"), "--json", str(tmp_path / "found.json")]
        )
        assert shown.exit_code == code, shown.output
        return (json.loads((tmp_path / "found.json").read_text()) if code == 0 else {}), shown.output

    return run


def test_frauds_caught_and_missed_good_customers_hindered_and_money(lake, backtest):
    """By the newest label; nobody's complaint about a payment that went through says that it was good."""
    lake.decide("caught", 1, 100.0, 0.0, customer_count_90d=0.0)
    lake.report("caught", 50)
    lake.decide("missed", 2, 90.0, 0.0, customer_count_90d=3.0, is_night=1.0)
    lake.report("missed", 60)
    for number in range(3):
        lake.decide(f"hindered-{number}", 3, 50.0, 0.0, customer_count_90d=0.0, customer="the same")
    lake.decide("good", 4, 50.0, 0.0, customer_count_90d=3.0)
    lake.report("good", 50)
    lake.report("good", 70, is_fraud=False)
    found, shown = backtest()
    assert (found["decisions"], found["known"], found["frauds"], found["good"]) == (6, 6, 2, 4)
    assert (found["caught"], found["missed"]) == ({"now": 0, "then": 1}, {"now": 2, "then": 1})
    assert (found["hindered"], found["customers_hindered"]) == ({"now": 0, "then": 3}, {"now": 0, "then": 1})
    assert found["caught_share"]["then"]["value"] == 0.5
    # Now both frauds pass; then one is stopped by half at the price of a challenge, and three good ones are challenged.
    assert found["money"]["now"]["value"] == 19_000.0
    assert found["money"]["then"]["value"] == 9_000.0 + 100.0 + 5_000.0 + 300.0
    assert found["missed_minor"]["difference"]["value"] == -10_000.0
    assert [one["transaction_id"] for one in found["missed_examples"]] == ["missed"]
    assert (found["rules"]["guardrail/unseen"]["frauds"], found["rules"]["guardrail/unseen"]["good"]) == (1, 3)
    assert (found["rules"]["shadow/night"]["frauds"], found["rules"]["shadow/night"]["precision"]["value"]) == (1, 1.0)
    assert "6 payments of which it is known what they were: 2 frauds" in shown


def test_what_was_refused_and_never_labelled_is_counted_apart_and_without_chance_nobody_knows_it(lake, backtest):
    """Neither a fraud nor good, and the estimate is unavailable."""
    assert lake.decide("refused", 1, 50.0, 0.9) == "block"
    assert lake.decide("held", 1, 300.0, 0.0) == "review"
    assert lake.decide("confirmed", 1, 300.0, 0.9) == "block"
    lake.report("confirmed", 50)
    found, shown = backtest()
    assert (found["known"], found["frauds"], found["never_labelled"]["decisions"]) == (1, 1, 2)
    assert found["never_labelled"]["then"] == {"block": 1, "allow": 1}
    assert "unavailable" in found["never_labelled"]["by_exploration"]
    assert found["hindered_share"]["then"] == {"value": None, "low": None, "high": None}
    assert "what they were is unavailable: no payment of these weeks was let through by chance" in shown


def test_what_chance_let_through_stands_for_all_that_was_refused_like_it(lake, backtest):
    """One in ten, of whom half were frauds; of four nobody says that he knows it exactly."""
    for number in range(4):
        chance = {"exploration": {"propensity": 0.1, "would_have_been": "block"}}
        lake.decide(f"explored-{number}", 1 + number, 50.0, 0.9, **chance)
        if number % 2:
            lake.report(f"explored-{number}", 80)
    found, _ = backtest()
    estimate = found["never_labelled"]["by_exploration"]
    assert (estimate["explored"], estimate["stand_for"]["value"]) == (4, 40.0)
    assert estimate["fraud_share"]["value"] == 0.5
    assert (estimate["fraud_share"]["low"], estimate["fraud_share"]["high"]) == pytest.approx((0.15, 0.85), abs=0.01)
    assert estimate["let_through_then"]["value"] == 0.0


def test_only_mature_decisions_are_judged(lake, backtest):
    """Those of the last week may be reported yet."""
    lake.decide("young", 1.5 * WEEK, 50.0)
    _, shown = backtest(code=1)
    assert "no decision is 7 days older than the newest one" in shown


def test_money_that_the_candidate_does_not_state_is_unavailable(lake, backtest):
    """Never 0."""
    lake.decide("T1", 1, 50.0, customer_count_90d=0.0)
    found, shown = backtest(STRICT.replace("challenge = 100\nchallenge_stops = 0.5\n", ""))
    assert found["money"] == {"unavailable": "payments are challenged, and [money] states no price of a challenge"}
    assert found["caught_share"]["then"]["value"] is None
    assert "cost unavailable" in shown
