"""How often a holdout was looked at, and who has seen its answers before."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from unittest import mock

import boto3
import numpy as np
import pytest
from moto import mock_aws
from workplace import ENVIRONMENT

from greenfraud.bundle import BundleManifest
from greenfraud.chunks import Chunk
from training.evaluation.candidates import EvaluatedCandidate
from training.evaluation.looks import count_look
from training.job.bucket import Bucket, client
from training.steps.evaluate import without_foreknowledge

WEEK, NEXT = "20180501-20180508", "20180508-20180515"


@pytest.fixture
def artifacts() -> Iterator[Bucket]:
    """An empty bucket."""
    with mock.patch.dict(os.environ, ENVIRONMENT), mock_aws():
        client.cache_clear()
        boto3.client("s3").create_bucket(Bucket="artifacts", CreateBucketConfiguration={"LocationConstraint": "eu-north-1"})
        yield Bucket("artifacts")
        client.cache_clear()


def test_every_execution_that_judges_on_a_week_is_a_look(artifacts: Bucket) -> None:
    """A fresh week is a new holdout."""
    assert [count_look(artifacts, [WEEK], execution) for execution in ("a", "b", "c")] == [1, 2, 3]
    assert count_look(artifacts, [NEXT], "c") == 1


def test_a_redriven_execution_has_looked_once(artifacts: Bucket) -> None:
    """It finds its own note."""
    assert [count_look(artifacts, [WEEK], "a") for _ in range(3)] == [1, 1, 1]


def test_of_several_weeks_the_one_most_looked_at_counts(artifacts: Bucket) -> None:
    """Each of them may have been judged on before."""
    for execution in ("a", "b"):
        count_look(artifacts, [WEEK], execution)
    assert count_look(artifacts, [WEEK, NEXT], "c") == 3


def learned(*chunks: str) -> EvaluatedCandidate:
    """A challenger with this lineage."""
    manifest = BundleManifest(family="light", version="1", features=[], files={}, chunks=list(chunks))
    return EvaluatedCandidate("light/1", "challenger", np.ones(3), np.ones(3, bool), manifest=manifest)


@pytest.mark.parametrize("chunk", [WEEK, NEXT, "20180507-20180514", "20180424-20180502"])
def test_a_challenger_that_has_learned_the_holdout_is_not_judged(chunk: str) -> None:
    """Nor one that learned what came after it: it knows the answers. The reason says which chunk."""
    found = without_foreknowledge(learned("20180424-20180501", chunk), Chunk.parse(WEEK))
    assert found.scores is None
    assert found.reason == f"it has learned {chunk}, which the holdout {WEEK} asks about"


def test_what_ended_before_the_holdout_may_have_been_learned() -> None:
    """So may anything by production, which is only made harder to beat."""
    assert without_foreknowledge(learned("20180424-20180501"), Chunk.parse(WEEK)).scores is not None
    production = replace(learned(WEEK), role="production")
    assert without_foreknowledge(production, Chunk.parse(WEEK)).scores is not None
