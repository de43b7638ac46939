"""What the comparison says of scores whose quality is known."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from greenfraud.chunks import Chunk
from greenfraud.instants import DAY_US
from training.comparison.figures import Costs, card_precision
from training.comparison.rows import ScoredWeek, incumbent_of, joined
from training.comparison.verdict import chosen_family, compared
from training.evaluation.holdout import make_holdout

FIRST = date(2018, 5, 6)
CHANCE = np.random.default_rng(5)
COSTS = Costs(capacity=20, review_minor=500, hindered_minor=0)


def week_of(number: int, frauds: int = 40, rows: int = 1_400) -> ScoredWeek:
    """A week of payments with the best scores for `sharp` and a worse one for `dull`; the incumbent is not there yet."""
    chunk = Chunk(FIRST + timedelta(days=7 * number), FIRST + timedelta(days=7 * number + 7))
    is_fraud = np.arange(rows) % (rows // frauds) == 0 if frauds else np.zeros(rows, bool)
    table = pa.table(
        {
            "transaction_id": [f"w{number}-{row}" for row in range(rows)],
            "occurred_us": [chunk.start_us + row * 7 * DAY_US // rows for row in range(rows)],
            "customer_id": [f"c{row % 350}" for row in range(rows)],
            "amount_minor": CHANCE.integers(100, 20_000, rows),
            "is_fraud": is_fraud,
        }
    )
    noise = CHANCE.random(rows)
    ours = {"dull": 0.2 * is_fraud + noise, "sharp": 0.6 * is_fraud + noise}
    return ScoredWeek(chunk, make_holdout(table, {}), 0.1 * is_fraud + CHANCE.random(rows), ours, censored=0)


def told(weeks: list[ScoredWeek], **asked: Any) -> dict[str, Any]:
    """The document of some weeks."""
    return compared(weeks, COSTS, **{"chosen": "sharp", "is_decision": False, "asked_weeks": len(weeks), **asked})


def changed(week: ScoredWeek, incumbent: Any) -> ScoredWeek:
    """The week with other scores of the incumbent."""
    return ScoredWeek(week.chunk, week.holdout, np.asarray(incumbent, float), week.ours, week.censored)


def test_the_better_one_is_found_better_and_against_oneself_nothing_differs():
    """In what ranks and in money; the interval of a difference to oneself is no wider than zero."""
    weeks = [week_of(0), week_of(1)]
    itself = [changed(week, week.ours["sharp"]) for week in weeks]

    better, same = (told(of)["candidates"][1] for of in (weeks, itself))

    assert better["name"] == "sharp"
    assert better["difference"]["average_precision"]["low"] > 0
    assert better["difference"]["saved_minor_a_day"]["low"] > 0
    assert {figure["value"] for figure in same["difference"].values()} == {0.0}
    assert {figure["high"] for figure in same["difference"].values()} == {0.0}


def test_rows_without_a_score_count_in_nobodys_figures_and_are_told():
    """Both are judged on the same rows: ours gain nothing by rows of which the incumbent is silent."""
    weeks = [week_of(0)]
    silent = np.where(np.arange(len(weeks[0].holdout)) % 10 == 3, np.nan, weeks[0].incumbent)
    kept = ~np.isnan(silent)

    contest, document = joined([changed(weeks[0], silent)]), told([changed(weeks[0], silent)])

    assert len(contest.judged.rows) == len(contest.incumbent) == len(contest.ours["sharp"]) == int(kept.sum())
    assert document["weeks"][0]["unscored_rows"] == int((~kept).sum())
    assert "no score of the incumbent" in document["remarks"][0]


def test_scores_that_are_missing_where_frauds_are_is_said_and_chance_is_not():
    """A system that gives up on odd payments is judged on the easy ones."""
    week = week_of(0)
    of_rows, of_frauds = (np.random.default_rng(3).random(len(week.holdout)) < share for share in (0.1, 0.5))
    for is_missing, is_said in ((of_rows, False), (of_rows | (of_frauds & week.holdout.is_fraud), True)):
        remark = told([changed(week, np.where(is_missing, np.nan, week.incumbent))])["remarks"][0]
        assert ("more than chance would have apart" in remark) == is_said


def test_a_decision_is_also_compared_at_as_many_alerts_as_it_raised():
    """Ours may look at as many payments of each day as the incumbent stopped on it."""
    week = week_of(0)
    decided = changed(week, (week.incumbent > 0.9).astype(float))

    document = told([decided], is_decision=True)

    stopped = float(decided.incumbent.sum()) / 7
    assert document["incumbent"]["as_decided"]["alerts_a_day"]["value"] == pytest.approx(stopped)
    assert document["candidates"][1]["as_decided"]["alerts_a_day"]["value"] == pytest.approx(stopped)
    assert any("tells 2 values apart" in remark for remark in document["remarks"])
    assert any("--map decision=<column>" in remark for remark in document["remarks"])


def test_what_was_declined_and_never_told_of_is_counted_apart():
    """Nobody is judged on it; then the decisions were acted on, and nobody has to be asked."""
    week = week_of(0)
    decided = ScoredWeek(week.chunk, week.holdout, (week.incumbent > 0.9).astype(float), week.ours, censored=12)
    document = told([decided], is_decision=True)
    assert document["weeks"][0]["censored_rows"] == 12
    assert any("12 payments were refused or held and never told of" in remark for remark in document["remarks"])
    assert not any("--map decision" in remark for remark in document["remarks"])


@pytest.mark.parametrize(
    ("incumbent", "remark"),
    [
        (lambda week: week.holdout.is_fraud + 0.5 * CHANCE.random(len(week.holdout)), "it looks into the future"),
        (lambda week: -week.ours["sharp"], "--reversed turns it"),
        (lambda week: np.ones(len(week.holdout)), "it ranks nothing"),
    ],
)
def test_who_reads_it_is_warned(incumbent: Any, remark: str):
    """Of an incumbent that knows the future, ranks the wrong way round, or says the same of all."""
    week = week_of(0)
    assert any(remark in said for said in told([changed(week, incumbent(week))])["remarks"])


def test_with_too_few_frauds_every_figure_is_unavailable():
    """Chance would decide; the counts are told all the same."""
    document = told([week_of(0, frauds=7)])
    assert document["unavailable"].startswith("7 customers were defrauded")
    assert (document["incumbent"], document["candidates"], document["weeks"][0]["frauds"]) == (None, [], 7)


def test_the_family_is_chosen_before_the_judged_weeks():
    """By a week that is not judged; the first one asked for where there is none."""
    assert chosen_family(week_of(0), ["dull", "sharp"]) == "sharp"
    assert chosen_family(None, ["dull", "sharp"]) == "dull"


def test_which_of_equals_stands_first_in_a_file_decides_nothing():
    """Card precision of a coarse score is the same for frauds listed first and frauds listed last, but for chance."""
    rows = joined([week_of(0)]).judged.rows
    order = np.argsort(~rows.is_fraud, kind="stable")
    first, last = (rows.take(one) for one in (order, order[::-1]))
    alike = np.ones((1, 350))
    found = [float(card_precision(np.zeros(len(rows)), one, 20, alike)[0]) for one in (first, last)]
    assert found[0] == pytest.approx(found[1], abs=0.03)


def test_a_score_finds_its_transaction_in_any_order_and_a_missing_one_is_nothing():
    """By id, whatever the order of the file."""
    table = pa.table({"transaction_id": ["a", "b", "c"]})
    scores = incumbent_of(table, pa.table({"transaction_id": ["c", "a"], "score": [0.3, 0.1]}))
    assert scores.tolist()[::2] == [0.1, 0.3]
    assert np.isnan(scores[1])
