"""The HTTP API: routes, events in payload format 2.0, signatures, API Gateway's own answers."""

from __future__ import annotations

import base64
import dataclasses
import json
import shutil
import subprocess
from pathlib import Path
from typing import ClassVar

import pytest
from api_connection import Http
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from local.context import ACCESS_KEY, SECRET_KEY, Context
from local.http.api import HttpApi
from local.http.api_events import Request, gateway_response

GOLDEN = Path(__file__).parents[2] / "events" / "api_gateway_rollback.json"
ECHO = """
    import json
    def handler(event, context):
        kind = event.get("queryStringParameters", {}).get("answer")
        if kind == "error":
            raise ValueError("no")
        if kind == "plain":
            return {"plain": True}
        if kind == "binary":
            return {"statusCode": 201, "headers": {"content-type": "image/png"}, "body": "iVA=",
                    "isBase64Encoded": True}
        return {"statusCode": 200, "headers": {"content-type": "application/json"}, "body": json.dumps(event)}
"""


@pytest.fixture(scope="module")
def site(embedded):
    """A connection to an API with an open, a signed and a catching route; before it is made there is none."""
    connection, client = Http(embedded), embedded.client("apigatewayv2")
    for other in client.get_apis()["Items"]:  # another module's, on the server they share
        client.delete_api(ApiId=other["ApiId"])
    status, _, body = connection.send("GET", "/health")
    assert status == 503
    assert b"no API is deployed" in body
    api = client.create_api(Name="greenfraud", ProtocolType="HTTP")["ApiId"]
    function = embedded.client("lambda").get_function(FunctionName=embedded.function(ECHO))["Configuration"]["FunctionArn"]
    integration = client.create_integration(
        ApiId=api, IntegrationType="AWS_PROXY", IntegrationUri=function, PayloadFormatVersion="2.0"
    )["IntegrationId"]
    routes = {"GET /health": "NONE", "ANY /v1/{proxy+}": "AWS_IAM", "GET /open/{proxy+}": "NONE"}
    for key, auth in routes.items():
        client.create_route(ApiId=api, RouteKey=key, AuthorizationType=auth, Target=f"integrations/{integration}")
    client.create_stage(ApiId=api, StageName="$default", AutoDeploy=True)
    embedded.let_call(function, api)
    yield connection
    client.delete_api(ApiId=api)


def test_an_open_route_gets_the_event_of_its_request(site):
    """Path parameters, query, headers and context."""
    status, _, body = site.send("GET", "/open/T%201?x=1&x=2&y=%C3%A9", headers={"X-Two": "1"})
    event = json.loads(body)
    assert (status, event["version"], event["routeKey"]) == (200, "2.0", "GET /open/{proxy+}")
    assert (event["pathParameters"], event["queryStringParameters"]) == ({"proxy": "T 1"}, {"x": "1,2", "y": "é"})
    assert (event["rawPath"], event["rawQueryString"]) == ("/open/T 1", "x=1&x=2&y=%C3%A9")
    assert event["headers"]["x-two"] == "1"
    assert (event["requestContext"]["http"]["method"], event["requestContext"]["http"]["sourceIp"]) == ("GET", "127.0.0.1")


def test_a_binary_answer_comes_back(site):
    """Base64 is decoded, status and headers are the function's."""
    status, headers, body = site.send("GET", "/open/1?answer=binary")
    assert (201, "image/png", base64.b64decode("iVA=")) == (status, headers["content-type"], body)


@pytest.mark.parametrize("answer", ["error", "plain"])
def test_a_failing_function_is_an_internal_error(site, answer):
    """With API Gateway's own words, also for an answer that is no response."""
    status, _, body = site.send("GET", f"/open/1?answer={answer}")
    assert (status, json.loads(body)) == (500, {"message": "Internal Server Error"})


def test_no_route_is_not_found(site):
    """Also for a known path with another method."""
    for method, target in (("GET", "/nowhere"), ("POST", "/health")):
        status, _, body = site.send(method, target)
        assert (status, body) == (404, b'{"message":"Not Found"}')


def test_a_signed_request_passes_and_names_its_caller(site):
    """Body and path are part of what is signed."""
    status, _, body = site.signed("POST", "/v1/score%20it?x=1", b'{"amount": "1.00"}')
    event = json.loads(body)
    assert (status, event["body"], event["isBase64Encoded"]) == (200, '{"amount": "1.00"}', False)
    told = event["requestContext"]["authorizer"]["iam"]
    assert told["accessKey"] == ACCESS_KEY
    assert told["userArn"].startswith("arn:aws:iam::123456789012:user/")
    real = json.loads(GOLDEN.read_text())["requestContext"]["authorizer"]["iam"]
    assert told.keys() == real.keys()


def test_other_requests_are_forbidden(site):
    """Unsigned, signed with another secret, for another service, or changed on the way."""
    answers = [
        site.send("POST", "/v1/score", b"{}"),
        site.signed("POST", "/v1/score", b"{}", secret="wrong"),
        site.signed("POST", "/v1/score", b"{}", service="s3"),
    ]
    request = AWSRequest(method="POST", url=f"{site.base}/v1/score", data=b"{}")
    SigV4Auth(Credentials(ACCESS_KEY, SECRET_KEY), "execute-api", "eu-north-1").add_auth(request)
    answers.append(site.send("POST", "/v1/score", b'{"more": 1}', dict(request.headers)))
    for status, _, body in answers:
        assert (status, json.loads(body)) == (403, {"message": "Forbidden"})


def test_curl_can_sign(site):
    """With its own flag, as the README shows it."""
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    command = ["curl", "-s", "--aws-sigv4", "aws:amz:eu-north-1:execute-api", "--user", f"{ACCESS_KEY}:{SECRET_KEY}"]
    answer = subprocess.run(
        [*command, "-H", "content-type: application/json", "-d", '{"a": 1}', f"{site.base}/v1/score"],
        capture_output=True,
        check=True,
    )
    assert json.loads(answer.stdout)["body"] == '{"a": 1}'


def test_a_binary_body_arrives_in_base64(site):
    """Anything that is not text."""
    status, _, body = site.signed("POST", "/v1/score", b"\xff\x00")
    event = json.loads(body)
    assert (200, True, base64.b64encode(b"\xff\x00").decode()) == (status, event["isBase64Encoded"], event["body"])


def test_an_open_route_is_told_of_no_caller(site):
    """Also where the request is signed: nobody vouches for it there."""
    status, _, body = site.signed("GET", "/open/1")
    assert (status, "authorizer" in json.loads(body)["requestContext"]) == (200, False)


def test_routes_of_one_api_lead_to_functions_of_their_own(site, embedded):
    """An exact path goes before a greedy one."""
    client = embedded.client("apigatewayv2")
    (api,) = [one["ApiId"] for one in client.get_apis()["Items"]]
    other = embedded.function('def handler(event, context): return {"statusCode": 200, "body": "the other"}')
    arn = embedded.client("lambda").get_function(FunctionName=other)["Configuration"]["FunctionArn"]
    integration = client.create_integration(ApiId=api, IntegrationType="AWS_PROXY", IntegrationUri=arn, PayloadFormatVersion="2.0")[
        "IntegrationId"
    ]
    embedded.let_call(arn, api)
    route = client.create_route(
        ApiId=api, RouteKey="POST /v1/production/rollback", AuthorizationType="AWS_IAM", Target=f"integrations/{integration}"
    )["RouteId"]
    try:
        assert site.signed("POST", "/v1/production/rollback", b"{}")[2] == b"the other"
        assert site.signed("GET", "/v1/production/rollback")[2] != b"the other"
    finally:
        client.delete_route(ApiId=api, RouteId=route)


def test_without_authentication_everything_passes_and_whoever_signed_is_told(tmp_path):
    """The setting lets a request through; a signature that is there must be right, and adds a caller to the event."""
    events = []

    class Stub(HttpApi):
        def _invoke(self, api, route, event):
            events.append(event)
            return gateway_response(200, "ok")

    @dataclasses.dataclass
    class OneRoute:
        route_key: str = "ANY /v1/{proxy+}"
        authorization_type: str = "AWS_IAM"

    class OneApi:
        api_id = "api"
        routes: ClassVar = {"r": OneRoute()}

    unsigned, right, wrong = {"host": "h"}, signed_headers(SECRET_KEY), signed_headers("wrong")
    passed = []
    for auth, headers in [(auth, headers) for auth in (False, True) for headers in (unsigned, right, wrong)]:
        context = Context(endpoint="http://127.0.0.1:1", state_dir=tmp_path, http_port=0, auth=auth)
        request = Request(
            method="POST", target="/v1/score", protocol="HTTP/1.1", headers=headers, body=b"{}", source_ip="127.0.0.1"
        )
        passed.append(Stub(context)._answer(OneApi(), request).status)
    assert passed == [200, 200, 403, 403, 200, 403]
    assert ["authorizer" in event["requestContext"] for event in events] == [False, True, True]


def signed_headers(secret):
    """Headers of a request for /v1/score at host h, in lower case."""
    request = AWSRequest(method="POST", url="http://h/v1/score", data=b"{}")
    SigV4Auth(Credentials(ACCESS_KEY, secret), "execute-api", "eu-north-1").add_auth(request)
    return {"host": "h", **{name.lower(): value for name, value in request.headers.items()}}


@pytest.mark.parametrize(
    ("sent", "arrives"),
    [
        ("/open/T%201", "/open/T 1"),
        ("/open/T%3F1", "/open/T"),
        ("/open/T%25x", None),
        ("/open/T%231", "/open/T#1"),
        ("/open/T%2F1", "/open/T/1"),
        ("/open/%EA%B2%B0%EC%A0%9C", "/open/결제"),
        ("/open/T%252F1", "/open/T/1"),
        ("/open/T%253F1", "/open/T?1"),
        ("/open/T%2525x", "/open/T%x"),
        ("/open%2FT1", "/open/T1"),
        ("/open/T%", None),
        ("/open/T%FF", None),
    ],
)
def test_a_path_arrives_as_it_does_from_aws(site, sent, arrives):
    """As others captured it from an HTTP API; the last three they did not, and are taken to be alike."""
    status, _, body = site.send("GET", f"{sent}?kept=%252F%2F+")
    event = json.loads(body)
    if arrives is None:
        assert (status, event) == (400, {"message": "Bad Request"})
        return
    assert (event["rawPath"], event["requestContext"]["http"]["path"], event["rawQueryString"]) == (
        arrives,
        arrives,
        "kept=%252F%2F+",
    )
