"""Imports: what a stack left behind is taken into a new one, as `cdk import` asks for it."""

from __future__ import annotations

import json

import pytest

from local.cloudformation.providers import PROVIDERS
from local.cloudformation.providers.resource import refuse_import
from toolchain.kept import IDENTIFIERS

BUCKET = {"Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain", "Properties": {"VersioningConfiguration": {"Status": "Enabled"}}}
TABLE = {
    "Type": "AWS::DynamoDB::Table",
    "DeletionPolicy": "Retain",
    "Properties": {
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "BillingMode": "PAY_PER_REQUEST",
    },
}
NAMES = {"Bucket": {"Value": {"Ref": "Bucket"}}, "Table": {"Value": {"Ref": "Table"}}}
RESOURCES = {"Bucket": BUCKET, "Table": TABLE}


@pytest.fixture
def kept(embedded, stacks, stack_name) -> dict[str, str]:
    """Names of a bucket with an object and a table with an item, whose stack is gone."""
    stacks.deploy(stack_name, {"Resources": RESOURCES, "Outputs": NAMES})
    names = stacks.outputs(stack_name)
    embedded.client("s3").put_object(Bucket=names["Bucket"], Key="key", Body=b"kept")
    embedded.client("dynamodb").put_item(TableName=names["Table"], Item={"id": {"S": "kept"}})
    stacks.delete(stack_name)
    return names


def import_into(stacks, stack: str, resources: dict, **identifiers: dict[str, str]) -> str:
    """Create a stack by an import; its status."""
    names = {"StackName": stack, "ChangeSetName": "import"}
    wanted = [
        {"LogicalResourceId": name, "ResourceType": resources[name]["Type"], "ResourceIdentifier": identifier}
        for name, identifier in identifiers.items()
    ]
    body = json.dumps({"Resources": resources})
    stacks.client.create_change_set(**names, ChangeSetType="IMPORT", TemplateBody=body, ResourcesToImport=wanted)
    stacks.client.execute_change_set(**names)
    status: str = stacks.describe(stack)["StackStatus"]
    return status


def identifiers_of(kept: dict[str, str]) -> dict[str, dict[str, str]]:
    """As the CDK writes them."""
    return {"Bucket": {"BucketName": kept["Bucket"]}, "Table": {"TableName": kept["Table"]}}


def test_kept_resources_come_back_with_what_they_hold(embedded, stacks, stack_name, kept):
    """The stack answers their old names, and takes further resources later."""
    assert import_into(stacks, stack_name, RESOURCES, **identifiers_of(kept)) == "IMPORT_COMPLETE"
    grown = {"Resources": {**RESOURCES, "Topic": {"Type": "AWS::SNS::Topic"}}, "Outputs": NAMES}
    assert stacks.deploy(stack_name, grown)["StackStatus"] == "UPDATE_COMPLETE"
    assert stacks.outputs(stack_name) == kept
    assert embedded.client("s3").get_object(Bucket=kept["Bucket"], Key="key")["Body"].read() == b"kept"
    assert embedded.client("dynamodb").scan(TableName=kept["Table"])["Count"] == 1


def test_an_import_that_fails_deletes_nothing(embedded, stacks, stack_name, kept):
    """What was taken over before the failure is let go of, not removed."""
    wrong = identifiers_of(kept) | {"Table": {"TableName": "nowhere"}}
    assert import_into(stacks, stack_name, RESOURCES, **wrong) == "IMPORT_ROLLBACK_COMPLETE"
    assert embedded.client("s3").get_object(Bucket=kept["Bucket"], Key="key")["Body"].read() == b"kept"


def test_a_type_that_cannot_be_imported_is_named(stacks, stack_name):
    """Nothing is taken over in silence."""
    resources = {"Topic": {"Type": "AWS::SNS::Topic", "DeletionPolicy": "Retain"}}
    status = import_into(stacks, stack_name, resources, Topic={"TopicArn": "arn:aws:sns:eu-north-1:123456789012:x"})
    assert status == "IMPORT_ROLLBACK_COMPLETE"
    assert "AWS::SNS::Topic cannot be imported" in stacks.describe(stack_name)["StackStatusReason"]


def test_a_kept_secret_comes_back_with_its_value(embedded, stacks, stack_name):
    """A new one would make every customer a stranger."""
    secret = {"Type": "AWS::SecretsManager::Secret", "DeletionPolicy": "Retain"}
    resources = {"Secret": secret | {"Properties": {"GenerateSecretString": {"PasswordLength": 64}}}}
    stacks.deploy(stack_name, {"Resources": resources, "Outputs": {"Secret": {"Value": {"Ref": "Secret"}}}})
    arn, client = stacks.outputs(stack_name)["Secret"], embedded.client("secretsmanager")
    before = client.get_secret_value(SecretId=arn)["SecretString"]
    stacks.delete(stack_name)
    assert import_into(stacks, stack_name, resources, Secret={"Id": arn}) == "IMPORT_COMPLETE"
    assert client.get_secret_value(SecretId=arn)["SecretString"] == before


def test_every_type_that_a_destruction_remembers_can_be_imported():
    """What `make restore` hands over is taken."""
    assert [name for name in IDENTIFIERS if PROVIDERS[name].adopt is refuse_import] == []
