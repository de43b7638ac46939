"""Whether a data set is enough for a first model is told before anything is trained, by the rules of the evaluation itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from cli.data.dataset import INVESTIGATED, SCHEMA, Dataset, in_order
from cli.data.enough import calendar_of_dataset, readiness_of_dataset, require_enough
from cli.data.upload import upload
from cli.errors import InputError
from greenfraud.chunks import Chunk
from greenfraud.instants import DAY_US, start_of_day_us
from intake.look.outlook import Outlook
from intake.look.readiness import readiness_of
from training.evaluation import holdout as evaluated

FIRST = date(2026, 1, 5)
TODAY = date(2026, 11, 1)


def dataset_of(days, *, frauds=0, payments=60, customers=500, open_on=lambda _: True, maturity_days=7):
    """Sixty payments on each day, of which the first are frauds; customers take turns."""
    rows = [(day, number) for day in range(days) if open_on(day) for number in range(payments)]
    occurred = [start_of_day_us(FIRST + timedelta(days=day)) + number * 600_000_000 for day, number in rows]
    is_fraud = [number < frauds for _, number in rows]
    table = pa.table(
        {
            "transaction_id": [f"t{day}-{number}" for day, number in rows],
            "occurred_us": occurred,
            "customer_id": [f"c{(day * 31 + number) % customers}" for day, number in rows],
            "terminal_id": [f"m{number % 5}" for _, number in rows],
            "amount_minor": [1_000] * len(rows),
            "is_fraud": is_fraud,
            "observed_us": [at + maturity_days * DAY_US if bad else None for at, bad in zip(occurred, is_fraud, strict=True)],
        },
        schema=SCHEMA,
    )
    return Dataset(name="d", source_sha256="0" * 64, table=in_order(table), maturity_days=maturity_days)


@pytest.mark.parametrize("customers", [40, 200, 5_000])
def test_frauds_that_would_be_judged_are_those_of_the_evaluations_holdout(s3, monkeypatch, customers):
    """The same lake, read by the job's own code: customers known to be compromised are not asked about."""
    from training.job.bucket import Bucket, client

    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    client.cache_clear()
    data = dataset_of(42, frauds=3, customers=customers)
    upload(s3, "lake", data)
    judged = Chunk.parse(readiness_of_dataset(data).judged[-1])
    known = evaluated.known_compromised(Bucket("lake"), judged, data.maturity_days)
    day = data.table["occurred_us"].to_numpy() // DAY_US
    is_inside = (day >= judged.start_us // DAY_US) & (day < judged.end_us // DAY_US)
    found = evaluated.make_holdout(data.table.filter(is_inside), known)
    client.cache_clear()
    assert int(found.is_fraud.sum()) == Outlook(calendar_of_dataset(data), 7, TODAY).left_in(judged)


@pytest.mark.parametrize(
    ("data", "state", "judged"),
    [
        (dataset_of(60, frauds=6), "ready", 1),
        (dataset_of(60, frauds=3), "pooled", 2),
        (dataset_of(60, frauds=1), "not yet", 5),
        (dataset_of(28, frauds=9), "not yet", 0),
    ],
)
def test_a_week_is_judged_alone_or_with_others_or_not_yet(data, state, judged):
    """By how many frauds it has."""
    found = readiness_of_dataset(data)
    assert (found.state, len(found.judged)) == (state, judged)
    assert found.is_trainable is (state != "not yet")
    assert bool(found.reasons) is (state == "not yet")


@pytest.mark.parametrize(("days", "frauds"), [(10, 6), (20, 6), (28, 3)])
def test_the_day_from_which_a_model_is_possible_is_the_day_on_which_it_is(days, frauds):
    """If it goes on like this, a week sooner is too soon."""
    told = readiness_of(calendar_of_dataset(dataset_of(days, frauds=frauds, customers=100_000)), 7, TODAY)
    lasting = (told.possible_on - FIRST).days + 1
    then, before = (
        readiness_of(calendar_of_dataset(dataset_of(length, frauds=frauds, customers=100_000)), 7, TODAY)
        for length in (lasting + 1, lasting - 8)
    )
    assert (told.state, then.is_trainable, before.is_trainable) == ("not yet", True, False)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (dataset_of(21, frauds=5), "too short with 21 days"),
        (dataset_of(60), "no week that could be learned or judged has a fraud"),
        (dataset_of(60, frauds=1), "at least 10 are needed to learn"),
        (dataset_of(42, frauds=1), "at least 30 are needed to judge by"),
    ],
)
def test_what_stands_in_the_way_is_said(data, said):
    """The first thing first."""
    assert said in readiness_of_dataset(data).reasons[0]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (dataset_of(60, frauds=57), "95% of the payments are frauds"),
        (dataset_of(60, frauds=6, customers=4), "only 4 customers"),
    ],
)
def test_odd_data_are_warned_of(data, said):
    """A model may come of them, which should be known of."""
    assert said in " / ".join(readiness_of_dataset(data).warnings)


@pytest.mark.parametrize("opened", [1, 2, 4])
def test_a_shop_that_opens_few_days_a_week_is_trained_like_any_other(opened):
    """A week counts that has most of the days on which it usually opens."""
    assert readiness_of_dataset(dataset_of(60, frauds=48, open_on=lambda day: day % 7 < opened)).state == "ready"


def test_a_run_is_refused_before_it_starts_anything_and_says_nothing_of_what_is_usual(screen):
    """So that minutes of training are not in vain; from which day on it is possible is said too."""
    require_enough(dataset_of(60, frauds=6), screen)
    assert screen.console.export_text() == ""
    with pytest.raises(InputError, match=r"nothing was started: 7 frauds were known .* possible from about 2026-\d\d-\d\d on"):
        require_enough(dataset_of(60, frauds=1), screen)
    assert "a first model: not yet" in screen.console.export_text()


def test_frauds_that_nobody_had_reported_in_time_are_not_counted_as_known():
    """With labels that settle long before reports come, most frauds would be learned as legitimate; a longer wait is named."""
    late = dataset_of(200, frauds=6)
    observed = pc.add(late.table["observed_us"], 60 * DAY_US)
    late = replace(late, table=late.table.set_column(late.table.schema.get_field_index("observed_us"), "observed_us", observed))
    told = readiness_of_dataset(late)
    assert (told.state, told.remedies) == (
        "not yet",
        ("with --maturity-days 68, which waits for nine of ten reports, it is possible",),
    )
    assert readiness_of_dataset(replace(late, maturity_days=68)).state == "ready"


def test_what_nobody_investigated_is_no_legitimate_payment():
    """Where nothing is known to be legitimate there is nothing to tell frauds from; of the others, the share is told."""
    data = dataset_of(60, frauds=6)
    nobody = data.table.append_column(INVESTIGATED, data.table["is_fraud"])
    assert "no payment of the weeks that would be learned is known" in readiness_of_dataset(replace(data, table=nobody)).reasons[0]
    few = pa.array([number % 15 == 14 for number in range(data.table.num_rows)])
    looked = data.table.append_column(INVESTIGATED, pc.or_(data.table["is_fraud"], few))
    told = readiness_of_dataset(replace(data, table=looked))
    assert (told.state, told.warnings[0].partition(":")[0]) == ("ready", "60% of the payments are frauds")


def test_payments_of_strangers_leave_nobody_out():
    """Where each payment has a customer of its own, none is known to be compromised."""
    data = dataset_of(60, frauds=6)
    ids = data.table["transaction_id"]
    table = data.table.set_column(data.table.schema.get_field_index("customer_id"), "customer_id", ids)
    calendar = calendar_of_dataset(Dataset(name="d", source_sha256="0", table=table))
    assert (calendar.customers, calendar.victims) == (None, ())
    week = Chunk(FIRST + timedelta(days=28), FIRST + timedelta(days=35))
    assert Outlook(calendar, 7, TODAY).left_in(week) == 42
    assert np.sum(list(calendar.frauds.values())) == 360
