"""Every call is made as somebody, and the answer to one that no policy allows reads as AWS's does."""

from __future__ import annotations

import json

import boto3
import pytest
from botocore.exceptions import ClientError

from local.context import Keys, connect

ACCOUNT = "123456789012"
SERVICES = [f"{name}.amazonaws.com" for name in ("lambda", "states", "sagemaker", "scheduler")]


def document(*statements):
    """A policy of statements that allow unless they say otherwise."""
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **one} for one in statements]})


@pytest.fixture
def role(embedded):
    """Makes a role that may do what the statements say; its name."""

    def make(*statements, trusts=(*SERVICES,), boundary=None):
        name, client = embedded.name("role"), embedded.client("iam")
        trusted = {"Service": list(trusts), "AWS": f"arn:aws:iam::{ACCOUNT}:root"}
        trust = document({"Principal": trusted, "Action": "sts:AssumeRole"})
        options = {} if boundary is None else {"PermissionsBoundary": boundary}
        client.create_role(RoleName=name, AssumeRolePolicyDocument=trust, **options)
        if statements:
            client.put_role_policy(RoleName=name, PolicyName="p", PolicyDocument=document(*statements))
        return name

    return make


@pytest.fixture
def acting(embedded):
    """A client that acts by a role."""

    def by(name, service):
        taken = embedded.client("sts").assume_role(RoleArn=f"arn:aws:iam::{ACCOUNT}:role/{name}", RoleSessionName="me")[
            "Credentials"
        ]
        keys = Keys(taken["AccessKeyId"], taken["SecretAccessKey"], taken["SessionToken"])
        return connect(service, endpoint=embedded.endpoint, keys=keys)

    return by


def refused(call, **arguments):
    """Code and message of the answer to a call that must fail."""
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    return caught.value.response["Error"]["Code"], caught.value.response["Error"]["Message"]


def test_the_answer_names_who_which_action_and_which_resource(embedded, role, acting):
    """In AWS's words, for a service that speaks JSON."""
    name, table = role(), embedded.table()["TableName"]
    assert refused(acting(name, "dynamodb").get_item, TableName=table, Key={"id": {"S": "1"}}) == (
        "AccessDeniedException",
        (
            f"User: arn:aws:sts::{ACCOUNT}:assumed-role/{name}/me is not authorized to perform: dynamodb:GetItem on resource: "
            f"arn:aws:dynamodb:eu-north-1:{ACCOUNT}:table/{table} "
            "because no identity-based policy allows the dynamodb:GetItem action"
        ),
    )


def test_what_a_policy_allows_goes_through_and_no_more(embedded, role, acting):
    """Another action and another table are refused."""
    mine, other = (embedded.table()["TableName"] for _ in range(2))
    arn = f"arn:aws:dynamodb:eu-north-1:{ACCOUNT}:table/{mine}"
    client = acting(role({"Action": "dynamodb:PutItem", "Resource": arn}), "dynamodb")
    client.put_item(TableName=mine, Item={"id": {"S": "1"}})
    assert "dynamodb:GetItem" in refused(client.get_item, TableName=mine, Key={"id": {"S": "1"}})[1]
    assert other in refused(client.put_item, TableName=other, Item={"id": {"S": "1"}})[1]


def test_a_transaction_needs_the_action_of_each_member(embedded, role, acting):
    """TransactWriteItems is no action of its own."""
    table = embedded.table()["TableName"]
    client = acting(role({"Action": "dynamodb:PutItem", "Resource": "*"}), "dynamodb")
    put = {"Put": {"TableName": table, "Item": {"id": {"S": "1"}}}}
    client.transact_write_items(TransactItems=[put])
    deleting = {"Delete": {"TableName": table, "Key": {"id": {"S": "2"}}}}
    assert "dynamodb:DeleteItem" in refused(client.transact_write_items, TransactItems=[put, deleting])[1]


def test_an_index_is_a_resource_of_its_own(embedded, role, acting):
    """A query of it needs its ARN."""
    table = embedded.table()["TableName"]
    arn = f"arn:aws:dynamodb:eu-north-1:{ACCOUNT}:table/{table}"
    client = acting(role({"Action": "dynamodb:Query", "Resource": arn}), "dynamodb")
    query = {"TableName": table, "KeyConditionExpression": "id = :i", "ExpressionAttributeValues": {":i": {"S": "1"}}}
    client.query(**query)
    assert f"{arn}/index/by_day" in refused(client.query, IndexName="by_day", **query)[1]


def test_objects_are_judged_by_their_keys(embedded, role, acting):
    """Read below one prefix, written below another; a copy needs both; listing is of the bucket."""
    bucket = embedded.bucket()
    arn = f"arn:aws:s3:::{bucket}"
    embedded.client("s3").put_object(Bucket=bucket, Key="in/a", Body=b"x")
    client = acting(
        role({"Action": "s3:GetObject", "Resource": f"{arn}/in/*"}, {"Action": "s3:PutObject", "Resource": f"{arn}/out/*"}), "s3"
    )
    assert client.get_object(Bucket=bucket, Key="in/a")["Body"].read() == b"x"
    client.copy_object(Bucket=bucket, Key="out/a", CopySource={"Bucket": bucket, "Key": "in/a"})
    for call, arguments, action in (
        (client.put_object, {"Key": "in/a", "Body": b""}, f"s3:PutObject on resource: {arn}/in/a"),
        (client.get_object, {"Key": "out/a"}, f"s3:GetObject on resource: {arn}/out/a"),
        (client.copy_object, {"Key": "out/b", "CopySource": f"{bucket}/out/a"}, f"s3:GetObject on resource: {arn}/out/a"),
        (client.list_objects_v2, {}, f"s3:ListBucket on resource: {arn}"),
        (client.delete_object, {"Key": "out/a"}, f"s3:DeleteObject on resource: {arn}/out/a"),
        (client.delete_objects, {"Delete": {"Objects": [{"Key": "out/a"}]}}, f"s3:DeleteObject on resource: {arn}/out/a"),
    ):
        code, message = refused(call, Bucket=bucket, **arguments)
        assert (code, action in message) == ("AccessDenied", True), message


def test_who_may_not_list_cannot_tell_a_missing_object_from_a_refused_one(embedded, role, acting):
    """As in S3, which answers 403 in place of 404."""
    bucket = embedded.bucket()
    read = {"Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/*"}
    assert refused(acting(role(read), "s3").get_object, Bucket=bucket, Key="a")[0] == "AccessDenied"
    listing = {"Action": "s3:ListBucket", "Resource": f"arn:aws:s3:::{bucket}"}
    assert refused(acting(role(read, listing), "s3").get_object, Bucket=bucket, Key="a")[0] == "NoSuchKey"


def test_a_bucket_may_deny_even_the_operator(embedded):
    """An explicit denial outweighs everything, the administrator included."""
    bucket = embedded.bucket()
    client = embedded.client("s3")
    denial = {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{bucket}/ledger/*"}
    client.put_bucket_policy(Bucket=bucket, Policy=document(denial))
    client.put_object(Bucket=bucket, Key="other", Body=b"")
    assert (
        "with an explicit deny in a resource-based policy" in refused(client.put_object, Bucket=bucket, Key="ledger/1", Body=b"")[1]
    )


def test_a_boundary_limits_what_policies_allow(embedded, role, acting):
    """Both must allow."""
    policy = embedded.client("iam").create_policy(
        PolicyName=embedded.name("policy"), PolicyDocument=document({"Action": "sqs:*", "Resource": "*"})
    )["Policy"]["Arn"]
    client = acting(role({"Action": "*", "Resource": "*"}, boundary=policy), "dynamodb")
    assert "no permissions boundary allows the dynamodb:ListTables action" in refused(client.list_tables)[1]


def test_a_metric_is_judged_by_its_namespace(role, acting):
    """A condition binds it, as metrics are no resources."""
    condition = {"StringEquals": {"cloudwatch:namespace": "Ours"}}
    client = acting(role({"Action": "cloudwatch:PutMetricData", "Resource": "*", "Condition": condition}), "cloudwatch")
    client.put_metric_data(Namespace="Ours", MetricData=[{"MetricName": "m", "Value": 1}])
    assert (
        "cloudwatch:PutMetricData"
        in refused(client.put_metric_data, Namespace="Theirs", MetricData=[{"MetricName": "m", "Value": 1}])[1]
    )


def test_a_key_of_nobody_is_refused(embedded):
    """And so is no key at all."""
    session = boto3.Session("AKIANOBODY", "secret", region_name="eu-north-1")
    client = session.client("dynamodb", endpoint_url=embedded.endpoint)
    assert refused(client.list_tables)[0] == "UnrecognizedClientException"
    assert refused(session.client("s3", endpoint_url=embedded.endpoint).list_buckets)[0] == "InvalidAccessKeyId"


def test_a_role_is_handed_on_only_by_who_may_pass_it(embedded, role, acting):
    """To the service that the condition names."""
    passed = f"arn:aws:iam::{ACCOUNT}:role/{role()}"
    code = {"ZipFile": embedded.archive({"code.py": "def handler(event, context): pass"})}
    function = {
        "FunctionName": embedded.name("f"),
        "Role": passed,
        "Runtime": "python3.13",
        "Handler": "code.handler",
        "Code": code,
    }
    create = {"Action": "lambda:CreateFunction", "Resource": "*"}
    assert f"iam:PassRole on resource: {passed}" in refused(acting(role(create), "lambda").create_function, **function)[1]
    to_lambda = {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}
    may_pass = {"Action": "iam:PassRole", "Resource": passed, "Condition": to_lambda}
    acting(role(create, may_pass), "lambda").create_function(**function)


def test_a_role_is_taken_on_only_by_whom_it_trusts(embedded, role):
    """Each service says so in its own words."""
    arn = f"arn:aws:iam::{ACCOUNT}:role/{role(trusts=('ec2.amazonaws.com',))}"
    code = {"ZipFile": embedded.archive({"code.py": ""})}
    assert refused(
        embedded.client("lambda").create_function,
        FunctionName=embedded.name("f"),
        Role=arn,
        Runtime="python3.13",
        Handler="code.handler",
        Code=code,
    ) == ("InvalidParameterValueException", "The role defined for the function cannot be assumed by Lambda.")
    machine = {"name": embedded.name("m"), "definition": '{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}', "roleArn": arn}
    assert "to assume the provided role" in refused(embedded.client("stepfunctions").create_state_machine, **machine)[1]
    target = {"Arn": "arn:aws:sqs:eu-north-1:1:q", "RoleArn": arn}
    schedule = {"Name": embedded.name("s"), "ScheduleExpression": "rate(1 day)", "FlexibleTimeWindow": {"Mode": "OFF"}}
    assert (
        "must allow AWS EventBridge Scheduler to assume"
        in refused(embedded.client("scheduler").create_schedule, Target=target, **schedule)[1]
    )


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
