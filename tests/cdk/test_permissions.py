"""Permission growth is a visible diff: every role's actions stand in golden/iam_actions.json.

Refresh it after a reviewed change with `REFRESH_GOLDEN=1 .venv-cdk/bin/pytest tests/cdk/test_permissions.py`.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

GOLDEN = Path(__file__).parent / "golden" / "iam_actions.json"


def permissions(templates, allowed_actions):
    """Sorted actions and managed policies by the role's construct path."""
    return {
        resource["Metadata"]["aws:cdk:path"].removesuffix("/Resource"): sorted(
            [*allowed_actions.get(logical_id, ()), *map(_policy_name, resource["Properties"].get("ManagedPolicyArns", []))]
        )
        for template in templates.values()
        for logical_id, resource in template["Resources"].items()
        if resource["Type"] == "AWS::IAM::Role"
    }


def _policy_name(arn):
    text = arn if isinstance(arn, str) else "".join(part for part in arn["Fn::Join"][1] if isinstance(part, str))
    return f"policy:{text.rsplit('/', 1)[-1]}"


def test_no_role_may_do_more_or_less_than_was_reviewed(templates, allowed_actions):
    """Compare with the golden file."""
    actual = permissions(templates, allowed_actions)
    if os.environ.get("REFRESH_GOLDEN"):
        GOLDEN.write_text(json.dumps(actual, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    assert actual == json.loads(GOLDEN.read_text(encoding="utf-8"))


def test_no_role_may_do_everything_in_a_service(allowed_actions):
    """Actions are named one by one."""
    assert not {action for actions in allowed_actions.values() for action in actions if "*" in action}


def test_only_the_state_machines_hand_a_role_to_training_jobs(templates, allowed_actions):
    """Passing a role is how permissions are borrowed."""
    holders = {path for path, actions in permissions(templates, allowed_actions).items() if "iam:PassRole" in actions}
    assert holders == {"GreenFraud-Training/Pipeline/Machine/Role", "GreenFraud-Training/Upkeep/Machine/Role"}
