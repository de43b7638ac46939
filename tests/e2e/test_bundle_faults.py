"""A promoted bundle that is broken in the store: the fallback answers, and a metric says so."""

from __future__ import annotations

import uuid
from contextlib import contextmanager

import pytest

from greenfraud.errors import BundleError
from greenfraud.instants import DAY_US, format_rfc3339
from tests.e2e.deployment import wait_until

pytestmark = pytest.mark.xdist_group("e2e")


@pytest.fixture
def rival(first_run):
    """Family and version of a model that was trained and not promoted."""
    families = first_run.execution.results["report.json"]["families"]
    family = next(name for name in sorted(families) if name != first_run.promoted.partition("/")[0])
    return family, families[family]["version"]


def score(deployment, first_run):
    """The answer to a new transaction, a day after the newest one: none of its entities knows a later event."""
    like = first_run.held_back[0].transaction
    occurred_at = format_rfc3339(like.occurred_us + DAY_US)
    new = {"transaction_id": f"bundle-{uuid.uuid4().hex[:8]}", "occurred_at": occurred_at}
    return deployment.answer("POST", "/v1/score", {**like.to_json(), **new})


@contextmanager
def promoted(deployment, rival):
    """The rival in production until it is rolled back."""
    deployment.promote(*rival, "tried out")
    try:
        yield
    finally:
        deployment.roll_back("tried out")


def test_a_bundle_that_is_broken_already_is_not_promoted(deployment, rival):
    """Every digest is checked before a bundle is named to the scoring function."""
    before = deployment.health()
    key = "models/{}/{}/model.onnx".format(*rival)
    broken = deployment.replaced(deployment.outputs["ArtifactsBucket"], key, b"not a model")
    with broken, pytest.raises(BundleError, match=r"model\.onnx"):
        deployment.promote(*rival, "tried out")
    assert before == deployment.health()


def test_the_fallback_answers_while_the_promoted_bundle_is_broken(deployment, first_run, rival):
    """Flagged in each answer, counted as BundleLoadFailed, and its alarm rings; a rollback ends it."""
    good = score(deployment, first_run)
    assert good["degraded"] == []
    key = "models/{}/{}/model.onnx".format(*rival)
    with promoted(deployment, rival):
        with deployment.replaced(deployment.outputs["ArtifactsBucket"], key, b"not a model"):
            answer = score(deployment, first_run)
        assert answer["model"] == good["model"]
        assert answer["fraud_probability"] is not None
        assert answer["degraded"] == ["production_damaged"]
        assert wait_until(lambda: deployment.metric_total("BundleLoadFailed")) == 1.0
        assert wait_until(lambda: alarm_of(deployment, "BundleLoadFailed") == "ALARM")
        assert deployment.health()["model"] == "{}/{}".format(*rival)  # which loads it, now that it is whole
    assert deployment.health()["model"] == "{family}/{version}".format(**good["model"])
    recovered = score(deployment, first_run)
    assert (recovered["model"], recovered["degraded"]) == (good["model"], [])


def alarm_of(deployment, metric):
    """State of the alarm that watches a metric of ours."""
    (alarm,) = deployment.client("cloudwatch").describe_alarms_for_metric(MetricName=metric, Namespace="GreenFraud")["MetricAlarms"]
    return alarm["StateValue"]
