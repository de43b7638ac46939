"""The right to deploy is held by one job, which runs no code of ours: it sends what was built and tested without that right."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in (ROOT / ".github/workflows").glob("*.yml")}
JOBS: dict[str, dict[str, Any]] = DOCUMENTS["deploy"]["jobs"]
RELEASE, DEPLOY = JOBS["release"], JOBS["deploy"]
# To the letter, so that whoever adds a word here has read this.
RUN_WITH_THE_RIGHT = [
    'echo "$DIGEST  release.tar" | sha256sum --check --strict',
    "tar --extract --file release.tar",
    "docker load --quiet --input images.tar",
    "npm ci --omit=dev --ignore-scripts",
    "node node_modules/aws-cdk/bin/cdk deploy --all --app cdk.out --require-approval never",
]


def name_of(step: dict[str, Any]) -> str:
    """What a step runs: its command, or its action without the commit."""
    return str(step.get("run") or step["uses"].split("@")[0]).strip()


def test_one_job_of_all_may_ask_for_the_role():
    """And may nothing else: it cannot even read the code."""
    rights = {name: job.get("permissions", {}) for document in DOCUMENTS.values() for name, job in document["jobs"].items()}
    assert [name for name, right in rights.items() if right not in ({}, {"contents": "read"})] == ["deploy"]
    assert DEPLOY["permissions"] == {"id-token": "write"}
    assert [name for name, document in DOCUMENTS.items() if document["permissions"] not in ({}, {"contents": "read"})] == []


def test_the_job_with_the_right_runs_these_commands_and_no_code_of_ours():
    """No check-out, no Makefile, no Python: what it executes is the system's, npm's and the CDK's."""
    assert [name_of(step) for step in DEPLOY["steps"] if "run" in step] == RUN_WITH_THE_RIGHT
    actions = [name_of(step) for step in DEPLOY["steps"] if "uses" in step]
    assert actions == ["actions/download-artifact", "aws-actions/configure-aws-credentials"]


def test_the_file_is_compared_before_anything_in_it_is_used():
    """With the digest that the job which built it gave, not with one that came in the same file."""
    first, second, *_ = DEPLOY["steps"]
    assert (name_of(first), first["with"]) == ("actions/download-artifact", {"name": "release"})
    assert (name_of(second), second["env"]) == (RUN_WITH_THE_RIGHT[0], {"DIGEST": "${{ needs.release.outputs.digest }}"})
    assert RELEASE["outputs"] == {"digest": "${{ steps.release.outputs.digest }}"}
    assert [name_of(step) for step in RELEASE["steps"] if step.get("id") == "release"] == ["make release"]


def test_credentials_come_last_and_without_keys():
    """After them there is the one command that needs them; the role comes by OIDC."""
    *_, credentials, deployment = DEPLOY["steps"]
    assert name_of(deployment) == RUN_WITH_THE_RIGHT[-1]
    assert credentials["with"]["role-to-assume"] == "${{ vars.AWS_DEPLOY_ROLE }}"
    assert {"aws-access-key-id", "aws-secret-access-key"} & set(credentials["with"]) == set()


def test_what_is_deployed_was_tested_before_it_was_given_away():
    """The tests run after the file was made and before it is uploaded; a red one uploads nothing."""
    sequence = [name_of(step) for step in RELEASE["steps"]]
    assert sequence == [
        "actions/checkout",
        "actions/setup-python",
        "make release",
        "make test-release",
        *["actions/upload-artifact"] * 2,
    ]
    release, bills = RELEASE["steps"][-2:]
    assert release["with"]["path"] == ".local/release/release.tar"
    assert bills["with"]["path"] == ".local/sbom/*.cdx.json"
    assert [step["with"]["if-no-files-found"] for step in (release, bills)] == ["error", "error"]


def test_deployment_needs_integration_the_release_and_a_persons_approval():
    """What was not tested is not deployed; the environment is where reviewers are asked."""
    assert DEPLOY["needs"] == ["ci", "release"]
    assert JOBS["ci"]["uses"] == "./.github/workflows/ci.yml"
    assert DEPLOY["environment"] == "production"
    assert "environment" not in RELEASE
    assert {"pull_request", "schedule"} & set(DOCUMENTS["deploy"][True]) == set()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_action_of_every_job_is_a_commit(name: str):
    """Forty digits; the rest is a comment."""
    used = [step["uses"] for job in DOCUMENTS[name]["jobs"].values() for step in job.get("steps", []) if "uses" in step]
    assert [one for one in used if not re.fullmatch(r"[\w.-]+/[\w.-]+@[0-9a-f]{40}", one)] == []
