"""Whether a data set is enough for a first model is told before anything is trained, by the rules of the evaluation itself."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from cli.data.dataset import SCHEMA, Dataset, in_order
from cli.data.enough import calendar_of_dataset, readiness_of_dataset, tell_odd
from cli.data.upload import upload
from greenfraud.chunks import Chunk
from greenfraud.gate.margins import Margins
from greenfraud.instants import DAY_US, start_of_day_us
from intake.look import outlook
from intake.look.outlook import Outlook
from intake.look.readiness import readiness_of
from training.evaluation import holdout as evaluated

FIRST = date(2026, 1, 5)
TODAY = date(2026, 11, 1)


def dataset_of(days, *, frauds=0, payments=60, customers=500, open_on=lambda _: True, maturity_days=7):
    """Sixty payments on each day, of which the first are frauds; customers take turns."""
    import pyarrow as pa

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
    judged, _ = data.trainable()
    known = evaluated.known_compromised(Bucket("lake"), judged, data.maturity_days)
    day = data.table["occurred_us"].to_numpy() // DAY_US
    is_inside = (day >= judged.start_us // DAY_US) & (day < judged.end_us // DAY_US)
    found = evaluated.make_holdout(data.table.filter(is_inside), known)
    client.cache_clear()
    assert int(found.is_fraud.sum()) == Outlook(calendar_of_dataset(data), 7, TODAY).left_in(judged)


def test_what_is_needed_is_what_gate_and_evaluation_need():
    """Named once."""
    assert (Margins().minimum_frauds, evaluated.KNOWN_DAYS) == (outlook.NEEDED, outlook.KNOWN_DAYS)


@pytest.mark.parametrize(
    ("data", "state", "judged"),
    [
        (dataset_of(60, frauds=6), "ready", 1),
        (dataset_of(60, frauds=3), "pooled", 2),
        (dataset_of(60, frauds=1), "not yet", 2),
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


def test_a_longer_maturity_is_named_where_it_judges_weeks_enough_together():
    """With it, what was said is so."""
    told = readiness_of(calendar_of_dataset(dataset_of(90, frauds=1, customers=100_000)), 7, TODAY)
    assert told.remedies == ("--maturity-days 28 judges 5 weeks together, with 35 frauds",)
    assert readiness_of(calendar_of_dataset(dataset_of(90, frauds=1, customers=100_000)), 28, TODAY).state == "pooled"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (dataset_of(60, frauds=5, open_on=lambda day: day % 7 < 3), "no week has payments on more than 3 of its 7 days"),
        (dataset_of(21, frauds=5), "too short with 21 days"),
        (dataset_of(60), "have no fraud, so there is nothing to learn"),
        (dataset_of(60, frauds=1), "at least 30 are needed"),
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


def test_a_shop_that_opens_four_days_a_week_is_trained_like_any_other():
    """A week counts from four days on."""
    assert readiness_of_dataset(dataset_of(60, frauds=12, open_on=lambda day: day % 7 < 4)).state == "ready"


def test_a_run_says_what_is_odd_before_it_trains_and_nothing_of_what_is_usual(screen):
    """So that minutes of training are not in vain."""
    tell_odd(dataset_of(60, frauds=6), screen)
    assert screen.console.export_text() == ""
    tell_odd(dataset_of(60, frauds=1), screen)
    assert "a first model: not yet" in screen.console.export_text()


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
