"""Our signature against botocore's."""

from __future__ import annotations

from datetime import UTC, datetime

import orjson
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as OfBotocore
from hypothesis import given
from hypothesis import strategies as st

from functions.score.dynamodb.signing import Credentials, signed_headers, signing_key

KEY = {"transaction_id": {"S": "T1"}}
BODIES = [b"{}", orjson.dumps(KEY), '{"id": "카드 №1 ☂ \U0001f4b3"}'.encode(), b'{"raw": "\\u0000\\n"}', b"x" * 300_000]
HOSTS = ["dynamodb.eu-north-1.amazonaws.com", "dynamodb.cn-north-1.amazonaws.com.cn", "127.0.0.1:4566"]


def assert_same(body: bytes, host: str, region: str, secret: str, token: str | None) -> None:
    """Botocore signs first, at its own time; then we do, at the same."""
    named = {"content-type": "application/x-amz-json-1.0", "x-amz-target": "DynamoDB_20120810.PutItem"}
    request = AWSRequest("POST", f"https://{host}/", headers=named, data=body)
    SigV4Auth(OfBotocore("AKID", secret, token), "dynamodb", region).add_auth(request)
    at = datetime.strptime(request.headers["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    ours = signed_headers(
        host=host,
        target=named["x-amz-target"],
        body=body,
        region=region,
        credentials=Credentials("AKID", secret, token),
        now=at.timestamp() + 0.9,
    )
    assert request.headers["Authorization"] == ours["authorization"]
    assert request.headers.get("X-Amz-Security-Token") == ours.get("x-amz-security-token")


@pytest.mark.parametrize("body", BODIES, ids=len)
@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("token", [None, "IQoJb3JpZ2luX2VjEJr//////////wEaCmV1LW5vcnRoLTEi+/=="])
def test_it_is_botocores_signature(body, host, token):
    """With and without a session token, unicode bodies, and an endpoint with a port."""
    assert_same(body, host, "eu-north-1", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", token)


@given(st.binary(max_size=200), st.text("abcXYZ019/+=", min_size=1), st.sampled_from(["us-east-1", "ap-south-1"]))
def test_it_is_botocores_signature_whatever_is_signed(body, secret, region):
    """Any bytes, any secret, any region."""
    assert_same(body, HOSTS[0], region, secret, "token")


def test_a_day_derives_its_key_once():
    """And the next day another."""
    signing_key.cache_clear()
    for second in range(3):
        for midnight in (1_700_006_400, 1_700_092_800):
            signed_headers(
                host="h", target="t", body=b"", region="eu-north-1", credentials=Credentials("a", "b"), now=midnight + second
            )
    assert (signing_key.cache_info().misses, signing_key.cache_info().hits) == (2, 4)
