"""A holdout with too few frauds is pooled with the earlier weeks that the plan judges and nobody who is judged has learned."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from datetime import date, timedelta
from unittest import mock

import boto3
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from moto import mock_aws
from workplace import ENVIRONMENT

from greenfraud.bundle import MANIFEST_FILE, MODEL_FILE, BundleManifest
from greenfraud.chunks import Chunk
from greenfraud.features.manifest import load_manifest
from greenfraud.naming import DATASET_KEY, features_key, profile_key
from training.evaluation.holdout import make_holdout
from training.evaluation.pooling import pooled, unlearned_of
from training.features.chunk_profile import ChunkProfile
from training.job.bucket import Bucket, client

START = date(2018, 5, 1)
WEEKS = [Chunk(START + timedelta(days=7 * n), START + timedelta(days=7 * n + 7)) for n in range(5)]
HOLDOUT = WEEKS[-1]
PREFIXES = ["models/light/1/", "models/heavy/1/"]


def payments_of(week: Chunk, frauds: int) -> pa.Table:
    """Fifty payments of as many customers, the first of them fraudulent."""
    rows = 50
    return pa.table(
        {
            "occurred_us": week.start_us + np.arange(rows) * 10_000_000,
            "customer_id": [f"c{row}" for row in range(rows)],
            "terminal_id": [f"t{row % 20}" for row in range(rows)],
            "amount_minor": np.full(rows, 500),
            "is_fraud": np.arange(rows) < frauds,
        }
    )


@pytest.fixture
def buckets() -> Iterator[tuple[Bucket, Bucket]]:
    """A lake with features of every week, ten frauds in each; and models of which one learned the first week, one the second."""
    with mock.patch.dict(os.environ, ENVIRONMENT), mock_aws():
        client.cache_clear()
        for name in ("lake", "artifacts"):
            boto3.client("s3").create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-north-1"})
        lake, artifacts = Bucket("lake"), Bucket("artifacts")
        lake.put_json(DATASET_KEY, {"maturity_days": 7})
        for week in WEEKS:
            body = io.BytesIO()
            pq.write_table(payments_of(week, 10), body)
            lake.put(features_key(load_manifest().version, week.id), body.getvalue())
        learn(artifacts, PREFIXES[0], WEEKS[0])
        learn(artifacts, PREFIXES[1], WEEKS[1])
        yield lake, artifacts
        client.cache_clear()


def learn(artifacts: Bucket, prefix: str, *weeks: Chunk) -> None:
    """Store the manifest of a model with this lineage."""
    _, family, version, _ = prefix.split("/")
    chunks = [week.id for week in weeks]
    manifest = BundleManifest(family=family, version=version, features=[], files={MODEL_FILE: ""}, chunks=chunks)
    artifacts.put(prefix + MANIFEST_FILE, manifest.to_bytes())


def test_weeks_after_all_that_was_learned_may_be_pooled(buckets: tuple[Bucket, Bucket]) -> None:
    """Newest first; a week before another model's last one would be judged by who knows its future."""
    assert unlearned_of(WEEKS, HOLDOUT, *buckets, PREFIXES) == [WEEKS[3], WEEKS[2]]


def test_a_week_that_the_plan_does_not_judge_is_not_pooled(buckets: tuple[Bucket, Bucket]) -> None:
    """Challengers know the labels that were observed within it: what they learned ends only where the first judged week begins."""
    assert unlearned_of([WEEKS[3], HOLDOUT], HOLDOUT, *buckets, PREFIXES) == [WEEKS[3]]
    assert unlearned_of([HOLDOUT], HOLDOUT, *buckets, PREFIXES) == []


def test_a_week_in_quarantine_is_not_pooled(buckets: tuple[Bucket, Bucket]) -> None:
    """Nobody is judged on data at fault."""
    lake, artifacts = buckets
    profile = ChunkProfile(chunk=WEEKS[3].id, rows=1, frauds=0, missing={}, varied={}, faults=["too few rows"])
    lake.put(profile_key(load_manifest().version, WEEKS[3].id), profile.to_bytes())
    assert unlearned_of(WEEKS, HOLDOUT, lake, artifacts, PREFIXES) == [WEEKS[2]]


def test_a_model_that_learned_up_to_the_holdout_leaves_nothing_to_pool(buckets: tuple[Bucket, Bucket]) -> None:
    """Production may have been trained with less patience."""
    lake, artifacts = buckets
    learn(artifacts, PREFIXES[0], WEEKS[3])
    assert unlearned_of(WEEKS, HOLDOUT, lake, artifacts, PREFIXES) == []


def test_models_whose_lineage_nobody_knows_are_pooled_with_nothing(buckets: tuple[Bucket, Bucket]) -> None:
    """A bundle that is gone says nothing of what it learned."""
    assert unlearned_of(WEEKS, HOLDOUT, *buckets, ["models/light/gone/"]) == []


@pytest.mark.parametrize(("needed", "weeks"), [(5, 1), (15, 2), (30, 3), (99, 3)])
def test_as_many_weeks_join_as_the_frauds_take(buckets: tuple[Bucket, Bucket], needed: int, weeks: int) -> None:
    """No more than that: older weeks are less like the next one. Where none is left, there are too few frauds."""
    holdout = make_holdout(payments_of(HOLDOUT, 10), {})
    found, chunks = pooled(holdout, HOLDOUT, unlearned_of(WEEKS, HOLDOUT, *buckets, PREFIXES), buckets[0], needed)
    assert chunks == [week.id for week in WEEKS[5 - weeks :]]
    assert (len(found), found.counts()["frauds"], found.counts()["customers"]) == (50 * weeks, 10 * weeks, 50)
    assert found.counts()["days"] == weeks


def test_enough_frauds_leave_the_holdout_as_it_is(buckets: tuple[Bucket, Bucket]) -> None:
    """Row for row."""
    holdout = make_holdout(payments_of(HOLDOUT, 40), {})
    assert pooled(holdout, HOLDOUT, [WEEKS[3]], buckets[0], 30) == (holdout, [HOLDOUT.id])
