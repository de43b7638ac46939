"""A refusal is told with the line of `cdk/` that grants, also when the statement was taken out of the template since."""

from __future__ import annotations

import json

import pytest

from local.permissions import roles

ALARM = "arn:aws:cloudwatch:eu-north-1:123456789012:alarm:a"
REFERENCE = {"Fn::GetAtt": ["Lake", "Arn"]}


@pytest.fixture
def assembly(tmp_path, monkeypatch):
    """Two roles and a topic, as the synthesis remembers them."""

    def granted(to, action, resource, at):
        data = {"to": to, "actions": [action], "resources": [resource], "at": at}
        return {"type": "greenfraud:granted", "data": data}

    below = {"Fn::Join": ["", [REFERENCE, "/labels/*"]]}
    document = {
        "/Serving/Score/Role": [
            granted("a role", "s3:GetObject", below, "cdk/a.py:1"),
            granted("a role", "s3:GetObject", REFERENCE, "cdk/a.py:2"),
            {"type": "aws:cdk:logicalId", "data": "x"},
        ],
        "/Serving/Jobs/Roles/Train": [granted("a role", "sns:Publish", "*", "cdk/b.py:1")],
        "/Serving/Alerts/Topic": [granted("services", "sns:Publish", {"Ref": "Topic"}, "cdk/c.py:1")],
    }
    (tmp_path / "Serving.metadata.json").write_text(json.dumps(document))
    monkeypatch.setattr(roles, "ASSEMBLY", tmp_path)


@pytest.mark.parametrize(
    ("path", "action", "resource", "lines"),
    [
        ("Serving/Score/Role", "s3:GetObject", "arn:aws:s3:::lake/labels/1", ["cdk/a.py:1", "cdk/a.py:2"]),
        ("Serving/Score/Role", "s3:GetObject", "arn:aws:s3:::lake/other", ["cdk/a.py:2"]),
        ("Serving/Score/Role", "s3:PutObject", "arn:aws:s3:::lake/labels/1", []),
        (ALARM, "sns:Publish", "arn:aws:sns:eu-north-1:123456789012:t", ["cdk/c.py:1"]),
        (ALARM, "s3:GetObject", "arn:aws:s3:::lake/labels/1", []),
    ],
)
def test_the_line_that_grants_is_found(assembly, path, action, resource, lines):
    """Of a role among its own; a service in its own name is let in by what the resources state."""
    assert roles.granting_lines(path, action, resource) == lines
