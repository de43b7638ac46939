"""Permission growth is a visible diff: who may do what to which resource stands in golden/permissions.json.

Refresh it after a reviewed change with `REFRESH_GOLDEN=1 .venv-cdk/bin/pytest tests/cdk/test_permissions.py`.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from template_permissions import Spelling, inline_statements, listed, managed_policies, path_of, roles

GOLDEN = Path(__file__).parent / "golden" / "permissions.json"
RESOURCE_POLICIES = {  # type -> the property that holds its document
    "AWS::S3::BucketPolicy": "PolicyDocument",
    "AWS::SNS::TopicPolicy": "PolicyDocument",
    "AWS::SQS::QueuePolicy": "PolicyDocument",
    "AWS::KMS::Key": "KeyPolicy",
}


@pytest.fixture(scope="module")
def permissions(templates):
    """What each role is trusted with and may do, and what each resource lets others do."""
    spelled = Spelling(templates)
    found = {"roles": {}, "resources": {}, "functions": {}}
    for template in templates.values():
        for name, role in roles(template).items():
            found["roles"][path_of(role)] = {
                "assumed_by": statements(spelled, role["Properties"]["AssumeRolePolicyDocument"]["Statement"]),
                "granted": [*managed_policies(role), *statements(spelled, inline_statements(template, name))],
            }
        for resource in template["Resources"].values():
            if document := RESOURCE_POLICIES.get(resource["Type"]):
                found["resources"][path_of(resource)] = statements(spelled, resource["Properties"][document]["Statement"])
            if resource["Type"] == "AWS::Lambda::Permission":
                found["functions"][path_of(resource)] = spelled.within(resource["Properties"])
    return found


def statements(spelled, policy):
    """Statements with actions and resources as sorted lists, in an order that does not depend on the construct tree."""
    plain = [statement(spelled, one) for one in policy]
    return sorted(plain, key=lambda one: (one.get("resources", []), one["actions"], json.dumps(one, sort_keys=True)))


def statement(spelled, one):
    """One statement; what it does not have is left out, and so is that it allows."""
    shown = {
        "effect": one["Effect"] if one["Effect"] != "Allow" else None,
        "principals": spelled.within(one.get("Principal")) if "Principal" in one else None,
        "actions": sorted(listed(one["Action"])),
        "resources": sorted(map(spelled, listed(one["Resource"]))) if "Resource" in one else None,
        "conditions": spelled.within(one["Condition"]) if "Condition" in one else None,
    }
    return {name: value for name, value in shown.items() if value is not None}


def actions_of(role):
    """Every action of a role's inline policies."""
    return {action for one in role["granted"] if isinstance(one, dict) for action in one["actions"]}


def test_nobody_may_do_more_or_less_than_was_reviewed(permissions):
    """Compare with the golden file."""
    if os.environ.get("REFRESH_GOLDEN"):
        GOLDEN.write_text(json.dumps(permissions, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    assert permissions == json.loads(GOLDEN.read_text(encoding="utf-8"))


def test_the_golden_file_names_no_logical_id(permissions, templates):
    """Their hashes change with a construct's place, and tell a reader nothing."""
    text = json.dumps(permissions)
    assert not [name for template in templates.values() for name in template["Resources"] if name in text]


def test_no_role_may_do_everything_in_a_service(permissions):
    """Actions are named one by one."""
    assert not {action for role in permissions["roles"].values() for action in actions_of(role) if "*" in action}


def test_only_the_state_machines_hand_a_role_to_training_jobs(permissions):
    """Passing a role is how permissions are borrowed."""
    holders = {path for path, role in permissions["roles"].items() if "iam:PassRole" in actions_of(role)}
    assert holders == {f"GreenFraud-Training/{name}/Machine/Role" for name in ("Pipeline", "Upkeep", "LabelInbox")}
