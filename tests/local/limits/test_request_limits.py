"""Requests at a limit of their service pass; one more is refused with AWS's code and words."""

from __future__ import annotations

import json
import urllib.error
import urllib.request

import pytest
from boundary import at_the_limit, refused_beyond

from local.limits import figure

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "x.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


def policy(characters: int, **statement) -> str:
    """A document of so many characters besides white space, which is not counted."""
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/{}", **statement}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=4)
    return document.replace("{}", "k" * (characters - len("".join(document.split())) + 2))


def trust(characters: int) -> str:
    """A trust policy of so many characters."""
    document = json.dumps({**TRUST, "Id": "{}"}, indent=4)
    return document.replace("{}", "k" * (characters - len("".join(document.split())) + 2))


@pytest.fixture
def iam(strict):
    """Its client, with a role of its own."""
    client = strict.client("iam")
    client.role = strict.name("role")
    client.create_role(RoleName=client.role, AssumeRolePolicyDocument=json.dumps(TRUST))
    return client


@at_the_limit
def test_inline_policies_of_a_role_count_together(iam, beyond):
    """A policy that takes another one's place counts once."""
    most = figure("iam_inline_policies")
    for characters in (most, 5000):
        iam.put_role_policy(RoleName=iam.role, PolicyName="first", PolicyDocument=policy(characters))
    with refused_beyond("iam_inline_policies", beyond, f"Maximum policy size of 10240 bytes exceeded for role {iam.role}"):
        iam.put_role_policy(RoleName=iam.role, PolicyName="second", PolicyDocument=policy(most - 5000 + beyond))


@at_the_limit
def test_a_managed_policy_has_a_size(iam, strict, beyond):
    """And so has every version of it."""
    document, words = policy(figure("iam_managed_policy") + beyond), "Cannot exceed quota for PolicySize: 6144"
    with refused_beyond("iam_managed_policy", beyond, words):
        iam.create_policy(PolicyName=strict.name("policy"), PolicyDocument=document)
    arn = iam.create_policy(PolicyName=strict.name("policy"), PolicyDocument=policy(200))["Policy"]["Arn"]
    with refused_beyond("iam_managed_policy", beyond, words):
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=document)


@at_the_limit
def test_a_role_has_so_many_managed_policies(iam, strict, beyond):
    """One that it has already does not count again."""
    arns = [
        iam.create_policy(PolicyName=strict.name("policy"), PolicyDocument=policy(200))["Policy"]["Arn"]
        for _ in range(figure("iam_attached_policies") + 1)
    ]
    for arn in [*arns[:-1], arns[0]]:
        iam.attach_role_policy(RoleName=iam.role, PolicyArn=arn)
    with refused_beyond("iam_attached_policies", beyond, "Cannot exceed quota for PoliciesPerRole: 10"):
        iam.attach_role_policy(RoleName=iam.role, PolicyArn=arns[-beyond])


@at_the_limit
def test_a_trust_policy_has_a_size(iam, strict, beyond):
    """When the role is made and when it changes."""
    document, words = trust(figure("iam_trust_policy") + beyond), "Cannot exceed quota for ACLSizePerRole: 2048"
    with refused_beyond("iam_trust_policy", beyond, words):
        iam.create_role(RoleName=strict.name("role"), AssumeRolePolicyDocument=document)
    with refused_beyond("iam_trust_policy", beyond, words):
        iam.update_assume_role_policy(RoleName=iam.role, PolicyDocument=document)


@at_the_limit
def test_a_notification_is_measured_in_bytes(strict, beyond):
    """Letters with accents take two."""
    topic = strict.client("sns").create_topic(Name=strict.name("topic"))["TopicArn"]
    message = "é" * (figure("sns_message") // 2 - 1) + "ab" + "c" * beyond
    with refused_beyond("sns_message", beyond, "Message too long"):
        strict.client("sns").publish(TopicArn=topic, Message=message)


@at_the_limit
def test_a_message_of_a_queue_is_measured_in_bytes(strict, beyond):
    """One MiB since August 2025."""
    url, _ = strict.queue()
    message = "é" * (figure("sqs_message") // 2 - 1) + "ab" + "c" * beyond
    with refused_beyond("sqs_message", beyond, "must be shorter than 1048576 bytes"):
        strict.client("sqs").send_message(QueueUrl=url, MessageBody=message)


@at_the_limit
def test_metrics_per_request_are_limited(strict, beyond):
    """By number."""
    data = [{"MetricName": "m", "Value": 1.0}] * (figure("cloudwatch_metrics") + beyond)
    with refused_beyond("cloudwatch_metrics", beyond, "must not have a size greater than 1000"):
        strict.client("cloudwatch").put_metric_data(Namespace="N", MetricData=data)


@at_the_limit
def test_metrics_per_request_are_limited_in_bytes(strict, beyond):
    """As they are sent; the SDK would compress them."""
    body = (
        b"Action=PutMetricData&Version=2010-08-01&Namespace=N&MetricData.member.1.MetricName=m&MetricData.member.1.Value=1&Padding="
    )
    body += b"p" * (figure("cloudwatch_request") - len(body) + beyond)
    scope = "AWS4-HMAC-SHA256 Credential=embedded/20260101/eu-north-1/monitoring/aws4_request, SignedHeaders=host, Signature=x"
    request = urllib.request.Request(f"{strict.endpoint}/", body, {"Authorization": scope})
    if not beyond:
        assert urllib.request.urlopen(request).status == 200
        return
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request)
    assert b"RequestEntityTooLarge" in refused.value.read()


@pytest.mark.parametrize(
    ("limit", "given", "words"),
    [
        ("sagemaker_hyperparameters", lambda size: {"HyperParameters": {f"h{n}": "1" for n in range(size)}}, "hyperParameters"),
        ("sagemaker_hyperparameter", lambda size: {"HyperParameters": {"h": "1" * size}}, "hyperParameters"),
        ("sagemaker_environment", lambda size: {"Environment": {f"V{n}": "1" for n in range(size)}}, "environment"),
        ("sagemaker_variable", lambda size: {"Environment": {"V": "1" * size}}, "environment"),
        ("sagemaker_job_name", lambda size: {"TrainingJobName": ("n" * 80 + "{}")[-size:]}, "trainingJobName"),
    ],
)
@at_the_limit
def test_a_training_job_has_limits_that_its_model_states(strict, limit, given, words, beyond):
    """Names, numbers and lengths."""
    request = strict.training_job(strict.name("job")) | given(figure(limit) + beyond)
    request["TrainingJobName"] = request["TrainingJobName"].replace("{}", strict.name("a")[-2:])
    with refused_beyond(limit, beyond, words):
        strict.client("sagemaker").create_training_job(**request)


@at_the_limit
def test_a_definition_has_a_size(strict, beyond):
    """Of a state machine, in characters."""
    definition = {"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}, "Comment": ""}
    definition["Comment"] = "c" * (figure("states_definition") - len(json.dumps(definition)) + beyond)
    with refused_beyond("states_definition", beyond, "definition"):
        strict.machine(definition)
