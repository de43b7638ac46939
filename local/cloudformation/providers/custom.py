"""A custom resource: its function is told what CloudFormation wants, and answers at an address that it is given."""

from __future__ import annotations

import json
import secrets
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from local.cloudformation.providers.resource import Properties, Provider, Resource
from local.context import ACCOUNT, REGION

TYPE = "Custom::Release"
OK, NOT_FOUND = 200, 404
MOST_BYTES = 4096  # of an answer, as in AWS


class Answers(HTTPServer):
    """Takes one PUT at an address that nobody can guess, as the presigned one of AWS; `text` is what came."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), AnswerHandler)
        self.path = f"/{secrets.token_hex(16)}"
        self.text: bytes | None = None

    @property
    def url(self) -> str:
        """The address."""
        return f"http://127.0.0.1:{self.server_port}{self.path}"


class AnswerHandler(BaseHTTPRequestHandler):
    """Reads the answer; whatever else comes is not found."""

    server: Answers

    def do_PUT(self) -> None:
        """Keep the body."""
        length = int(self.headers.get("Content-Length") or 0)
        is_ours = self.path == self.server.path and length <= MOST_BYTES
        if is_ours:
            self.server.text = self.rfile.read(length)
        self.send_response(OK if is_ours else NOT_FOUND)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Nothing: the address is a secret."""


def request(resource: Resource, kind: str, **more: Any) -> None:
    """Call the function and read its answer. Raises RuntimeError with the reason when it failed or did not answer."""
    with Answers() as answers:
        event = {
            "RequestType": kind,
            "RequestId": secrets.token_hex(8),
            "ResponseURL": answers.url,
            "StackId": f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{resource.stack}/embedded",
            "ResourceType": resource.type,
            "LogicalResourceId": resource.logical_resource_id,
            "ResourceProperties": resource.properties,
            **more,
        }
        answer = told(resource, event, answers)
    if answer["Status"] != "SUCCESS":
        raise RuntimeError(f"the function answered {answer['Status']}: {answer.get('Reason', '')}")
    resource.identify(str(answer["PhysicalResourceId"]), **answer.get("Data", {}))


def told(resource: Resource, event: dict[str, Any], answers: Answers) -> dict[str, Any]:
    """What the function sends while it runs; AWS gives it until the resource's `ServiceTimeout`."""
    thread = threading.Thread(target=answers.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        function = {"FunctionName": resource.properties["ServiceToken"], "Payload": json.dumps(event).encode()}
        error = resource.client("lambda").invoke(**function).get("FunctionError")
    finally:
        answers.shutdown()
        thread.join()
    if answers.text is None:
        raise RuntimeError(f"the function ended without an answer ({error or 'no error'}); its log says why")
    answer: dict[str, Any] = json.loads(answers.text)
    return answer


def create(resource: Resource) -> None:
    """Ask for it."""
    request(resource, "Create")


def update(resource: Resource, old: Properties) -> None:
    """Ask for the change."""
    request(resource, "Update", PhysicalResourceId=resource.physical_resource_id, OldResourceProperties=old)


def delete(resource: Resource) -> None:
    """Ask for its end."""
    request(resource, "Delete", PhysicalResourceId=resource.physical_resource_id)


PROVIDERS = (Provider(TYPE, create, update, delete, replaced_by=("ServiceToken",)),)
