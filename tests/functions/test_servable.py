"""A model that the deployed scoring function can serve, or none is promoted; and what answers in its place one day."""

from __future__ import annotations

import pytest
from bundle_world import bundle, put_bundle
from control_world import ControlWorld

from greenfraud.errors import ChangedFeatureError, ContractError, UnknownFeatureError, UnknownSchemaError
from greenfraud.features.manifest import load_manifest
from greenfraud.items import served as served_items
from greenfraud.items.served import Served

HASHES = load_manifest().hashes
ROLLBACK = "POST /v1/production/rollback"


@pytest.fixture
def world(start, s3, dynamodb) -> ControlWorld:
    """The functions, and the pipeline running."""
    return ControlWorld(start, s3, dynamodb)


def serve(world: ControlWorld, features: dict[str, str], **told: object) -> None:
    """Let another release answer."""
    item = served_items.encode(Served(manifest_version="other", features=features, **told))
    world.dynamodb.put_item(TableName="control", Item=item)


def without(name: str) -> dict[str, str]:
    """The features of a release that does not compute one of them."""
    return {other: digest for other, digest in HASHES.items() if other != name}


PARTIAL = {
    "the image was deployed, the scoring layer not": (without("amount"), {}, UnknownFeatureError, "not computed: amount"),
    "the layer was deployed, the image not": (
        HASHES | {"amount": "0"},
        {},
        ChangedFeatureError,
        "no longer computed as the model learned them: amount",
    ),
    "bundles have another shape": (
        HASHES,
        {"bundle_schemas": (2, 3)},
        UnknownSchemaError,
        "bundle schema 1 is not read, only 2, 3",
    ),
}


@pytest.mark.parametrize(("features", "told", "error", "reason"), PARTIAL.values(), ids=PARTIAL)
def test_a_model_that_the_scoring_function_cannot_serve_is_not_promoted(world, features, told, error, reason):
    """The feature is named, and production stays what it was."""
    world.promote("v1")
    serve(world, features, **told)
    with pytest.raises(error, match=f"cannot serve light/v2 \\(features other\\): {reason}"):
        world.promote("v2")
    assert world.in_production() == "v1"
    assert len(world.ledger()) == 1


def test_a_feature_that_the_model_does_not_use_refuses_nothing(world):
    """New ones are added, and old models go on."""
    serve(world, HASHES | {"new_feature": "1", "is_night": "changed"})
    assert world.promote("v1")["revision"] == 1


def test_nothing_is_promoted_until_a_scoring_function_has_said_what_it_computes(world):
    """The training stack is deployed before the serving stack."""
    world.dynamodb.delete_item(TableName="control", Key=served_items.KEY)
    with pytest.raises(ContractError, match="no scoring function has said which features it computes; deploy the serving stack"):
        world.promote("v1")


@pytest.mark.parametrize("document", ["{", "{}", '{"manifest_version": "1", "features": [], "bundle_schemas": [1]}'])
def test_a_damaged_manifest_of_what_is_served_promotes_nothing(world, document):
    """It is named."""
    world.dynamodb.put_item(TableName="control", Item={**served_items.KEY, "document": {"S": document}})
    with pytest.raises(ContractError, match=r"served manifest\.document"):
        world.promote("v1")


def test_a_rollback_to_a_model_that_cannot_be_served_is_refused_with_the_feature(world):
    """It would be a rollback to the rules, unsaid."""
    world.promote("v1")
    world.promote("v2")
    serve(world, without("terminal_report_ratio_7d"))
    status, problem = world.ask(ROLLBACK, {"reason": "alarm"})
    assert status == 409
    assert problem["detail"].endswith("cannot serve light/v1 (features other): not computed: terminal_report_ratio_7d")
    assert world.in_production() == "v2"


def test_after_code_was_taken_back_the_model_before_is_put_back(world, s3):
    """The newest one needs a feature that came with that code; what it stood on before does not."""
    world.promote("v1")
    serve(world, HASHES | {"spent_in_space": "a"})
    learned = [{"name": name, "hash": HASHES.get(name, "a")} for name in ("amount", "customer_count_1d", "spent_in_space")]
    put_bundle(s3, bundle("v2", features=learned))
    world.decide("v2")
    world.call("promote", {"execution_arn": world.execution_arn})
    serve(world, HASHES)
    assert (world.in_production(), fallback(world)) == ("v2", "v1")
    assert world.roll_back(confirmed=True)["production"]["version"] == "v1"


def test_a_rollback_to_the_rules_needs_no_manifest(world):
    """Rules can always answer."""
    world.promote("v1")
    world.dynamodb.delete_item(TableName="control", Key=served_items.KEY)
    assert world.roll_back(confirmed=True)["production"] is None


def fallback(world: ControlWorld) -> str | None:
    """The version that answers where production cannot."""
    (found,) = {copy.fallback.version if copy.fallback else None for copy in world.copies()}
    return found


def test_a_promotion_names_as_fallback_what_was_in_production_before(world):
    """None before the second."""
    named = []
    for version in ("v1", "v2", "v3"):
        world.promote(version)
        named.append(fallback(world))
    assert named == [None, "v1", "v2"]


def test_a_rollback_names_what_stood_before_and_never_what_it_took_back(world):
    """v3 was taken back for a reason."""
    for version in ("v1", "v2", "v3"):
        world.promote(version)
    named = []
    for _ in range(3):
        world.roll_back(confirmed=True)
        named.append((world.in_production(), fallback(world)))
    assert named == [("v2", "v1"), ("v1", None), (None, None)]


@pytest.mark.parametrize(
    ("promoted", "expected"),
    [
        (["v1", "v2", "v1"], [("v2", None), ("v1", None), (None, None)]),
        (["v3", "v1", "v2", "v3"], [("v2", "v1"), ("v1", None), ("v3", None)]),
        (["v1", "v2", "v3", "v2"], [("v3", "v1"), ("v2", "v1"), ("v1", None)]),
    ],
)
def test_what_was_taken_back_is_no_fallback_because_it_was_promoted_before(world, promoted, expected):
    """Nor where another rollback took it back; put back by one, it may stand behind the next model."""
    for version in promoted:
        world.promote(version)
    named = []
    for _ in expected:
        world.roll_back(confirmed=True)
        named.append((world.in_production(), fallback(world)))
    assert named == expected
    world.promote("v4")
    assert fallback(world) == expected[-1][0]


def test_a_fallback_is_whole_and_can_be_served_or_an_older_one_is_named(world, s3, caplog):
    """A fallback that cannot be loaded is none."""
    world.promote("v1")
    world.promote("v2")
    s3.delete_object(Bucket="artifacts", Key="models/light/v2/manifest.json")
    world.promote("v3")
    assert fallback(world) == "v1"
    assert "light/v2 is no fallback: there is no models/light/v2/manifest.json" in caplog.text


def test_without_any_whole_model_before_there_is_no_fallback(world, s3):
    """And the promotion stands."""
    world.promote("v1")
    put_bundle(s3, bundle("v1", bias=0.0))
    world.promote("v2")
    assert (world.in_production(), fallback(world)) == ("v2", None)
