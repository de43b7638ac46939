"""Functions, state machines and alarms act by what was granted to them, as it is now."""

from __future__ import annotations

import json

import pytest
from role_policies import ACCOUNT, document, refused

WRITER = """
    import boto3, os
    def handler(event, context):
        endpoint = os.environ["AWS_ENDPOINT_URL"]
        try:
            boto3.client("dynamodb", endpoint_url=endpoint).put_item(TableName=event, Item={"id": {"S": "1"}})
        except Exception as error:
            return str(error)
"""


def test_a_function_acts_by_its_role(embedded, role):
    """What its code calls is judged by the role's policies, as they are now."""
    name, table = role(), embedded.table()["TableName"]
    function = embedded.function(WRITER, Role=f"arn:aws:iam::{ACCOUNT}:role/{name}")
    said, _ = embedded.invoke(function, table)
    assert f"assumed-role/{name}/{function} is not authorized to perform: dynamodb:PutItem" in said
    statement = {"Action": "dynamodb:PutItem", "Resource": "*"}
    embedded.client("iam").put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=document(statement))
    assert embedded.invoke(function, table) == (None, None)


def test_a_function_whose_role_may_not_write_logs_leaves_none(embedded, role):
    """It works all the same, as in AWS."""
    function = embedded.function("def handler(event, context): return 1", Role=f"arn:aws:iam::{ACCOUNT}:role/{role()}")
    assert embedded.invoke(function) == (1, None)
    groups = embedded.client("logs").describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{function}")["logGroups"]
    assert groups == []


def test_a_stream_is_read_by_the_role_of_the_function(embedded, role):
    """A function that may not read it cannot be fed by it."""
    stream = embedded.table(StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"})["LatestStreamArn"]
    function = embedded.function("def handler(event, context): pass", Role=f"arn:aws:iam::{ACCOUNT}:role/{role()}")
    code, message = refused(
        embedded.client("lambda").create_event_source_mapping,
        FunctionName=function,
        EventSourceArn=stream,
        StartingPosition="LATEST",
    )
    assert code == "InvalidParameterValueException"
    assert message.startswith(f"Cannot access stream {stream}. Please ensure the role can perform the GetRecords")


def test_a_state_machine_acts_by_its_role(embedded, role):
    """A task it may not run fails with the service's answer; without the right to keep a rule no machine can wait for jobs."""
    function = embedded.function("def handler(event, context): return 1")
    task = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": function}, "End": True}
    machines, name = embedded.client("stepfunctions"), role()
    made = {"name": embedded.name("m"), "roleArn": f"arn:aws:iam::{ACCOUNT}:role/{name}"}
    arn = machines.create_state_machine(definition=json.dumps({"StartAt": "A", "States": {"A": task}}), **made)["stateMachineArn"]
    execution = machines.start_execution(stateMachineArn=arn)["executionArn"]
    embedded.wait_until(lambda: machines.describe_execution(executionArn=execution)["status"] != "RUNNING")
    assert "is not authorized to perform: lambda:InvokeFunction" in machines.describe_execution(executionArn=execution)["cause"]
    job = {**task, "Resource": "arn:aws:states:::sagemaker:createTrainingJob.sync", "Parameters": {}}
    made["name"] = embedded.name("m")
    assert (
        "is not authorized to create managed-rule"
        in refused(machines.create_state_machine, definition=json.dumps({"StartAt": "A", "States": {"A": job}}), **made)[1]
    )


@pytest.mark.parametrize("allows", [True, False])
def test_an_alarm_reaches_a_topic_only_by_the_topics_policy(embedded, allows):
    """CloudWatch has no role: a topic whose policy says nothing of it stays silent."""
    sns, cloudwatch = embedded.client("sns"), embedded.client("cloudwatch")
    url, queue = embedded.queue()
    topic = sns.create_topic(Name=embedded.name("topic"))["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)
    service = "cloudwatch.amazonaws.com" if allows else "events.amazonaws.com"
    condition = {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
    statement = {"Principal": {"Service": service}, "Action": "sns:Publish", "Resource": topic, "Condition": condition}
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=document(statement))
    alarm = {"MetricName": "m", "Namespace": "n", "Statistic": "Sum", "Period": 60, "EvaluationPeriods": 1, "Threshold": 0}
    name = embedded.name("alarm")
    cloudwatch.put_metric_alarm(AlarmName=name, ComparisonOperator="GreaterThanThreshold", AlarmActions=[topic], **alarm)
    cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="test")
    assert bool(embedded.wait_until(lambda: embedded.messages(url), 5 if allows else 2)) is allows
