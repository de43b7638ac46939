"""Every permission is remembered with the line of this repository that grants it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from template_permissions import Spelling, inline_statements, listed, managed_policies, path_of, roles

# What lets services in by a policy of its own: CloudWatch, API Gateway, and, where there is a webhook, EventBridge.
OF_RESOURCES = {"GreenFraud-Data/Alerts/Topic", "GreenFraud-Serving/Http/Api", "GreenFraud-Serving/Guard"}
OF_WEBHOOKS = {f"GreenFraud-Serving/Notification/Webhook/{queue}" for queue in ("Queue", "Undelivered")}
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module", params=["dev", "private"])
def assembly(request, assembly_of):
    """What is synthesised with the fewest settings, and with all of them."""
    return assembly_of(request.param)


@pytest.fixture(scope="module")
def templates(assembly):
    """Template by stack name."""
    return {stack.stack_name: stack.template for stack in assembly.stacks}


@pytest.fixture(scope="module")
def remembered(assembly, templates):
    """By role: (action, resource) -> the lines that grant it."""
    spelled = Spelling(templates)
    found: dict[str, dict[tuple[str, str], list[str]]] = {}
    for stack in templates:
        entries = json.loads(Path(assembly.directory, f"{stack}.metadata.json").read_text(encoding="utf-8"))
        for path, items in entries.items():
            for data in (item["data"] for item in items if item["type"] == "greenfraud:granted"):
                pairs = found.setdefault(path.removeprefix("/"), {})
                for action in data["actions"]:
                    for resource in data["resources"]:
                        pairs.setdefault((action, spelled(resource)), []).append(data["at"])
    return found


@pytest.fixture(scope="module")
def in_templates(templates):
    """By role: (action, resource) of every statement, as deployed."""
    spelled = Spelling(templates)
    return {
        path_of(role): {
            *((action, "*") for action in managed_policies(role)),
            *(
                (action, spelled(resource))
                for statement in inline_statements(template, name)
                for action in listed(statement["Action"])
                for resource in listed(statement["Resource"])
            ),
        }
        for template in templates.values()
        for name, role in roles(template).items()
    }


def test_what_is_granted_is_remembered_and_what_is_remembered_is_granted(remembered, in_templates):
    """A grant of a construct of CDK, too, stands beside the line that causes it; see `granted` in cdk/components/grants.py."""
    assert {role: set(pairs) for role, pairs in remembered.items() if role not in OF_RESOURCES | OF_WEBHOOKS} == in_templates
    assert set(remembered) >= OF_RESOURCES


def test_each_line_is_one_of_this_repository(remembered):
    """A path relative to it, and a line that is there."""
    places = {place for pairs in remembered.values() for lines in pairs.values() for place in lines}
    assert len(places) > 20
    for place in places:
        file, line = re.fullmatch(r"(cdk/[a-z_/]+\.py):(\d+)", place).groups()
        assert file not in ("cdk/components/grants.py", "cdk/components/keys.py")
        assert int(line) <= len((ROOT / file).read_text(encoding="utf-8").splitlines())


def test_a_grant_names_the_line_it_was_called_from():
    """The caller's, not that of the function that adds the statement."""
    from aws_cdk import App, Stack
    from aws_cdk import aws_iam as iam

    from cdk.components.grants import allow

    role = iam.Role(Stack(App(), "Example"), "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    allow(role, ["s3:GetObject"], ["arn:aws:s3:::example/*"])
    (entry,) = role.node.metadata
    line = entry.data["at"].removeprefix("tests/cdk/test_granted.py:")
    assert 'allow(role, ["s3:GetObject"]' in Path(__file__).read_text(encoding="utf-8").splitlines()[int(line) - 1]


def test_templates_carry_nothing_of_it(templates):
    """Neither lines nor paths travel to the account."""
    assert "greenfraud:granted" not in json.dumps(templates)
