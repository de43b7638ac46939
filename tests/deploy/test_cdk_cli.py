"""The deploy story through the real CDK command line, against an embedded AWS that checks signatures.

Each fixture is a step and starts where the one before ended; the tests only read what the steps saw. The transcript of the whole
story is left in `.local/deploy-transcript.txt`.
"""

from __future__ import annotations

import re
import subprocess

import pytest
from deploy_steps import BOOTSTRAP, DEPLOY, DESTROY, FUNCTIONS, POLICY, RESTORE, Deployed, Edited, Gone, Restored, World
from deploy_story import ROOT

pytestmark = [pytest.mark.xdist_group("deploy")]

STACKS = ("GreenFraud-Data", "GreenFraud-Training", "GreenFraud-Serving", "GreenFraud-Monitoring")
BUCKETS_AND_TABLES = 6 + 8


def unchanged(output: str) -> list[str]:
    """The stacks the CDK found nothing to change in."""
    return re.findall(r"✅ +(\S+) \(no changes\)", output)


def test_one_command_deploys_everything(deployed: Deployed):
    """No stack fails, and nothing is asked."""
    assert [stack for stack in STACKS if f"✅  {stack}\n" not in deployed.output] == []
    assert "docker" not in deployed.output


def test_the_rules_answer_on_an_empty_account_with_no_manual_step(deployed: Deployed):
    """Health is open; a score is signed by the guide's own curl line."""
    assert deployed.health == {"status": "ok"}
    assert (deployed.score["transaction_id"], deployed.score["model"], deployed.score["decision"]) == ("first", None, "review")
    assert deployed.score["reasons"]
    assert deployed.decision == deployed.score


def test_the_guides_curl_line_needs_its_signature(deployed: Deployed):
    """The same line without `--aws-sigv4` is refused; with temporary credentials it works as it stands."""
    assert deployed.unsigned == '{"message":"Forbidden"}403'
    assert deployed.with_token == deployed.score


def test_the_guide_finds_the_apis_address(deployed: Deployed, world: World):
    """In what the deployment wrote."""
    assert deployed.address == world.outputs("Serving")["ApiUrl"]
    assert re.fullmatch(r"https://\w+\.execute-api\.eu-north-1\.amazonaws\.com", deployed.address)


def test_the_operators_commands_reach_what_is_deployed(deployed: Deployed):
    """With `--aws`, and the credentials and endpoint that the shell has."""
    said = deployed.commands
    assert '"rows": 20' in said["check"]
    assert '"rows": 20' in said["import"]
    assert "2 payments are new, 1 were there; 0 frauds reported late" in said["append"]
    assert '"rows": 22' in said["append"]
    assert "USD" in said["rates"]
    assert "NothingToTrain" in said["retrain"]
    assert "none: rules answer" in said["status"]
    assert "`rollback` was refused" in said["rollback"]
    assert "nothing has been promoted" in said["rollback"]
    assert "nothing was proposed" in said["proposals"]
    assert "entries    0, production at revision 0" in said["audit"]
    assert "each held for 30 days (governance)" in said["audit"]


def test_nobody_does_the_work_of_another(deployed: Deployed):
    """Each command was run by a user with the policy that the guide gives for it; by another one it is refused."""
    assert set(deployed.refused) == {"rates", "retrain", "status", "rollback", "proposals", "audit"}
    missing = {
        "rates": "s3:PutObject",
        "retrain": "states:StartExecution",
        "status": "$default/GET/v1/production",
        "rollback": "$default/POST/v1/production/rollback",
        "proposals": "$default/GET/v1/proposals",
        "audit": "s3:ListBucketVersions",
    }
    assert [name for name, what in missing.items() if what not in deployed.refused[name]] == []
    assert [name for name, said in deployed.refused.items() if "Traceback" in said] == []


def test_a_second_deployment_changes_nothing(deployed_again: str):
    """All four say so."""
    assert unchanged(deployed_again) == list(STACKS)


def test_an_edited_function_is_all_that_changes(edited: Edited):
    """Three stacks and every other function stay as they are; what the new version of the one computes is told."""
    assert set(edited.before) == set(FUNCTIONS)
    assert {name for name in FUNCTIONS if edited.before[name] != edited.after[name]} == {"score"}
    assert unchanged(edited.output) == [stack for stack in STACKS if stack != "GreenFraud-Serving"]
    updated = re.findall(r"UPDATE_COMPLETE +\| (\S+) +\| (\S+)", edited.output)
    assert sorted(kind for kind, _ in updated if kind != "AWS::CloudFormation::Stack") == [
        "AWS::Lambda::Alias",
        "AWS::Lambda::Function",
        "Custom::Release",
    ]


def test_the_edit_is_seen_over_http(edited: Edited):
    """With the next request."""
    assert edited.health["edited"] is True
    assert edited.health["status"] == "ok"


def test_destroying_takes_the_stacks_and_keeps_the_data(destroyed: Gone):
    """Every bucket and table stands with what it held."""
    assert (destroyed.stacks, destroyed.health) == (set(), 503)
    assert len(destroyed.left) == BUCKETS_AND_TABLES
    assert destroyed.left == destroyed.before
    assert sum(destroyed.left.values()) > 20


def test_destroying_says_what_it_keeps(destroyed: Gone, deployed: Deployed):
    """Already the deployment does, then our list by name, then the CDK by construct."""
    assert "GreenFraud-Data.DataOnDestroy = kept: " in deployed.output
    named = set(re.findall(r"^kept: (\S+)$", destroyed.kept, re.MULTILINE))
    assert named > set(destroyed.left)
    assert sorted(re.search("mlflow-app|Tracking", name)[0] for name in named - set(destroyed.left)) == ["Tracking", "mlflow-app"]
    skipped = re.findall(r"DELETE_SKIPPED +\| AWS::(S3::Bucket|DynamoDB::Table) ", destroyed.output)
    assert len(skipped) == BUCKETS_AND_TABLES


def test_what_was_kept_comes_back(restored: Restored, destroyed: Gone, deployed: Deployed):
    """An import takes it into a new stack; the decision stored before the destruction is still the answer."""
    assert restored.output.count("IMPORT_COMPLETE") >= BUCKETS_AND_TABLES
    assert restored.data == destroyed.before
    assert restored.decision == deployed.decision


def test_data_go_with_their_stack_when_that_is_asked(deleted: Gone, restored: Restored):
    """With `retain_data` false, and buckets emptied by the guide's line."""
    assert set(deleted.before) == set(restored.data)
    assert "nothing is kept" in deleted.kept
    assert "DELETE_SKIPPED" not in deleted.output
    assert (deleted.stacks, deleted.left) == (set(), {})


def test_the_transcript_tells_the_story_in_its_order(deleted: Gone, world: World):
    """Every step of it, with the lines that show how it went."""
    text = world.checkout.transcript.path.read_text(encoding="utf-8")
    position = 0
    for piece in (
        f"$ cdk {' '.join(BOOTSTRAP)}",
        "bootstrapped",
        "# No container engine here",
        f"$ cdk {' '.join(DEPLOY)}",
        "GreenFraud-Data.DataOnDestroy = kept: ",
        "✅  GreenFraud-Monitoring",
        '$ curl -s "$API/health"',
        '{"status":"ok"}',
        '{"message":"Forbidden"}403',
        "--aws-sigv4",
        '"decision":"review"',
        f"$ cdk {' '.join(DEPLOY)}",
        *(f"✅  {stack} (no changes)" for stack in STACKS),
        "# edited functions/score/routes.py",
        "$ cdk deploy --all --require-approval never",
        "✅  GreenFraud-Data (no changes)",
        "UPDATE_COMPLETE",
        '"edited":true',
        "$ .venv/bin/python -m toolchain.kept",
        f"$ cdk {' '.join(DESTROY)}",
        "DELETE_SKIPPED",
        "✅  GreenFraud-Data: destroyed",
        f"$ cdk {' '.join(RESTORE)}",
        "IMPORT_COMPLETE",
        f"$ cdk {' '.join(DEPLOY)}",
        '"decision":"review"',
        "# edited cdk.json",
        "GreenFraud-Data.DataOnDestroy = deleted: ",
        "object_versions.delete()",
        f"$ cdk {' '.join(DESTROY)}",
        "✅  GreenFraud-Data: destroyed",
    ):
        position = text.find(piece, position)
        assert position >= 0, f"{piece!r} is missing, or not in its place"
        position += len(piece)


@pytest.mark.parametrize(
    ("target", "command"),
    [
        ("bootstrap", BOOTSTRAP),
        ("deploy", DEPLOY),
        ("destroy", DESTROY),
        ("restore", RESTORE),
    ],
)
def test_make_runs_the_commands_of_the_story(target: str, command: tuple[str, ...]):
    """With the variables that spare their questions."""
    line = ["make", "-n", target, "APPROVE=never", "FORCE=1", f"POLICY={POLICY}"]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=True)
    assert f"node_modules/aws-cdk/bin/cdk {' '.join(command)}" in done.stdout.replace("'", "")
