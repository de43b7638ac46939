"""Data outlive their stack, unless an operator says otherwise; and every deployment prints which."""

from __future__ import annotations

import pytest

KEPT = ("AWS::S3::Bucket", "AWS::DynamoDB::Table")


def data_stack(*, retain_data: bool):
    """The template of the data stack alone."""
    from aws_cdk import App

    from cdk.settings import Settings
    from cdk.stacks.data import DataStack

    app = App()
    DataStack(app, "Data", settings=Settings(retain_data=retain_data))
    return app.synth().get_stack_by_name("Data").template


@pytest.mark.parametrize(
    ("retain_data", "policies", "said"),
    [(True, ("RetainExceptOnCreate", "Retain"), "kept: "), (False, ("Delete", "Delete"), "deleted: ")],
)
def test_buckets_and_tables_are_kept_unless_asked_otherwise(retain_data, policies, said):
    """On deletion and on replacement alike."""
    template = data_stack(retain_data=retain_data)
    data = [item for item in template["Resources"].values() if item["Type"] in KEPT]
    assert len(data) == 14
    assert {(item["DeletionPolicy"], item["UpdateReplacePolicy"]) for item in data} == {policies}
    assert template["Outputs"]["DataOnDestroy"]["Value"].startswith(said)


@pytest.mark.parametrize(("retain_data", "policy"), [(True, "RetainExceptOnCreate"), (False, "Delete")])
def test_the_mlflow_app_is_kept_with_all_that_it_needs(retain_data, policy):
    """Without its role and that role's policy it could not read its artifacts; a failed first deployment leaves none of them."""
    resources = data_stack(retain_data=retain_data)["Resources"]
    kept = {item["Type"]: item for name, item in resources.items() if name.startswith("Tracking")}
    assert set(kept) == {"AWS::SageMaker::MlflowApp", "AWS::IAM::Role", "AWS::IAM::Policy"}
    assert {item["DeletionPolicy"] for item in kept.values()} == {policy}


@pytest.mark.parametrize(("given", "expected"), [("false", False), ("true", True), (False, False), ("False", False)])
def test_the_setting_is_read_from_text_and_from_cdk_json(given, expected):
    """`bool("false")` would be true, and the data of a trial kept, or worse."""
    from cdk.settings import Settings

    assert Settings.from_context({"retain_data": given}.get).retain_data is expected


def test_neither_true_nor_false_is_refused():
    """By name."""
    from cdk.settings import Settings, SettingsError

    with pytest.raises(SettingsError, match="retain_data is 'no', expected bool"):
        Settings.from_context({"retain_data": "no"}.get)


def test_a_layer_that_was_not_built_never_passes_for_the_layer():
    """`cdk ls` and its like skip the build; with the same name its leftovers would be taken for the layer, here and in S3."""
    from cdk.components.layer_build import LayerBuild
    from cdk.components.layers import _pins_hash
    from cdk.components.source import ROOT

    build = LayerBuild(ROOT / "layers/runtime/requirements.txt", "aarch64-manylinux_2_28")
    assert _pins_hash(build, is_built=True) != _pins_hash(build, is_built=False)
