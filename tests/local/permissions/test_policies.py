"""Policies as AWS evaluates them: what denies wins, conditions are heard, and what cannot be evaluated is refused."""

from __future__ import annotations

import json

import pytest

from local.permissions.callers import Caller
from local.permissions.conditions import UnsupportedPolicyError, hold
from local.permissions.documents import Request, Verdict, parse

ROLE = Caller("arn:aws:sts::123456789012:assumed-role/reader/session", role="reader")
CLOUDWATCH = Caller("arn:aws:cloudwatch:eu-north-1:123456789012:alarm:a", service="cloudwatch.amazonaws.com")
BUCKET = "arn:aws:s3:::lake"


def said(statements, action="s3:GetObject", resource=f"{BUCKET}/a/b", caller=ROLE, **context):
    """What a policy of these statements says."""
    stated = [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"{BUCKET}/*", **one} for one in statements]
    given = {name.replace("__", ":"): value for name, value in context.items()}
    return parse(json.dumps({"Statement": stated})).verdict(Request(caller, action, resource, given))


@pytest.mark.parametrize(
    ("statement", "verdict"),
    [
        ({}, Verdict.ALLOWED),
        ({"Action": "S3:getobject"}, Verdict.ALLOWED),
        ({"Action": ["s3:Put*", "s3:Get*"]}, Verdict.ALLOWED),
        ({"Action": "s3:GetObject?"}, Verdict.SILENT),
        ({"Action": "s3:Get"}, Verdict.SILENT),
        ({"Resource": f"{BUCKET}/A/*"}, Verdict.SILENT),
        ({"Resource": BUCKET}, Verdict.SILENT),
        ({"Resource": [BUCKET, f"{BUCKET}/?/b"]}, Verdict.ALLOWED),
        ({"Resource": f"{BUCKET}.a/b"}, Verdict.SILENT),
        ({"Effect": "Deny"}, Verdict.DENIED),
    ],
)
def test_a_statement_speaks_of_its_actions_and_resources(statement, verdict):
    """Actions in any case, resources to the letter; a dot stands for a dot."""
    assert said([statement]) is verdict


def test_a_denial_wins_whatever_else_allows():
    """In any order."""
    assert said([{}, {"Effect": "Deny"}]) is said([{"Effect": "Deny"}, {}]) is Verdict.DENIED


def test_what_is_excepted_is_not_spoken_of():
    """NotAction and NotResource turn their lists round."""
    assert (
        parse(json.dumps({"Statement": {"Effect": "Allow", "NotAction": "s3:Put*", "NotResource": f"{BUCKET}/x/*"}})).verdict(
            Request(ROLE, "s3:GetObject", f"{BUCKET}/a")
        )
        is Verdict.ALLOWED
    )
    assert (
        parse(json.dumps({"Statement": {"Effect": "Allow", "NotAction": "s3:Get*", "Resource": "*"}})).verdict(
            Request(ROLE, "s3:GetObject", f"{BUCKET}/a")
        )
        is Verdict.SILENT
    )


def test_a_denial_whose_condition_does_not_hold_denies_nothing():
    """The TLS-only policies of buckets, topics and queues rest on it."""
    tls_only = {"Effect": "Deny", "Principal": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    assert said([tls_only], aws__SecureTransport="true") is Verdict.SILENT
    assert said([tls_only], aws__SecureTransport="false") is Verdict.DENIED


@pytest.mark.parametrize(
    ("principal", "caller", "verdict"),
    [
        ("*", ROLE, Verdict.ALLOWED),
        ({"AWS": "*"}, CLOUDWATCH, Verdict.ALLOWED),
        ({"Service": "cloudwatch.amazonaws.com"}, CLOUDWATCH, Verdict.ALLOWED),
        ({"Service": ["events.amazonaws.com"]}, CLOUDWATCH, Verdict.SILENT),
        ({"Service": "cloudwatch.amazonaws.com"}, ROLE, Verdict.SILENT),
        ({"AWS": ROLE.arn}, ROLE, Verdict.ALLOWED),
        ({"AWS": "arn:aws:iam::123456789012:role/another"}, ROLE, Verdict.SILENT),
        ({"AWS": "arn:aws:iam::123456789012:root"}, ROLE, Verdict.SILENT),
    ],
)
def test_a_resource_policy_speaks_to_its_principals(principal, caller, verdict):
    """The account as a principal leaves the choice to identity policies: by itself it allows nobody."""
    assert said([{"Principal": principal}], caller=caller) is verdict


@pytest.mark.parametrize(
    ("block", "holds"),
    [
        ({"StringEquals": {"aws:SourceAccount": "1"}}, True),
        ({"StringEquals": {"AWS:sourceaccount": ["2", "1"]}}, True),
        ({"StringEquals": {"aws:SourceAccount": "2"}}, False),
        ({"StringNotEquals": {"aws:SourceAccount": "2"}}, True),
        ({"StringEquals": {"missing": "1"}}, False),
        ({"StringNotEquals": {"missing": "1"}}, True),
        ({"StringEqualsIfExists": {"missing": "1"}}, True),
        ({"StringEqualsIfExists": {"aws:SourceAccount": "2"}}, False),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:states:*:1:stateMachine:*"}}, True),
        ({"ArnLike": {"aws:SourceArn": "arn:aws:states:*:2:*"}}, False),
        ({"Null": {"missing": True}}, True),
        ({"Null": {"aws:SourceAccount": "true"}}, False),
        ({"StringLike": {"aws:SourceAccount": "?"}, "Null": {"missing": "false"}}, False),
    ],
)
def test_conditions_hold_as_they_do_in_aws(block, holds):
    """All operators and keys must hold, one of a key's values is enough, a missing key passes only what is negated."""
    assert hold(block, {"aws:SourceAccount": "1", "aws:SourceArn": "arn:aws:states:eu-north-1:1:stateMachine:m"}) is holds


@pytest.mark.parametrize(
    "statement",
    [
        {"Condition": {"NumericLessThan": {"aws:MultiFactorAuthAge": "1"}}},
        {"Condition": {"StringEquals": {"aws:username": "${aws:username}"}}},
        {"Resource": "arn:aws:s3:::${aws:username}"},
        {"NotPrincipal": "*"},
    ],
)
def test_a_policy_that_cannot_be_evaluated_is_refused(statement):
    """A guess would grant or deny by chance."""
    with pytest.raises(UnsupportedPolicyError):
        said([statement])
