"""The lines that the README says to paste answer as it says."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import boto3
import httpx
import pytest

pytestmark = [pytest.mark.xdist_group("e2e"), pytest.mark.usefixtures("first_run")]

README = (Path(__file__).resolve().parents[1] / "README.md").read_text(encoding="utf-8")
PASTED = [line for block in re.findall(r"^```\w*\n(.*?)^```", README, re.MULTILINE | re.DOTALL) for line in block.splitlines()]
CURL = [line for line in PASTED if line.startswith("curl ")]
AWS = [line for line in PASTED if line.startswith("aws ")]
EXPORTS = [line for line in PASTED if line.startswith("export ")]


def here(deployment, line):
    """The line for the ports of the tests."""
    return line.replace("http://127.0.0.1:4566", deployment.target.endpoint).replace("http://127.0.0.1:8000", deployment.target.api)


def paste(line, *, before=()):
    """What a shell says to the line: a strict one, in which a URL without quotes fails where zsh would."""
    script = "\n".join(["shopt -s failglob", *before, line])
    finished = subprocess.run(
        ["bash", "-c", script], env={**os.environ, "AWS_PAGER": ""}, capture_output=True, text=True, check=False, timeout=120
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


def curl(line):
    """Status and body of a curl line; without curl its request is sent as it says."""
    if shutil.which("curl"):
        body, _, status = paste(f"{line} -w '\\n%{{http_code}}'").rpartition("\n")
        return int(status), body
    words = shlex.split(line)
    options = {words[index]: words[index + 1] for index in range(len(words) - 1) if words[index] in ("-X", "-H", "-d")}
    (url,) = (word for word in words if word.startswith("http"))
    headers = dict([options["-H"].split(": ")]) if "-H" in options else {}
    answer = httpx.request(options.get("-X", "GET"), url, headers=headers, content=options.get("-d"), timeout=60)
    return answer.status_code, answer.text


def aws(line, exports):
    """What a line of the aws command answers; where there is none, the same call is made through boto3."""
    if shutil.which("aws"):
        return json.loads(paste(line, before=exports))
    variables = dict(word.split("=", 1) for export in exports for word in shlex.split(export)[1:])
    _, service, operation, *options = shlex.split(line)
    client = boto3.client(
        service,
        endpoint_url=variables["AWS_ENDPOINT_URL"],
        region_name=variables["AWS_DEFAULT_REGION"],
        aws_access_key_id=variables["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=variables["AWS_SECRET_ACCESS_KEY"],
    )
    members = client.meta.service_model.operation_model("".join(part.title() for part in operation.split("-"))).input_shape.members
    named = {name.lower(): name for name in members}
    given = zip(options[::2], options[1::2], strict=True)
    return getattr(client, operation.replace("-", "_"))(**{named[key.replace("-", "")]: value for key, value in given})


def test_there_are_lines_to_paste():
    """The README still shows how to score, to look up, and to start the machine."""
    assert len(CURL) >= 4
    assert len(AWS) >= 2
    assert any("/health" in line for line in CURL)
    assert any("/v1/score" in line for line in CURL)


def test_the_curl_lines_answer(deployment):
    """Each with a success and JSON, one after the other: the last looks up what an earlier one scored."""
    for line in CURL:
        status, body = curl(here(deployment, line))
        assert status == 200, f"{line}: {status} {body}"
        assert json.loads(body)


def test_the_aws_lines_start_executions(deployment):
    """Each answers with an execution that exists; what it does is proven elsewhere, so it is stopped."""
    exports = [here(deployment, line) for line in EXPORTS]
    client = deployment.client("stepfunctions")
    for line in AWS:
        arn = aws(line, exports)["executionArn"]
        described = client.describe_execution(executionArn=arn)
        assert json.loads(described["input"]) == json.loads(shlex.split(line)[-1])
        if described["status"] == "RUNNING":
            client.stop_execution(executionArn=arn, cause="enough seen")
        ended = deployment.end_of(arn)
        assert ended["status"] in {"SUCCEEDED", "ABORTED"}, ended
