"""The first job of a run, which learns whether the account may have a machine at all."""

from __future__ import annotations

from dataclasses import replace

from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from cdk.components.job_names import run_job_name
from cdk.components.job_state import Job
from cdk.components.spot_quota import BRIEFLY, FULL, MAY_RUN_NONE
from cdk.components.training_jobs import TrainingJobs

REFUSED = "$.refused"


class FirstJob(sfn.StateMachineFragment):
    """Runs a job; where all machines are taken it waits for hours, where the account may have none it ends at `no_quota` at once.

    A Retry cannot tell the two apart, they differ by SageMaker's words alone: so the job is asked for briefly, and a
    second state with names of its own does the waiting.
    """

    def __init__(self, scope: Construct, id_: str, *, jobs: TrainingJobs, job: Job, no_quota: sfn.IChainable) -> None:
        super().__init__(scope, f"{id_}First")
        waiting = replace(job, name=run_job_name(job.step, has_waited=True))
        patient = jobs.state(scope, f"{id_}WhenFree", waiting)
        is_none = sfn.Condition.string_matches(f"{REFUSED}.Cause", MAY_RUN_NONE)
        why = sfn.Choice(scope, f"{id_}Refused").when(is_none, no_quota).otherwise(patient)
        prompt = jobs.state(scope, id_, job, wait=BRIEFLY)
        prompt.add_catch(why, errors=[FULL], result_path=REFUSED)
        self._start, self._ends = prompt, [prompt, patient]

    @property
    def start_state(self) -> sfn.State:
        """The brief attempt."""
        return self._start

    @property
    def end_states(self) -> list[sfn.INextable]:
        """Both attempts, where they succeed."""
        return list(self._ends)
