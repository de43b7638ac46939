"""A first deployment that fails half-way and is repeated: what it left behind must not be in its own way."""

from __future__ import annotations

import pytest


@pytest.fixture
def names(embedded) -> dict[str, str]:
    """Fixed names of a table and of a log group that somebody else has made already: the last resource cannot be created."""
    names = {"table": embedded.name("activity"), "group": f"/{embedded.name('taken')}"}
    embedded.client("logs").create_log_group(logGroupName=names["group"])
    return names


def template(names: dict[str, str], policy: str) -> dict:
    """A table of a fixed name, then a log group."""
    table = {
        "Type": "AWS::DynamoDB::Table",
        "DeletionPolicy": policy,
        "Properties": {
            "TableName": names["table"],
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "BillingMode": "PAY_PER_REQUEST",
        },
    }
    group = {"Type": "AWS::Logs::LogGroup", "DependsOn": "Table", "Properties": {"LogGroupName": names["group"]}}
    return {"Resources": {"Table": table, "Group": group}, "Outputs": {"Table": {"Value": {"Ref": "Table"}}}}


def fail_and_repeat(embedded, stacks, stack_name, names, policy):
    """Deploy, fail, mend what was wrong, and deploy the same again as `cdk deploy` does; the second stack."""
    first = stacks.deploy(stack_name, template(names, policy))
    assert first["StackStatus"] == "ROLLBACK_COMPLETE"
    assert "Group (AWS::Logs::LogGroup)" in first["StackStatusReason"]
    embedded.client("logs").delete_log_group(logGroupName=names["group"])
    stacks.delete(stack_name)
    return stacks.deploy(stack_name, template(names, policy))


def tables(embedded) -> set[str]:
    """Names of all tables."""
    return {name for page in embedded.client("dynamodb").get_paginator("list_tables").paginate() for name in page["TableNames"]}


@pytest.mark.parametrize("policy", ["RetainExceptOnCreate", "Delete"])
def test_a_half_failed_first_deployment_can_be_repeated(embedded, stacks, stack_name, names, policy):
    """Its table went when its creation was rolled back."""
    assert fail_and_repeat(embedded, stacks, stack_name, names, policy)["StackStatus"] == "CREATE_COMPLETE"


def test_with_plain_retain_the_second_attempt_finds_the_name_taken(embedded, stacks, stack_name, names):
    """As in AWS: the table of the failed attempt stands and belongs to nobody."""
    repeated = fail_and_repeat(embedded, stacks, stack_name, names, "Retain")
    assert repeated["StackStatus"] == "ROLLBACK_COMPLETE"
    assert "Table (AWS::DynamoDB::Table)" in repeated["StackStatusReason"]
    assert names["table"] in repeated["StackStatusReason"]
    assert names["table"] in tables(embedded)  # of the first attempt: the second one did not make it


def test_once_deployed_it_is_retained(embedded, stacks, stack_name, names):
    """By the stack's deletion, and by an update that leaves it out."""
    assert fail_and_repeat(embedded, stacks, stack_name, names, "RetainExceptOnCreate")["StackStatus"] == "CREATE_COMPLETE"
    stacks.delete(stack_name)
    assert names["table"] in tables(embedded)


@pytest.mark.parametrize("policy", ["RetainExceptOnCreate", "Retain"])
def test_an_update_that_fails_deletes_what_it_created_unless_it_says_retain(embedded, stacks, stack_name, names, policy):
    """The operation that creates a resource may be an update, too."""
    stacks.deploy(stack_name, {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}})
    grown = template(names, policy)
    grown["Resources"]["Topic"] = {"Type": "AWS::SNS::Topic"}
    assert stacks.deploy(stack_name, grown)["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert (names["table"] in tables(embedded)) is (policy == "Retain")


def test_what_stands_half_made_goes_too(embedded, stacks, stack_name, names):
    """The table was created, and one of its settings refused."""
    broken = template(names, "RetainExceptOnCreate")
    broken["Resources"]["Table"]["Properties"]["TimeToLiveSpecification"] = {"AttributeName": "", "Enabled": True}
    assert stacks.deploy(stack_name, broken)["StackStatus"] == "ROLLBACK_COMPLETE"
    assert names["table"] not in tables(embedded)
