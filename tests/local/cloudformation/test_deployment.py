"""Stacks of hand-written templates, through a running server."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError


def function_template(embedded: Any, bucket: str, answer: int) -> dict:
    """A function with a role, a version named after the answer, and an alias."""
    source = f"def handler(event, context):\n    return {{'answer': {answer}}}\n"
    embedded.client("s3").put_object(Bucket=bucket, Key=f"{answer}.zip", Body=embedded.archive({"index.py": source}))
    trust = {"Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
    return {
        "Resources": {
            "Alias": {
                "Type": "AWS::Lambda::Alias",
                "Properties": {
                    "FunctionName": {"Ref": "Function"},
                    "Name": "live",
                    "FunctionVersion": {"Fn::GetAtt": [f"Version{answer}", "Version"]},
                },
            },
            f"Version{answer}": {"Type": "AWS::Lambda::Version", "Properties": {"FunctionName": {"Ref": "Function"}}},
            "Function": {
                "Type": "AWS::Lambda::Function",
                "Properties": {
                    "Handler": "index.handler",
                    "Runtime": "python3.13",
                    "Role": {"Fn::GetAtt": ["Role", "Arn"]},
                    "Code": {"S3Bucket": bucket, "S3Key": f"{answer}.zip"},
                },
            },
            "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trust}},
        },
        "Outputs": {"Alias": {"Value": {"Ref": "Alias"}}},
    }


BROKEN = {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "a name with spaces"}}


def topic(**properties) -> dict:
    """A topic."""
    return {"Type": "AWS::SNS::Topic", "Properties": properties}


def test_a_stack_answers_its_outputs(embedded, stacks, stack_name):
    """Outputs are resolved from what was really created."""
    template = {"Resources": {"Topic": topic()}, "Outputs": {"Topic": {"Value": {"Ref": "Topic"}}}}
    assert stacks.deploy(stack_name, template)["StackStatus"] == "CREATE_COMPLETE"
    arn = stacks.outputs(stack_name)["Topic"]
    assert arn in {entry["TopicArn"] for entry in embedded.client("sns").list_topics()["Topics"]}


def test_names_are_the_same_in_every_start(stacks, stack_name):
    """A name is stack, logical id and a digest of both, so saved state finds its resource."""
    template = {"Resources": {"Topic": topic()}, "Outputs": {"Topic": {"Value": {"Ref": "Topic"}}}}
    arns = []
    for _ in range(2):
        stacks.deploy(stack_name, template)
        arns.append(stacks.outputs(stack_name)["Topic"])
        stacks.delete(stack_name)
    assert arns[0] == arns[1]


def test_a_new_version_has_the_new_code(embedded, stacks, stack_name):
    """An update changes the function before it publishes, and the alias moves to the new version."""
    bucket = embedded.bucket()
    for answer in (1, 2):
        stacks.deploy(stack_name, function_template(embedded, bucket, answer))
    alias = stacks.outputs(stack_name)["Alias"]
    answer = embedded.client("lambda").invoke(FunctionName=alias)["Payload"].read()
    assert json.loads(answer) == {"answer": 2}


def test_a_failing_resource_is_named_and_nothing_is_left(embedded, stacks, stack_name):
    """A creation that fails is rolled back and says which resource failed and why."""
    template = {"Resources": {"Topic": topic(), "Broken": BROKEN | {"DependsOn": "Topic"}}}
    stack = stacks.deploy(stack_name, template)
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert "Broken (AWS::Logs::LogGroup)" in stack["StackStatusReason"]
    topics = embedded.client("sns").list_topics()["Topics"]
    assert not [entry for entry in topics if f":{stack_name}-" in entry["TopicArn"]]


def test_a_failing_update_returns_to_what_was(embedded, stacks, stack_name):
    """The resource that changed before the failure has its old properties again."""
    stacks.deploy(stack_name, {"Resources": {"Topic": topic(DisplayName="old")}, "Outputs": {"Topic": {"Value": {"Ref": "Topic"}}}})
    broken = BROKEN | {"DependsOn": "Topic"}
    stack = stacks.deploy(stack_name, {"Resources": {"Topic": topic(DisplayName="new"), "Broken": broken}})
    assert stack["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    attributes = embedded.client("sns").get_topic_attributes(TopicArn=stacks.outputs(stack_name)["Topic"])
    assert attributes["Attributes"]["DisplayName"] == "old"


def test_an_unlisted_type_fails(stacks, stack_name):
    """Nothing is skipped in silence."""
    with pytest.raises(ClientError, match=r"Unrecognized resource types: \[AWS::EC2::Instance\]"):
        stacks.deploy(stack_name, {"Resources": {"Server": {"Type": "AWS::EC2::Instance"}}})


@pytest.mark.parametrize(
    ("type_", "properties", "unknown"),
    [
        ("AWS::S3::Bucket", {"Colour": "green"}, "Colour"),
        ("AWS::Lambda::Function", {"TracingConfig": {}, "Code": {"ZipFile": "x"}}, "Code.ZipFile, Tracing"),
        ("AWS::Scheduler::Schedule", {"Target": {"Arn": "a", "EcsParameters": {}}}, "Target.EcsParameters"),
    ],
)
def test_an_unknown_property_fails(stacks, stack_name, type_, properties, unknown):
    """A property the embedded AWS does not apply is not dropped, though the API and moto may know it."""
    stack = stacks.deploy(stack_name, {"Resources": {"One": {"Type": type_, "Properties": properties}}})
    assert f"no property {unknown}" in stack["StackStatusReason"]


def test_a_schedule_that_would_never_fire_fails(stacks, stack_name):
    """A cron field that is not emulated is named when it is deployed, not passed over every night."""
    properties = {
        "ScheduleExpression": "cron(0 3 L * ? *)",
        "ScheduleExpressionTimezone": "Etc/UTC",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "Target": {"Arn": "arn:aws:states:eu-north-1:123456789012:stateMachine:m", "RoleArn": "arn:aws:iam::123456789012:role/r"},
    }
    stack = stacks.deploy(stack_name, {"Resources": {"Monthly": {"Type": "AWS::Scheduler::Schedule", "Properties": properties}}})
    assert "L is neither a value nor a range" in stack["StackStatusReason"]


def test_a_machine_in_jsonata_fails(stacks, stack_name):
    """It is refused when it is deployed, not at its first state."""
    definition = {"QueryLanguage": "JSONata", "StartAt": "P", "States": {"P": {"Type": "Pass", "End": True}}}
    properties = {"DefinitionString": json.dumps(definition), "RoleArn": "arn:aws:iam::123456789012:role/r"}
    machine = {"Type": "AWS::StepFunctions::StateMachine", "Properties": properties}
    stack = stacks.deploy(stack_name, {"Resources": {"Machine": machine}})
    assert "evaluates JSONPath, not JSONata" in stack["StackStatusReason"]


def test_stacks_are_changed_by_change_sets_alone(embedded, stack_name):
    """As the CDK does; what no deployment uses is refused."""
    with pytest.raises(ClientError, match="change sets alone"):
        embedded.client("cloudformation").create_stack(StackName=stack_name, TemplateBody="{}")


def test_a_stack_imports_what_another_exports(stacks, stack_name):
    """Fn::ImportValue reaches across stacks."""
    export = {"Value": {"Ref": "Topic"}, "Export": {"Name": f"{stack_name}:topic"}}
    stacks.deploy(stack_name, {"Resources": {"Topic": topic()}, "Outputs": {"Topic": export}})
    imported = {"Value": {"Fn::ImportValue": f"{stack_name}:topic"}}
    stacks.deploy(f"{stack_name}2", {"Resources": {"Other": topic()}, "Outputs": {"Imported": imported}})
    assert stacks.outputs(f"{stack_name}2")["Imported"] == stacks.outputs(stack_name)["Topic"]


def test_an_api_keeps_its_id_when_its_routes_change(embedded, stacks, stack_name):
    """Routes and stages are updated or replaced, the API itself stays."""

    def api(route: str, burst: int) -> dict:
        limits = {"ThrottlingBurstLimit": burst, "ThrottlingRateLimit": 1}
        stage = {"ApiId": {"Ref": "Api"}, "StageName": "$default", "AutoDeploy": True, "DefaultRouteSettings": limits}
        return {
            "Resources": {
                "Api": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"Name": "api", "ProtocolType": "HTTP"}},
                "Route": {"Type": "AWS::ApiGatewayV2::Route", "Properties": {"ApiId": {"Ref": "Api"}, "RouteKey": route}},
                "Stage": {"Type": "AWS::ApiGatewayV2::Stage", "Properties": stage},
            },
            "Outputs": {"Api": {"Value": {"Ref": "Api"}}},
        }

    stacks.deploy(stack_name, api("GET /old", 1))
    before = stacks.outputs(stack_name)["Api"]
    stacks.deploy(stack_name, api("GET /new", 2))
    client = embedded.client("apigatewayv2")
    assert stacks.outputs(stack_name)["Api"] == before
    assert [route["RouteKey"] for route in client.get_routes(ApiId=before)["Items"]] == ["GET /new"]
    assert client.get_stage(ApiId=before, StageName="$default")["DefaultRouteSettings"]["ThrottlingBurstLimit"] == 2


def test_a_route_that_would_never_match_fails(stacks, stack_name):
    """API Gateway takes no parameter that is a part of a segment, and nothing behind a greedy one."""
    api = {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"Name": "api", "ProtocolType": "HTTP"}}
    properties = {"ApiId": {"Ref": "Api"}, "RouteKey": "GET /v1/{proxy+}/notes"}
    route = {"Type": "AWS::ApiGatewayV2::Route", "Properties": properties}
    stack = stacks.deploy(stack_name, {"Resources": {"Api": api, "Route": route}})
    assert "a parameter is one whole segment" in stack["StackStatusReason"]


def test_a_replaced_table_gets_another_name(embedded, stacks, stack_name):
    """A change of keys cannot be made in place: a new table stands before the old one goes."""

    def table(key: str) -> dict:
        properties = {
            "KeySchema": [{"AttributeName": key, "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": key, "AttributeType": "S"}],
            "BillingMode": "PAY_PER_REQUEST",
        }
        resource = {"Type": "AWS::DynamoDB::Table", "Properties": properties}
        return {"Resources": {"Table": resource}, "Outputs": {"Table": {"Value": {"Ref": "Table"}}}}

    stacks.deploy(stack_name, table("one"))
    before = stacks.outputs(stack_name)["Table"]
    stacks.deploy(stack_name, table("two"))
    after = stacks.outputs(stack_name)["Table"]
    tables = embedded.client("dynamodb").list_tables()["TableNames"]
    assert (before in tables, after in tables) == (False, True)


def test_a_retained_resource_outlives_its_stack(embedded, stacks, stack_name):
    """DeletionPolicy Retain is honoured."""
    bucket = {"Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain"}
    stacks.deploy(stack_name, {"Resources": {"Bucket": bucket}, "Outputs": {"Bucket": {"Value": {"Ref": "Bucket"}}}})
    name = stacks.outputs(stack_name)["Bucket"]
    stacks.delete(stack_name)
    assert name in {entry["Name"] for entry in embedded.client("s3").list_buckets()["Buckets"]}


def test_a_bucket_that_demands_tls_can_be_used(embedded, stacks, stack_name):
    """An SSL-only policy denies plain requests in AWS; here all are plain, and pass."""
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": "*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    policy = {"Bucket": {"Ref": "Bucket"}, "PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]}}
    template = {
        "Resources": {"Bucket": {"Type": "AWS::S3::Bucket"}, "Policy": {"Type": "AWS::S3::BucketPolicy", "Properties": policy}},
        "Outputs": {"Bucket": {"Value": {"Ref": "Bucket"}}},
    }
    stacks.deploy(stack_name, template)
    bucket = stacks.outputs(stack_name)["Bucket"]
    embedded.client("s3").put_object(Bucket=bucket, Key="key", Body=b"body")
    assert embedded.client("s3").get_object(Bucket=bucket, Key="key")["Body"].read() == b"body"


def test_a_missing_change_set_has_the_code_the_cdk_waits_for(embedded, stack_name):
    """The CDK CLI polls for exactly this error."""
    with pytest.raises(ClientError) as refused:
        embedded.client("cloudformation").describe_change_set(StackName=stack_name, ChangeSetName="none")
    assert refused.value.response["Error"]["Code"] == "ChangeSetNotFound"
