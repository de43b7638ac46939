"""Requests to the HTTP API, plain and signed."""

from __future__ import annotations

import http.client
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from local.context import ACCESS_KEY, SECRET_KEY


class Http:
    """Requests over one connection that stays open."""

    def __init__(self, server):
        self.base = server.api
        self.connection = http.client.HTTPConnection(urlsplit(server.api).netloc, timeout=300)

    def send(self, method, target, body=None, headers=None):
        """Status, headers and body."""
        self.connection.request(method, target, body, headers or {})
        answer = self.connection.getresponse()
        return answer.status, answer.headers, answer.read()

    def signed(self, method, target, body=None, *, secret=SECRET_KEY, service="execute-api"):
        """A request signed as the SDK signs."""
        request = AWSRequest(method=method, url=self.base + target, data=body, headers={"content-type": "application/json"})
        SigV4Auth(Credentials(ACCESS_KEY, secret), service, "eu-north-1").add_auth(request)
        return self.send(method, target, body, dict(request.headers))
