"""The evaluation protocol of docs/evaluation.md, rule by rule, against plain readings of it and examples computed by hand."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pytest
from memory_lake import MemoryLake

from greenfraud.chunks import Chunk, Coverage
from greenfraud.enough import split
from greenfraud.instants import DAY_US, start_of_day_us
from training.evaluation.candidates import EvaluatedCandidate
from training.evaluation.holdout import Holdout, known_compromised, make_holdout
from training.evaluation.measurement import CARD_PRECISION, measure
from training.features.chunk_writing import write_chunks
from training.features.history import LABELS, TRANSACTIONS

START = date(2018, 6, 3)
WEEK = Chunk(START, START + timedelta(days=7))
T = WEEK.start_us
NOON_US = DAY_US // 2


def table(rows: list[tuple], schema: pa.Schema) -> pa.Table:
    """Rows as a table."""
    return pa.Table.from_pylist([dict(zip(schema.names, row, strict=True)) for row in rows], schema=schema)


def lake_of(frauds: dict[str, int], delay_us: int) -> MemoryLake:
    """A lake in which each customer has one fraud, reported `delay_us` later, and a payment at every test day's ends and noon."""
    moments = [T + day * DAY_US + at for day in range(7) for at in (0, NOON_US, DAY_US - 1)]
    paid = [(f"{who}-{n}", at, who, "m", 100) for who in frauds for n, at in enumerate(moments)]
    stolen = [(f"{who}-fraud", at, who, "m", 100) for who, at in frauds.items()]
    labels = [(f"{who}-fraud", True, at + delay_us, "bank") for who, at in frauds.items()]
    return MemoryLake(table([*paid, *stolen], TRANSACTIONS), table(labels, LABELS))


def is_left_out(fraud_us: int, day: int, delay: int) -> bool:
    """A reading of the rule by days alone, word by word: test day D is T + `day`, labels take `delay` days."""
    fraud_day = (fraud_us - T) // DAY_US  # counted from T
    in_the_week_learned = -7 - delay <= fraud_day < -delay
    from_then_on = -delay - 1 <= fraud_day <= day - delay - 1
    return in_the_week_learned or from_then_on


@pytest.mark.parametrize("delay", [7, 30])
def test_customers_known_to_be_compromised_are_left_out_day_by_day(delay: int) -> None:
    """A fraud at the first and at the last microsecond of each day around: seven days of delay are the handbook's, T-14 to T-7."""
    frauds = {f"c{day}{end}": T + day * DAY_US + at for day in range(-delay - 9, 8) for end, at in (("a", 0), ("z", DAY_US - 1))}
    known = known_compromised(lake_of(frauds, delay * DAY_US), WEEK, delay)
    expected = {T // DAY_US + day: {who for who, at in frauds.items() if is_left_out(at, day, delay)} for day in range(7)}
    assert known == expected
    assert [len(known[T // DAY_US + day]) for day in range(7)] == [14, 16, 18, 20, 22, 24, 26]


def test_a_customer_is_left_out_from_the_day_after_the_report() -> None:
    """A fraud on T-5, reported on T+2: payments of T to T+2 stay, those from T+3 on go."""
    lake = lake_of({"c": T - 5 * DAY_US + NOON_US, "other": T - 60 * DAY_US}, 7 * DAY_US)
    paid = [(f"{who}{day}", T + day * DAY_US + NOON_US, who, "m", 100) for day in range(7) for who in ("c", "other")]
    payments = table(paid, TRANSACTIONS).append_column("is_fraud", pa.array([False] * len(paid)))
    holdout = make_holdout(payments, known_compromised(lake, WEEK, 7))
    of_c = [row for row in holdout.table["transaction_id"].to_pylist() if row.startswith("c")]
    assert (of_c, len(holdout), holdout.removed) == (["c0", "c1", "c2"], 10, 4)


def test_a_model_learns_nothing_that_was_observed_from_the_test_week_on() -> None:
    """Of two frauds in the last chunk before the label gap, the report that arrives as the week begins comes too late."""
    last = Chunk(START - timedelta(days=14), START - timedelta(days=7))
    paid = [(name, last.start_us + NOON_US, "c", "m", 100) for name in ("known", "late")]
    labels = [("known", True, T - 1, "bank"), ("late", True, T, "bank")]
    lake = MemoryLake(table(paid, TRANSACTIONS), table(labels, LABELS))
    write_chunks(lake, [last])
    (learned,) = lake.chunks().values()
    assert learned.select(["transaction_id", "is_fraud"]).to_pylist() == [
        {"transaction_id": "known", "is_fraud": True},
        {"transaction_id": "late", "is_fraud": False},
    ]


def test_every_chunk_that_is_learned_ends_a_label_delay_before_the_test_week() -> None:
    """Whatever day it is, and however long labels take."""
    first = date(2018, 4, 1)
    for day in range(28, 200):
        days = frozenset(first + timedelta(days=passed) for passed in range(day))
        for delay in (0, 7, 30):
            coverage = Coverage(first_day=first, newest_us=start_of_day_us(first) + day * DAY_US, days=days, maturity_days=delay)
            found = split(coverage, {})
            assert all(chunk.end_us + delay * DAY_US <= found.judged[0].start_us for chunk in found.learned)


def measures(rows: list[tuple[float, bool, int, int]]) -> dict[str, float]:
    """Figures of rows of score, fraud, customer and day; alerts from 0.5 on, 30.00 each."""
    scores, is_fraud, customer, day = (np.array(column) for column in zip(*rows, strict=True))
    holdout = Holdout(pa.table({}), is_fraud, np.full(len(rows), 3_000), customer, day, 0)
    once = np.ones((1, customer.max() + 1))
    return {
        name: float(of[0])
        for name, of in measure(EvaluatedCandidate("m", "challenger", scores, scores >= 0.5), holdout, once).items()
    }


HAND = [  # score, fraud, customer, day
    (0.9, True, 0, 1),
    (0.8, False, 1, 1),
    (0.6, True, 2, 1),
    (0.6, False, 3, 1),
    (0.2, False, 4, 1),
    (0.1, True, 5, 1),
]


def test_average_precision_by_hand() -> None:
    """Recall grows by a third at 0.9 (1 of 1), at 0.6 (2 of 4, the tie enters whole) and at 0.1 (3 of 6)."""
    assert measures(HAND)["average_precision"] == pytest.approx((1 / 1 + 2 / 4 + 3 / 6) / 3)


def test_auc_roc_by_hand() -> None:
    """Of nine pairs, 0.9 wins three, 0.6 one and half of the tie, 0.1 none."""
    assert measures(HAND)["auc_roc"] == pytest.approx((3 + 1 + 0.5) / 9)


def test_recall_at_a_false_positive_rate_by_hand() -> None:
    """One of one hundred legitimate rows may be disturbed: the fraud that ties with the second one is not found."""
    rows = [(0.9, True), (0.8, False), (0.7, True), (0.6, True), (0.6, False), *[(0.1, False)] * 98]
    found = measures([(score, is_fraud, n, 1) for n, (score, is_fraud) in enumerate(rows)])
    assert found["recall_at_fpr_1pct"] == pytest.approx(2 / 3)
    assert found["recall_at_fpr_5pct"] == 1.0


def test_expected_cost_by_hand() -> None:
    """Four alerts of 5.00, and one fraud of 30.00 that nobody looked at."""
    assert measures(HAND)["expected_cost_minor"] == 4 * 500 + 3_000


def test_brier_and_calibration_error_by_hand() -> None:
    """Squared distances to what happened; per tenth of probability, the sum of what was promised too much or too little."""
    found = measures(HAND)
    assert found["brier"] == pytest.approx((0.1**2 + 0.8**2 + 0.4**2 + 0.6**2 + 0.2**2 + 0.9**2) / 6)
    assert found["ece"] == pytest.approx((0.1 + 0.8 + abs(0.6 * 2 - 1) + 0.2 + 0.9) / 6)


def test_card_precision_by_hand() -> None:
    """A customer's day counts by its highest score. Found on the first day, 0 is left out; missed, 101 is still sought."""
    first = [(0.9, True, 0, 1), (0.1, False, 0, 1), *[(0.8, False, n, 1) for n in range(1, 100)], (0.7, True, 101, 1)]
    second = [(0.9, True, 0, 2), (0.7, True, 101, 2), (0.1, False, 102, 2)]
    assert measures([*first, *second])[CARD_PRECISION] == pytest.approx((1 / 100 + 1 / 100) / 2)


def test_a_customer_found_in_vain_is_looked_at_again() -> None:
    """Only those who turn out to be compromised are left out on the following days."""
    days = [(0.9, False, 0, 1), (0.9, True, 0, 2)]
    assert measures(days)[CARD_PRECISION] == pytest.approx((0 + 1 / 100) / 2)


def test_customers_who_tie_stand_in_the_order_of_their_rows() -> None:
    """The hundredth place goes to whoever paid first, whether fraud or not."""
    tied = [(0.5, True, 0, 1), *[(0.5, False, n, 1) for n in range(1, 101)]]
    assert measures(tied)[CARD_PRECISION] == pytest.approx(1 / 100)
    assert measures([*tied[1:], tied[0]])[CARD_PRECISION] == 0.0
