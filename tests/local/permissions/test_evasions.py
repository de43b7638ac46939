"""Ways round the judgement that a reviewer found: each is refused as AWS refuses it."""

from __future__ import annotations

import http.client
import json

import pytest
from botocore.exceptions import ClientError
from role_policies import ACCOUNT, document, refused

from local.context import Keys, connect


def asked(embedded, keys, service, path="/", body=b"", **headers):
    """Status of a raw request; the signature is not looked at, the key and its token are."""
    scope = f"AWS4-HMAC-SHA256 Credential={keys.access_key}/20260101/eu-north-1/{service}/aws4_request"
    signed = {"Authorization": f"{scope}, SignedHeaders=host, Signature=x", "X-Amz-Security-Token": keys.token, **headers}
    connection = http.client.HTTPConnection(embedded.endpoint.removeprefix("http://"), timeout=300)
    connection.request("POST", path, body, {name: value for name, value in signed.items() if value})
    return connection.getresponse().status


def keys_of(embedded, name):
    """Keys of a session of a role."""
    arn = f"arn:aws:iam::{ACCOUNT}:role/{name}"
    taken = embedded.client("sts").assume_role(RoleArn=arn, RoleSessionName="me")["Credentials"]
    return Keys(taken["AccessKeyId"], taken["SecretAccessKey"], taken["SessionToken"])


@pytest.mark.parametrize("body", ["<Delete><Object><Key >a</Key></Object></Delete>", "<Delete><Object>", ""])
def test_a_bulk_delete_is_judged_however_it_is_spelt(embedded, role, body):
    """By the keys that it names; one that names none deletes nothing."""
    bucket, keys = embedded.bucket(), keys_of(embedded, role())
    embedded.client("s3").put_object(Bucket=bucket, Key="a", Body=b"1")
    assert asked(embedded, keys, "s3", f"/{bucket}?delete", body.encode()) in (400, 403)
    assert embedded.client("s3").head_object(Bucket=bucket, Key="a")


def test_an_operation_that_is_none_is_not_run(embedded, role):
    """Moto would find its handler by another spelling."""
    keys, name = keys_of(embedded, role()), embedded.name("group")
    headers = {"X-Amz-Target": "Logs_20140328.create_log_group", "Content-Type": "application/x-amz-json-1.1"}
    assert asked(embedded, keys, "logs", body=json.dumps({"logGroupName": name}).encode(), **headers) == 400
    assert embedded.client("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"] == []


def test_versions_and_access_lists_are_permissions_of_their_own(embedded, role, acting):
    """To read or delete a version, and to put an object with a list or with tags."""
    bucket, client = embedded.bucket(), embedded.client("s3")
    client.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    version = client.put_object(Bucket=bucket, Key="a", Body=b"1")["VersionId"]
    plain = [f"s3:{verb}Object" for verb in ("Get", "Put", "Delete")]
    mine = acting(role({"Action": plain, "Resource": f"arn:aws:s3:::{bucket}/*"}), "s3")
    of_version = {"Objects": [{"Key": "a", "VersionId": version}]}
    assert "s3:DeleteObjectVersion" in refused(mine.delete_objects, Bucket=bucket, Delete=of_version)[1]
    source = {"Bucket": bucket, "Key": "a", "VersionId": version}
    assert "s3:GetObjectVersion" in refused(mine.copy_object, Bucket=bucket, Key="b", CopySource=source)[1]
    assert "s3:PutObjectAcl" in refused(mine.put_object, Bucket=bucket, Key="b", ACL="public-read")[1]
    assert "s3:PutObjectTagging" in refused(mine.put_object, Bucket=bucket, Key="b", Tagging="a=b")[1]
    with pytest.raises(ClientError, match="403"):
        mine.head_object(Bucket=bucket, Key="a", VersionId=version)


def test_a_role_is_known_by_its_whole_arn(embedded, role):
    """One below a path, or of another account, is another role, which the right to pass this one does not cover."""
    code = {"ZipFile": embedded.archive({"code.py": ""})}
    function = {"FunctionName": embedded.name("f"), "Runtime": "python3.13", "Handler": "code.handler", "Code": code}
    elsewhere = f"arn:aws:iam::{ACCOUNT}:role/allowed/{role()}"
    assert "cannot be assumed" in refused(embedded.client("lambda").create_function, Role=elsewhere, **function)[1]


def test_a_role_that_trusts_services_alone_is_taken_on_by_nobody(embedded):
    """Not even by the operator; a token is part of a session's keys."""
    client, name = embedded.client("iam"), embedded.name("role")
    trust = document({"Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"})
    client.create_role(RoleName=name, AssumeRolePolicyDocument=trust)
    taking = {"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/{name}", "RoleSessionName": "me"}
    assert "sts:AssumeRole" in refused(embedded.client("sts").assume_role, **taking)[1]


def test_keys_of_a_session_without_its_token_are_nobodys(embedded, role):
    """As code finds out in AWS that drops it."""
    keys = keys_of(embedded, role({"Action": "dynamodb:ListTables", "Resource": "*"}))
    assert connect("dynamodb", endpoint=embedded.endpoint, keys=keys).list_tables()["TableNames"] is not None
    bare = connect("dynamodb", endpoint=embedded.endpoint, keys=Keys(keys.access_key, keys.secret_key))
    assert refused(bare.list_tables)[0] == "UnrecognizedClientException"


def test_a_function_keeps_the_credentials_of_its_role(embedded):
    """Variables that Lambda sets are nobody's to set."""
    with pytest.raises(ClientError, match="AWS_ACCESS_KEY_ID"):
        embedded.function("", Environment={"Variables": {"AWS_ACCESS_KEY_ID": "embedded"}})
