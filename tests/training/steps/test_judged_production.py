"""Which production a challenger is judged against: the newest document, and none at all where nothing says which it is."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any
from unittest import mock

import boto3
import pyarrow as pa
import pytest
from moto import mock_aws
from workplace import ENVIRONMENT, KEYS

from greenfraud.bundle import MANIFEST_FILE, MODEL_FILE, BundleManifest
from greenfraud.canonical import sha256_hex
from greenfraud.control import ControlDocument, ModelRef
from greenfraud.errors import DamagedItem
from greenfraud.features.manifest import load_manifest
from greenfraud.items import control as control_items
from greenfraud.items import served as served_items
from greenfraud.items.served import Served
from greenfraud.policy import DEFAULT_POLICY
from training.evaluation.candidates import bundle_candidate
from training.evaluation.rival import Rival
from training.job.bucket import Bucket, client
from training.job.control_copies import read_control
from training.job.settings import Settings
from training.steps.evaluate import contestants, read_served

PLAN = {"families": [{"family": "heavy", "chunks": [{"version": "new"}]}]}
CHALLENGER = {"models/heavy/new/": "challenger"}
CHANGED = "cannot be served: no longer computed as the model learned them: amount"


@pytest.fixture
def dynamodb() -> Iterator[Any]:
    """The control table, empty, and a bucket for models."""
    with mock.patch.dict(os.environ, {**ENVIRONMENT, "MLFLOW_TRACKING_URI": ""}), mock_aws():
        client.cache_clear()
        made = boto3.client("dynamodb")
        made.create_table(TableName="control", BillingMode="PAY_PER_REQUEST", **KEYS["control"].definition)
        boto3.client("s3").create_bucket(Bucket="artifacts", CreateBucketConfiguration={"LocationConstraint": "eu-north-1"})
        yield made
        client.cache_clear()


def test_without_a_copy_nothing_is_judged(dynamodb):
    """A lost document is no first model: the challenger would replace what is in production unjudged."""
    with pytest.raises(DamagedItem, match="there is no copy"):
        read_control(Settings.from_env())


def test_the_newest_copy_says_what_is_in_production(dynamodb):
    """Some may have stayed behind, or be gone."""
    newest = ControlDocument(revision=2, production=ModelRef("light", "v2", "models/light/v2/", "0" * 64))
    for index, document in {0: ControlDocument(), 3: newest}.items():
        dynamodb.put_item(TableName="control", Item=control_items.encode(document, index))
    assert read_control(Settings.from_env()) == newest


def put_model(version: str, digest: str | None = None) -> ModelRef:
    """A bundle that reads the amount, as this release computes it or as another did."""
    learned = [{"name": "amount", "hash": digest or load_manifest().hashes["amount"]}]
    manifest = BundleManifest(family="light", version=version, features=learned, files={MODEL_FILE: sha256_hex(b"model")})
    reference = ModelRef("light", version, f"models/light/{version}/", sha256_hex(manifest.to_bytes()))
    for name, body in {MODEL_FILE: b"model", MANIFEST_FILE: manifest.to_bytes()}.items():
        boto3.client("s3").put_object(Bucket="artifacts", Key=reference.prefix + name, Body=body)
    return reference


def rival_of(production: ModelRef | None, fallback: ModelRef | None = None) -> Rival:
    """Whom a challenger must beat, where this release's scoring function answers."""
    served = Served.by(load_manifest())
    return Rival.of(ControlDocument(production=production, fallback=fallback), served, Bucket("artifacts"))


def test_what_the_scoring_function_says_of_itself_is_read(dynamodb):
    """Nothing, until one is deployed."""
    assert read_served(Settings.from_env()) is None
    served = Served.by(load_manifest())
    dynamodb.put_item(TableName="control", Item=served_items.encode(served))
    assert read_served(Settings.from_env()) == served


def test_production_that_answers_is_the_rival(dynamodb):
    """Nobody is passed over."""
    production = put_model("v2")
    rival = rival_of(production, put_model("v1"))
    assert rival.to_json() == {"rival": "light/v2", "passed_over": []}
    assert contestants(PLAN, rival) == {production.prefix: "production", **CHALLENGER}


def test_production_that_learned_a_feature_otherwise_is_passed_over_for_the_fallback(dynamodb):
    """It answers nobody, and its scores of values that it never learned would say nothing."""
    rival = rival_of(put_model("v2", "0ld"), fallback := put_model("v1"))
    assert rival.to_json() == {"rival": "light/v1", "passed_over": [f"production light/v2 {CHANGED}"]}
    assert contestants(PLAN, rival) == {fallback.prefix: "fallback", **CHALLENGER}


def test_where_no_model_can_be_served_the_rules_are_the_rival(dynamodb):
    """As after a release that changed a feature: everything that was ever promoted learned it otherwise."""
    rival = rival_of(put_model("v2", "0ld"), put_model("v1", "0ld"))
    reasons = [f"production light/v2 {CHANGED}", f"fallback light/v1 {CHANGED}"]
    assert rival.to_json() == {"rival": None, "passed_over": reasons}
    assert contestants(PLAN, rival) == CHALLENGER


@pytest.mark.parametrize("name", [MODEL_FILE, MANIFEST_FILE])
@pytest.mark.parametrize("body", [None, b"other"])
def test_production_that_is_lost_or_altered_is_no_rival(dynamodb, name, body):
    """The scoring function refuses it, too."""
    production = put_model("v2")
    boto3.client("s3").delete_object(Bucket="artifacts", Key=production.prefix + name)
    if body is not None:
        boto3.client("s3").put_object(Bucket="artifacts", Key=production.prefix + name, Body=body)
    rival = rival_of(production)
    assert rival.model is None
    assert rival.passed_over[0].startswith("production light/v2 cannot be served: ")


def test_a_model_is_not_scored_on_values_that_mean_something_else(dynamodb):
    """The holdout has the name of its feature, and not the feature."""
    old, table = put_model("v2", "0ld"), pa.table({"amount": [1.0]})
    found = bundle_candidate(old.prefix, "challenger", table, policy=DEFAULT_POLICY, settings=Settings.from_env())
    assert (found.scores, found.reason) == (None, "no longer computed as the model learned them: amount")
