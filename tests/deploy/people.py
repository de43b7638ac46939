"""The people of the guide, hired: each a user of the embedded AWS who may do what the guide's policy says, and nothing else."""

from __future__ import annotations

import json
import re
from typing import Any

from deploy_story import ROOT

from tests.docs.pages import Page

GUIDE, POLICY_GUIDE = Page(ROOT / "docs/deploy.md"), Page(ROOT / "docs/policy.md")
RELEASE_GUIDE = Page(ROOT / "docs/release-a-model.md")
DEPLOYER, SCORER, EXPLAINER, OPERATOR, APPROVER = "Deploys", "Scores", "Explains", "RollsBack", "Approves"
ALONE, AUDITOR, READER, RETRAINER, REVIEWER = "ActsAlone", "Audits", "Reads", "Retrains", "Reviews"
WORDS = re.compile(r"\b(ACCOUNT|API|LAKE|ARTIFACTS|LEDGER)\b")  # what a reader replaces


def policies(page: Page = GUIDE) -> dict[str, dict[str, Any]]:
    """A page's policies, by the name of their first statement."""
    documents = [json.loads(body) for language, body in page.blocks if language == "json"]
    return {document["Statement"][0]["Sid"]: document for document in documents}


def filled(document: dict[str, Any], values: dict[str, str]) -> str:
    """A policy as it is given to AWS. KeyError for a word that has no value."""
    return WORDS.sub(lambda word: values[word.group()], json.dumps(document))


def values_of(outputs: dict[str, dict[str, str]], account: str) -> dict[str, str]:
    """What the guide tells to replace the words by, from the outputs of a deployment."""
    data, serving = outputs["GreenFraud-Data"], outputs["GreenFraud-Serving"]
    buckets = {word: data[f"{word.title()}Bucket"] for word in ("LAKE", "ARTIFACTS", "LEDGER")}
    return {"ACCOUNT": account, "API": serving["ApiId"], **buckets}


def hire(iam: Any, name: str, values: dict[str, str]) -> dict[str, str]:
    """Make the user with the guide's policy of that name; the variables of a shell by which one is that user."""
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="guide", PolicyDocument=filled(policies()[name], values))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}
