"""The guide's policies are the least: they name routes that exist and actions that something calls, on resources of ours."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from deploy_story import ROOT
from people import (
    ALONE,
    APPROVER,
    AUDITOR,
    DEPLOYER,
    EXPLAINER,
    GUIDE,
    OPERATOR,
    POLICY_GUIDE,
    READER,
    RELEASE_GUIDE,
    RETRAINER,
    REVIEWER,
    SCORER,
    filled,
    policies,
)

CALLERS = [*(ROOT / "cli").rglob("*.py"), ROOT / "toolchain/kept.py", ROOT / "docs/training.md"]
# How a client calls what a policy names otherwise.
CALLS = {
    "s3:ListBucket": "list_objects_v2",
    "s3:ListBucketVersions": "list_object_versions",
    "s3:GetObjectVersion": "get_object",
    "s3:GetBucketObjectLockConfiguration": "get_object_lock_configuration",
}
STATEMENTS = [(name, statement) for name, document in policies().items() for statement in document["Statement"]]


def listed(value: str | list[str]) -> list[str]:
    """One or many."""
    return [value] if isinstance(value, str) else value


def call_of(action: str) -> str:
    """The method of a client that needs the action."""
    return CALLS.get(action) or re.sub(r"(?<=[a-z])(?=[A-Z])", "_", action.partition(":")[2]).lower()


def routes(document: dict[str, Any]) -> set[str]:
    """Method and path of every route that a policy lets in."""
    named = [one for statement in document["Statement"] for one in listed(statement["Resource"]) if ":execute-api:" in one]
    return {one.partition("/$default/")[2] for one in named}


def test_everybody_of_the_guide_has_a_policy():
    """Deploying, scoring, explaining, reviewing, rolling back, approving, acting alone, auditing, reading, retraining."""
    assert list(policies()) == [DEPLOYER, SCORER, EXPLAINER, REVIEWER, OPERATOR, APPROVER, ALONE, AUDITOR, READER, RETRAINER]


def test_routes_are_those_of_the_api_and_each_is_given_to_somebody():
    """No wildcard but an id in the path, and no route that nobody may ask; health needs no permission."""
    described = json.loads((ROOT / "docs/openapi.json").read_text(encoding="utf-8"))["paths"]
    known = {f"{method.upper()}{re.sub(r'{[^}]*}', '*', path)}" for path, methods in described.items() for method in methods}
    pages = [policies(page).values() for page in (GUIDE, POLICY_GUIDE, RELEASE_GUIDE)]
    given = set().union(*(routes(document) for documents in pages for document in documents))
    assert given == known - {"GET/health"}


def test_who_scores_may_not_change_what_serves():
    """The right to roll back belongs to one policy."""
    holders = [name for name, document in policies().items() if "POST/v1/production/rollback" in routes(document)]
    assert holders == [OPERATOR]


def test_who_scores_may_not_look_at_the_review_list_or_decide_what_is_on_it():
    """The desk belongs to analysts."""
    holders = [name for name, document in policies().items() if any("/v1/reviews" in route for route in routes(document))]
    assert holders == [REVIEWER]


@pytest.mark.parametrize(("name", "statement"), STATEMENTS, ids=lambda value: value if isinstance(value, str) else value["Sid"])
def test_every_action_is_one_that_somebody_calls(name: str, statement: dict[str, Any]):
    """By the operator's command line, by what `make destroy` runs or a page shows; the CDK takes its own roles."""
    sources = "\n".join(path.read_text(encoding="utf-8") for path in CALLERS)
    actions = [one for one in listed(statement["Action"]) if one not in ("execute-api:Invoke", "sts:AssumeRole")]
    assert [
        action for action in actions if not re.search(rf"\b{call_of(action)}\b", sources.replace("redrive-", "redrive_"))
    ] == [], name


@pytest.mark.parametrize(("name", "statement"), STATEMENTS, ids=lambda value: value if isinstance(value, str) else value["Sid"])
def test_every_resource_is_ours(name: str, statement: dict[str, Any]):
    """`*` where the action accepts nothing else; no service's whole."""
    free = statement["Resource"] == "*"
    assert not free or statement["Action"] == "sagemaker:ListTrainingJobs", name
    assert statement["Effect"] == "Allow"
    assert all("*" not in action for action in listed(statement["Action"]))


def test_a_word_that_is_not_replaced_is_noticed():
    """No policy reaches AWS with a word of the page in it."""
    with pytest.raises(KeyError, match="API"):
        filled(policies()[SCORER], {"ACCOUNT": "123456789012"})


def test_what_cloudformation_works_by_is_created_from_its_files():
    """The page names both, and no other way."""
    page = (ROOT / "docs/deploy.md").read_text(encoding="utf-8")
    named = set(re.findall(r"cdk/deployment-policy[\w-]*\.json", page))
    assert named == {path.relative_to(ROOT).as_posix() for path in (ROOT / "cdk").glob("deployment-policy*.json")}
    assert "--policy-document file://cdk/deployment-policy.json" in page
