"""What a destruction leaves is known before anything is lost, and never forgotten by a later, emptier look."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from toolchain import kept

LAKE = {"Lake": {"BucketName": "lake-1"}}


class CloudFormation:
    """One stack: what its template says of each resource, and what stands there."""

    def __init__(self, resources: dict[str, tuple[str, str, str]] | None) -> None:
        self.resources = resources

    def get_template(self, **_: str) -> dict[str, Any]:
        """The template; an error where there is no stack."""
        if self.resources is None:
            raise ClientError({"Error": {"Code": "ValidationError", "Message": "Stack does not exist"}}, "GetTemplate")
        declared = {name: {"Type": kind, "DeletionPolicy": policy} for name, (kind, policy, _) in self.resources.items()}
        return {"TemplateBody": {"Resources": declared}}

    def describe_stack_resources(self, **_: str) -> dict[str, Any]:
        """What stands there."""
        assert self.resources is not None
        return {
            "StackResources": [
                {"LogicalResourceId": name, "ResourceType": kind, "PhysicalResourceId": physical}
                for name, (kind, _, physical) in self.resources.items()
            ]
        }


@pytest.fixture
def look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Look at a stack with these resources, from an empty folder; the exit code."""
    monkeypatch.chdir(tmp_path)
    kept.ASSEMBLY.parent.mkdir()
    environment = {"artifacts": {kept.STACK: {"environment": "aws://123456789012/eu-north-1"}}}
    kept.ASSEMBLY.write_text(json.dumps(environment))

    def at(**resources: tuple[str, str, str]) -> int:
        return look_at(resources)

    def look_at(resources: dict[str, tuple[str, str, str]] | None) -> int:
        monkeypatch.setattr(boto3, "client", lambda *_, **__: CloudFormation(resources))
        return kept.main()

    at.gone = lambda: look_at(None)  # type: ignore[attr-defined]
    return at


def bucket(name: str, policy: str = "Retain") -> tuple[str, str, str]:
    """A bucket of the stack."""
    return "AWS::S3::Bucket", policy, name


def test_both_ways_of_retaining_are_read(look):
    """`RetainExceptOnCreate` keeps as well; what is deleted or of another kind is not named."""
    app, role = (
        ("AWS::SageMaker::MlflowApp", "RetainExceptOnCreate", "arn:app"),
        ("AWS::IAM::Role", "RetainExceptOnCreate", "role-1"),
    )
    assert (
        look(Lake=bucket("lake-1"), Art=bucket("art-1", "RetainExceptOnCreate"), Logs=bucket("x", "Delete"), App=app, Role=role)
        == 0
    )
    assert kept.remembered() == {
        **LAKE,
        "Art": {"BucketName": "art-1"},
        "App": {"Arn": "arn:app"},
        "Role": {"RoleName": "role-1"},
    }


def test_a_partial_destruction_is_added_to(look):
    """The second look finds less than the first, and loses nothing."""
    look(Lake=bucket("lake-1"), Art=bucket("art-1"))
    assert look(Lake=bucket("lake-1")) == 0
    assert set(kept.remembered()) == {"Lake", "Art"}


def test_a_stack_that_is_gone_or_keeps_nothing_leaves_the_record_as_it_is(look, capsys):
    """A destruction that was interrupted after this stack goes on."""
    look(Lake=bucket("lake-1"))
    assert look.gone() == 0
    assert look(Lake=bucket("lake-1", "Delete")) == 0
    assert kept.remembered() == LAKE
    assert "remembers what it kept" in capsys.readouterr().out


def test_without_a_stack_and_a_record_nothing_is_destroyed(look):
    """Something is wrong: another region, or other credentials."""
    assert look.gone() == 1
    assert not kept.RECORD.exists()


def test_what_another_deployment_kept_is_put_aside(look):
    """Its names stand nowhere else."""
    look(Lake=bucket("lake-1"), Art=bucket("art-1"))
    assert look(Lake=bucket("lake-2")) == 0
    (aside,) = kept.RECORD.parent.glob("kept-*.json")
    assert json.loads(aside.read_text())["Art"] == {"BucketName": "art-1"}
    assert kept.remembered() == {"Lake": {"BucketName": "lake-2"}}
