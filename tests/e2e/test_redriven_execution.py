"""The first execution on an untouched platform fails for good, is redriven, and ends with a model in production."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from cli.api import call_api
from greenfraud.naming import execution_key
from tests.e2e.deployed import deployed
from tests.e2e.deployment import ASSEMBLY, Deployment
from tests.e2e.first_run import import_world
from tests.e2e.job_killing import kill, plan_of

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("redriven")]

FAMILY, ATTEMPTS = "heavy", 2  # a job is tried twice


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """A platform of its own, with the small world and nothing learned."""
    if not (ASSEMBLY / "manifest.json").exists():
        pytest.skip("cdk.out is missing: run `make synth`")
    made = Deployment(tmp_path_factory.mktemp("redriven"))
    with deployed(made):
        import_world(made)
        yield made


@dataclass(frozen=True)
class Redriven:
    """An execution that ended twice: its descriptions, its plan, and its jobs (name to status) at either end."""

    failed: dict[str, Any]
    succeeded: dict[str, Any]
    plan: dict[str, Any]
    jobs_before: dict[str, str]
    jobs: dict[str, str]

    @property
    def key(self) -> str:
        """The execution's twelve digits."""
        return execution_key(self.failed["executionArn"])

    @property
    def victim(self) -> str:
        """The key of the job that was killed."""
        return victim_of(self.plan)


def victim_of(plan: dict[str, Any]) -> str:
    """The key of the family's last job."""
    (chunks,) = (family["chunks"] for family in plan["families"] if family["family"] == FAMILY)
    return str(chunks[-1]["job_key"])


@pytest.fixture(scope="module")
def redriven(untouched: Deployment) -> Redriven:
    """Every attempt of the family's last job is killed; then somebody redrives the execution."""
    arn = untouched.start_execution({})
    plan = plan_of(untouched, arn)
    for attempt in range(ATTEMPTS):
        # Not before all others are done: which job ends just when it is being stopped would be left to chance.
        kill(
            untouched,
            f"gf-{FAMILY}-{plan['date']}-0-{attempt}-{victim_of(plan)}",
            after=lambda: all_others_are_done(untouched, plan),
        )
    failed, before = untouched.end_of(arn), statuses(untouched, plan)
    untouched.client("stepfunctions").redrive_execution(executionArn=arn)
    return Redriven(failed, untouched.end_of(arn), plan, before, statuses(untouched, plan))


def all_others_are_done(deployment: Deployment, plan: dict[str, Any]) -> bool:
    """Whether every job beside the family's last one has completed."""
    chunks = {chunk["job_key"] for family in plan["families"] for chunk in family["chunks"]}
    ended = {job_key(name) for name, status in statuses(deployment, plan).items() if status == "Completed"}
    return chunks - {victim_of(plan)} <= {key for _, key in ended} and "materialize" in {step for step, _ in ended}


def statuses(deployment: Deployment, plan: dict[str, Any]) -> dict[str, str]:
    """The jobs of the day and how they stand."""
    return {job["TrainingJobName"]: job["TrainingJobStatus"] for job in deployment.jobs(f"-{plan['date']}-")}


def test_a_job_that_fails_for_good_fails_the_execution(redriven):
    """With the words of the job, and it can be redriven."""
    assert (redriven.failed["status"], redriven.failed["error"]) == ("FAILED", "States.TaskFailed")
    assert "killed by signal 9" in redriven.failed["cause"]
    assert redriven.failed["redriveStatus"] == "REDRIVABLE"


def test_a_redriven_execution_ends_well(redriven):
    """The same execution, with the counts that job names are made of."""
    assert redriven.succeeded["status"] == "SUCCEEDED"
    assert redriven.succeeded["executionArn"] == redriven.failed["executionArn"]
    assert redriven.succeeded["redriveCount"] == 1
    names = [name for name in redriven.jobs if name.endswith(redriven.victim)]
    assert sorted(names) == [
        f"gf-{FAMILY}-{redriven.plan['date']}-{redrive}-{retry}-{redriven.victim}" for redrive, retry in ((0, 0), (0, 1), (1, 0))
    ]


def test_no_step_that_was_done_is_done_again(redriven):
    """Neither chunks that were trained before nor the features: only what was killed, and what follows it."""
    done = Counter(job_key(name) for name, status in redriven.jobs.items() if status == "Completed")
    assert set(done.values()) == {1}
    anew = {job_key(name) for name in redriven.jobs.keys() - redriven.jobs_before.keys()}
    assert anew == {(FAMILY, redriven.victim), ("evaluate", redriven.key), ("report", redriven.key)}


def job_key(name: str) -> tuple[str, str]:
    """What a job does, whichever attempt it is: step or family, and key."""
    parts = name.split("-")
    return parts[1], parts[-1]


def test_a_model_is_promoted(untouched, redriven):
    """As by an execution that never failed."""
    decision = untouched.document(redriven.key, "decision.json")
    assert decision["outcome"] == "promote"
    production = call_api(untouched.target, "GET", "/v1/production")["production"]
    assert (production["family"], production["version"]) == (decision["family"], decision["version"])
