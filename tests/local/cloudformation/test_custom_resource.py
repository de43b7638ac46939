"""A resource that a function makes: it is told what is wanted, and its answer, or its silence, decides."""

from __future__ import annotations

import pytest

from local.cloudformation.providers.custom import TYPE

SOURCE = """
import json, urllib.request

def handler(event, context):
    behaviour = {behaviour!r}
    if behaviour == "crash":
        raise RuntimeError("nobody sees this")
    if behaviour == "silent":
        return
    status = "FAILED" if behaviour == "fail" and event["RequestType"] != "Delete" else "SUCCESS"
    answer = {{"Status": status, "Reason": "as asked", "PhysicalResourceId": "one", "StackId": event["StackId"],
              "RequestId": event["RequestId"], "LogicalResourceId": event["LogicalResourceId"],
              "Data": {{"Said": event["RequestType"] + " " + event["ResourceProperties"]["Answers"]}}}}
    request = urllib.request.Request(event["ResponseURL"], json.dumps(answer).encode(), {{"Content-Type": ""}}, method="PUT")
    urllib.request.urlopen(request).read()
"""


@pytest.fixture
def template(embedded):
    """A stack with a resource that a function of this behaviour makes."""
    bucket = embedded.bucket()
    trust = {"Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}

    def make(behaviour: str, answers: str) -> dict:
        key = f"{behaviour}.zip"
        archive = embedded.archive({"index.py": SOURCE.format(behaviour=behaviour)})
        embedded.client("s3").put_object(Bucket=bucket, Key=key, Body=archive)
        function = {
            "Handler": "index.handler",
            "Runtime": "python3.13",
            "Role": {"Fn::GetAtt": ["Role", "Arn"]},
            "Code": {"S3Bucket": bucket, "S3Key": key},
        }
        told = {"ServiceToken": {"Fn::GetAtt": ["Function", "Arn"]}, "ServiceTimeout": "300", "Answers": answers}
        return {
            "Resources": {
                "Told": {"Type": TYPE, "Properties": told},
                "Function": {"Type": "AWS::Lambda::Function", "Properties": function},
                "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trust}},
            },
            "Outputs": {"Said": {"Value": {"Fn::GetAtt": ["Told", "Said"]}}, "Id": {"Value": {"Ref": "Told"}}},
        }

    return make


def test_it_is_made_changed_and_unmade_by_its_function(stacks, stack_name, template):
    """Told which of the three is wanted, with its properties; what it answers can be asked for."""
    stacks.deploy(stack_name, template("answer", "a"))
    assert stacks.outputs(stack_name) == {"Said": "Create a", "Id": "one"}
    stacks.deploy(stack_name, template("answer", "b"))
    assert stacks.outputs(stack_name) == {"Said": "Update b", "Id": "one"}
    stacks.delete(stack_name)


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        ("fail", "the function answered FAILED: as asked"),
        ("silent", "the function ended without an answer (no error)"),
        ("crash", "the function ended without an answer (Unhandled)"),
    ],
)
def test_a_function_that_fails_or_says_nothing_fails_the_deployment(stacks, stack_name, template, behaviour, reason):
    """With the reason; AWS would wait for an answer as long as it was told to."""
    stack = stacks.deploy(stack_name, template(behaviour, "a"))
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert f"Told ({TYPE}): {reason}" in stack["StackStatusReason"]
