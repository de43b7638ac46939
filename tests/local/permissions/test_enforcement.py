"""Every call is made as somebody, and the answer to one that no policy allows reads as AWS's does."""

from __future__ import annotations

import boto3
from role_policies import ACCOUNT, document, refused


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
