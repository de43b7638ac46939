"""Odd histories become a model or are refused before anything is trained, with the reason and, where one can be told, the day."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from cli.data.enough import readiness_of_dataset
from cli.data.importing import ImportOptions, load_file
from cli.data.week_counts import weeks_of_dataset
from functions.plan.chain import Lineage
from functions.plan.jobs import Execution
from functions.plan.planning import Lake, make_plan
from greenfraud.chunks import Coverage
from greenfraud.instants import day_of
from greenfraud.run_request import RunRequest
from tests import odd_histories as odd

SHAPES = {
    "open four days a week": (odd.FOUR_DAYS, "ready", None),
    "open at weekends": (odd.WEEKENDS, "ready", None),
    "three frauds a week": (odd.THREE_A_WEEK, "pooled", None),
    "two weeks of frauds": (odd.FRAUDS_ONLY, "too short with 14 days", date(2025, 2, 9)),
    "ends in two weeks of frauds": (odd.ENDS_IN_FRAUDS, "ready", None),
    "begins with two weeks of none": (odd.BEGINS_WITHOUT, "ready", None),
    "seven customers": (odd.SEVEN_CUSTOMERS, "are of customers known to be compromised", None),
    "one customer pays most": (odd.ONE_CUSTOMER, "pooled", None),
    "reported after 90 days": (odd.LATE, "most frauds are reported more than 7 days after", None),
    "reported after 90 days, and said": (odd.LATE_AND_SAID, "ready", None),
    "five weeks without payments": (odd.A_GAP, "ready", None),
    "four hundred rows": (odd.FOUR_HUNDRED, "at least 30 are needed to judge by", date(2025, 4, 20)),
    "twenty months": (odd.TWENTY_MONTHS, "pooled", None),
}


@pytest.mark.parametrize(("history", "told", "since"), SHAPES.values(), ids=SHAPES)
def test_what_is_said_at_import_is_what_the_plan_does(tmp_path, history, told, since):
    """From a person's file; planned is what was foreseen, week by week, or nothing."""
    options = ImportOptions(maturity_days=history.maturity_days)
    dataset = load_file(history.write_csv(tmp_path / "payments.csv"), options)
    readiness = readiness_of_dataset(dataset)
    assert told in (readiness.state if readiness.is_trainable else readiness.reasons[0])
    assert readiness.possible_on == since

    plan = planned(dataset)
    assert plan["outcome"] == ("train" if readiness.is_trainable else "nothing_to_train")
    if readiness.is_trainable:
        judged = [*plan["holdout"].get("earlier", ()), plan["holdout"]["chunk"]]
        assert judged == list(readiness.judged)
        assert [job["chunk"] for job in plan["families"][0]["chunks"]] == list(readiness.learned)
    else:
        assert plan["reason"].startswith("not enough for a model: ")
        assert (f"from about {since} on" if since else "no day can be told") in plan["reason"]


def planned(dataset) -> dict:
    """The plan of the data set, once it is in a lake."""
    days = frozenset(day_of(moment) for moment in dataset.table["occurred_us"].to_pylist())
    coverage = Coverage(
        first_day=dataset.first_day, newest_us=dataset.newest_us, days=days, maturity_days=dataset.maturity_days
    ).up_to(datetime.now(UTC).date())
    lake = Lake(coverage, {}, weeks_of_dataset(dataset))
    execution = Execution("0123456789ab", "20260101", "lake", "artifacts", "v")
    return make_plan(execution, RunRequest(families=("light",)), lake, {"light": Lineage(())})


def test_odd_customers_are_warned_of():
    """A model may come of it, which should be known of."""
    told = " / ".join(readiness_of_dataset(odd.ONE_CUSTOMER.dataset()).warnings)
    assert "one customer has 61% of the payments" in told
    assert "only 7 customers: what is usual" in " / ".join(readiness_of_dataset(odd.SEVEN_CUSTOMERS.dataset()).warnings)
