"""Card testing: 300 small attempts on 300 cards at one terminal, stopped by the default policy without any trained sign of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from bundle_world import UNMOVED, bundle, put_bundle
from score_world import MANIFEST, TRANSACTION, World

from cli.data.world import WorldSpecification, make_world
from greenfraud.control import ControlDocument
from greenfraud.features.tiles import ViewState
from greenfraud.instants import DAY_US, HOUR_US, format_rfc3339, parse_rfc3339
from greenfraud.policy import DEFAULT_POLICY, Payment, judge
from training.features.feature_matrix import FeatureMatrix
from training.features.history import LABELS, TRANSACTIONS, arrange

NOW_US = parse_rfc3339("2018-05-20T12:00:00Z")
ATTEMPTS, CARDS_EVERY_US = 300, 2_000_000  # ten minutes
WITHIN = 20
PEAK = 40  # payments of a busy terminal in its best hour


@pytest.fixture(scope="module")
def terminal() -> ViewState:
    """An ordinary terminal: five payments a day for a month."""
    state = ViewState.empty(MANIFEST.views["terminal_activity"])
    for hours in range(5, 24 * 40, 5):
        state = state.add_transaction(NOW_US - 40 * DAY_US + hours * HOUR_US, 3_000)
    return state


@pytest.fixture(params=["a model that sees nothing", "no model"])
def world(aws: None, request, terminal: ViewState) -> World:
    """A service whose model, if there is one, is never alarmed."""
    found = World()
    if request.param != "no model":
        found.put_control(ControlDocument(revision=1, production=put_bundle(found.s3, bundle(weights=UNMOVED))))
    found.put_state("terminal_activity", "M1", terminal)
    return found


def attempts(count: int = ATTEMPTS, **changes: object) -> list[dict]:
    """One small attempt each two seconds, each on another card."""
    return [
        TRANSACTION
        | {
            "transaction_id": f"A{number}",
            "customer_id": f"CARD{number}",
            "amount_minor": 100 + 7 * number % 400,
            "occurred_at": format_rfc3339(NOW_US + number * CARDS_EVERY_US),
            **changes,
        }
        for number in range(count)
    ]


def seen(terminal: ViewState, one: dict, decision: str) -> ViewState:
    """The terminal after an attempt."""
    return terminal.add_transaction(parse_rfc3339(one["occurred_at"]), one["amount_minor"], decision, one["customer_id"])


def test_300_small_attempts_at_one_terminal_are_caught_within_20(world, terminal):
    """And from then on each of them: nobody is let through in between."""
    decisions: list[str] = []
    asked = attempts()
    for first in range(0, ATTEMPTS, 100):
        body = asked[first : first + 100]
        results = world.http.post("/v1/score/batch", json=body).json()["results"]
        decisions += [one["decision"] for one in results]
        for one, result in zip(body, results, strict=True):  # as ingestion does behind the stream
            terminal = seen(terminal, one, result["decision"])
        world.put_state("terminal_activity", "M1", terminal)
    caught = decisions.index("challenge")
    assert caught < WITHIN
    assert set(decisions[caught:]) == {"challenge"}
    assert results[-1]["decided_by"] == "guardrail"
    assert results[-1]["reasons"][0]["code"] == "GUARDRAIL_CARD_TESTING"


def test_an_hour_later_the_terminals_customers_are_left_in_peace(world, terminal):
    """The guardrail holds for the attack, not for the terminal."""
    for one in attempts():
        terminal = seen(terminal, one, "challenge")
    world.put_state("terminal_activity", "M1", terminal)
    assert world.score(occurred_at="2018-05-20T13:20:00Z")["decision"] == "allow"


def test_cards_tested_with_larger_amounts_are_caught_by_how_many_different_ones_there_are(world):
    """No attempt is small, so the guardrail on small ones is silent."""
    answers = world.http.post("/v1/score/batch", json=attempts(30, amount_minor=4_500)).json()["results"]
    decisions = [answer["decision"] for answer in answers]
    caught = decisions.index("challenge")
    assert 12 <= caught < WITHIN
    assert set(decisions[caught:]) == {"challenge"}
    assert (answers[-1]["spoke"], answers[-1]["reasons"][0]["code"]) == (["guardrail/many-customers"], "GUARDRAIL_MANY_CUSTOMERS")


def test_one_customer_who_pays_again_and_again_is_no_card_testing(world):
    """Thirty rides at a fairground are thirty attempts, and one customer."""
    answers = world.http.post("/v1/score/batch", json=attempts(30, amount_minor=4_500, customer_id="C1")).json()["results"]
    assert not any("guardrail/many-customers" in answer["spoke"] for answer in answers)


def test_no_ordinary_payment_of_the_generated_world_is_challenged():
    """Its terminals are quiet: not one false alarm in its payments."""
    assert shares(make_world(WorldSpecification(customers=300, days=40)).table) == (0.0, 0)


def test_a_busy_terminal_and_one_without_a_past_are_left_in_peace():
    """A shop of ten hours on six days a week with peaks of 40 small payments an hour, seen from its first day on."""
    rows = [
        (day * DAY_US + hour * HOUR_US + number * (HOUR_US // size), 900)
        for day in range(35)
        if day % 7 != 6
        for hour, size in zip(range(9, 19), (8, 10, 15, PEAK, 30, 12, 10, 15, PEAK, 20), strict=True)
        for number in range(size)
    ]
    start_us = parse_rfc3339("2018-04-02T00:00:00Z")
    count = len(rows)
    table = pa.table(
        {
            "transaction_id": [f"T{number:06d}" for number in range(count)],
            "occurred_us": [start_us + at_us for at_us, _ in rows],
            "customer_id": [f"C{number % 4_000}" for number in range(count)],
            "terminal_id": ["M1"] * count,
            "amount_minor": [amount for _, amount in rows],
            "is_fraud": [False] * count,
        }
    )
    share, largest = shares(table)
    assert largest > PEAK
    assert share == 0.0


def shares(table: pa.Table) -> tuple[float, int]:
    """The share of payments that the guardrail challenges; the most attempts that an hour had beyond what quiet terminals have."""
    wanted = [name for name in TRANSACTIONS.names if name in table.column_names]
    told = table.select(wanted)
    for name in TRANSACTIONS.names:
        if name not in wanted:
            told = told.append_column(name, pa.nulls(table.num_rows, TRANSACTIONS.field(name).type))
    labels = pa.table({name: pa.array([], LABELS.field(name).type) for name in LABELS.names}, schema=LABELS)
    matrix = FeatureMatrix(MANIFEST, arrange(told.select(TRANSACTIONS.names).cast(TRANSACTIONS), labels))
    columns = matrix.columns(slice(0, table.num_rows))
    alone = replace(DEFAULT_POLICY, rules=())
    names = DEFAULT_POLICY.features
    values = zip(*(columns[name] for name in names), strict=True)
    payments = (
        Payment(dict(zip(names, row, strict=True)), amount)
        for row, amount in zip(values, table["amount_minor"].to_pylist(), strict=True)
    )
    challenged = np.array([judge(alone, payment).decision == "challenge" for payment in payments])
    most = int(columns["terminal_tried_1h"].max())
    return float(challenged.mean()), most if most > WITHIN else 0


@pytest.mark.parametrize(("payments", "decision"), [(0.0, "challenge"), (9.0, "challenge"), (10.0, "allow"), (60.0, "allow")])
def test_who_has_paid_for_long_is_left_in_peace_where_others_test_cards(payments, decision):
    """The attack is at the terminal, by no doing of his own."""
    values = {"terminal_tried_1h": 40.0, "terminal_count_7d": 75.0, "terminal_count_30d": 200.0, "customer_count_90d": payments}
    assert judge(DEFAULT_POLICY, Payment(values, 1_200)).decision == decision
