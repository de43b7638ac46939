"""The order of the pipeline's states: a wait for clean power, plan, features, training per chunk, gate, promotion, report."""

from __future__ import annotations

from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from cdk.components.control import Control
from cdk.components.first_job import REFUSED, FirstJob
from cdk.components.pipeline_tasks import call, evaluation_job, of_state, run_job, training_job
from cdk.components.training_jobs import TrainingJobs

FAMILIES_AT_ONCE = 3
THIS_EXECUTION = {"execution_arn.$": "$$.Execution.Id"}
ITS_INPUT = {"input.$": "$$.Execution.Input"}
ITS_TIME = {"now.$": "$$.State.EnteredTime"}  # by which a Wait state waits, too
PER_RUN = ["execution", "date"]
PER_FAMILY = ["features", "version_ending"]  # what a chunk's names are made of
PER_CHUNK = ["chunk", "is_last", "job_key"]
CHUNK, PARENT = "$$.Map.Item.Value.chunk", "$$.Map.Item.Value.parent"


class PipelineFlow(Construct):
    """The states and how they follow each other; what `plan` answers is the state from then on.

    No Catch only passes an error on: what failed stays the state that a redrive begins with (decision 24).
    """

    def __init__(self, scope: Construct, id_: str, *, plan: lambda_.IFunction, control: Control, jobs: TrainingJobs) -> None:
        super().__init__(scope, id_)
        self._control, self._jobs = control, jobs
        self._plan = plan
        planned = call(self, "Plan", function=plan, payload={**THIS_EXECUTION, **ITS_INPUT}, output_path="$.Payload")
        planned.next(self._work_if_any())
        may_wait = sfn.Condition.is_present("$.deadline")
        self.start = sfn.Choice(self, "MayWait").when(may_wait, self._wait_for_clean_power(planned)).otherwise(planned)

    def _wait_for_clean_power(self, planned: sfn.State) -> sfn.State:
        """Nothing is planned or leased while it waits; where nobody can say when to start, it starts at once."""
        payload = {**THIS_EXECUTION, **ITS_INPUT, **ITS_TIME, "ask": "start"}
        start = call(self, "ChooseStart", function=self._plan, payload=payload, output_path="$.Payload")
        start.add_catch(planned, errors=["States.ALL"])
        wait = sfn.Wait(self, "WaitForCleanPower", time=sfn.WaitTime.timestamp_path("$.start_at"))
        is_later = sfn.Condition.boolean_equals("$.waits", True)
        start.next(sfn.Choice(self, "IsCleanerLater").when(is_later, wait.next(planned)).otherwise(planned))
        return start

    def _work_if_any(self) -> sfn.Choice:
        """Work, unless nothing is new, it is not worth it, or another execution trains: no failure that wakes somebody."""
        is_idle = sfn.Condition.string_equals("$.outcome", "nothing_to_train")
        is_second = sfn.Condition.string_equals("$.outcome", "already_running")
        is_not_worth_it = sfn.Condition.string_equals("$.outcome", "skipped")
        work = sfn.Chain.start(self._features()).next(self._train_and_materialize()).next(self._evaluate())
        decided = work.next(self._gate()).next(self._promote_or_not())
        choice = sfn.Choice(self, "IsAnythingNew").when(is_idle, sfn.Succeed(self, "NothingToTrain"))
        choice.when(is_not_worth_it, sfn.Succeed(self, "Skipped"))
        return choice.when(is_second, sfn.Succeed(self, "AlreadyRunning")).otherwise(decided)

    def _features(self) -> FirstJob:
        no_quota = sfn.Fail(self, "NoQuota", error="NoQuota", cause_path=f"{REFUSED}.Cause")
        return FirstJob(self, "BuildFeatures", jobs=self._jobs, job=run_job("features"), no_quota=no_quota)

    def _run(self, id_: str, step: str) -> sfn.CustomState:
        return self._jobs.state(self, id_, run_job(step))

    def _train_and_materialize(self) -> sfn.Parallel:
        materialize = self._run("Materialize", "materialize")
        both = sfn.Parallel(self, "TrainAndMaterialize", result_path=sfn.JsonPath.DISCARD)
        return both.branch(materialize, self._families())

    def _families(self) -> sfn.Map:
        families = sfn.Map(
            self,
            "Families",
            items_path="$.families",
            max_concurrency=FAMILIES_AT_ONCE,
            item_selector={**_of_item("family", "chunks"), **of_state(*PER_RUN, *PER_FAMILY)},
            result_path=sfn.JsonPath.DISCARD,
        )
        return families.item_processor(self._chunks())

    def _chunks(self) -> sfn.Map:
        chunks = sfn.Map(
            self,
            "Chunks",
            items_path="$.chunks",
            max_concurrency=1,  # a chunk starts from the checkpoint of the one before
            item_selector={**_of_item(*PER_CHUNK), **of_state("family", *PER_RUN), **self._derived()},
            result_path=sfn.JsonPath.DISCARD,
            output_path=sfn.JsonPath.DISCARD,  # a Map's outputs together are one payload, even where it is dropped
        )
        return chunks.item_processor(self._train_chunk())

    def _derived(self) -> dict[str, str]:
        """What a job needs beyond the few words that the state carries per chunk: it takes 256 KiB in all."""
        return {
            "version.$": f"States.Format('{{}}{{}}', {CHUNK}, $.version_ending)",
            "parent_uri.$": f"States.Format('s3://{self._jobs.artifacts_bucket}/checkpoints/{{}}/{{}}/', $.family, {PARENT})",
            "features_type.$": "$.features.type",
            "features_uri.$": f"States.Format('{{}}{{}}{{}}', $.features.before, {CHUNK}, $.features.after)",
        }

    def _train_chunk(self) -> sfn.Chain:
        train = self._jobs.state(self, "Train", training_job(self._jobs.artifacts_bucket))
        payload = of_state("execution", "family", "chunk", "version")
        dropped = {"result_path": sfn.JsonPath.DISCARD, "output_path": sfn.JsonPath.DISCARD}
        record = call(self, "RecordLineage", function=self._control.record.function, payload=payload, **dropped)
        return sfn.Chain.start(train).next(record)

    def _evaluate(self) -> sfn.CustomState:
        return self._jobs.state(self, "Evaluate", evaluation_job())

    def _gate(self) -> sfn.TaskStateBase:
        return call(
            self,
            "Gate",
            function=self._control.gate.function,
            payload=of_state("execution"),
            result_selector={"decision.$": "$.Payload"},
            result_path="$.gate",
        )

    def _promote_or_not(self) -> sfn.Choice:
        report = self._run("Report", "report")
        report.next(self._account_for_waiting())
        outcomes = [sfn.Condition.string_equals("$.gate.decision.outcome", outcome) for outcome in ("promote", "shadow")]
        changes = sfn.Condition.or_(*outcomes)
        return sfn.Choice(self, "IsPromoted").when(changes, self._promote().next(report)).otherwise(report)

    def _account_for_waiting(self) -> sfn.Choice:
        """What a wait saved is a figure beside the run, which has succeeded without it."""
        succeeded = sfn.Succeed(self, "Succeeded")
        payload = {**THIS_EXECUTION, **ITS_TIME, "ask": "waited"}
        waited = call(self, "AccountForWaiting", function=self._plan, payload=payload, result_path=sfn.JsonPath.DISCARD)
        waited.add_catch(succeeded, errors=["States.ALL"])
        might_wait = sfn.Condition.is_present("$.may_wait")
        return sfn.Choice(self, "MightWait").when(might_wait, waited.next(succeeded)).otherwise(succeeded)

    def _promote(self) -> sfn.TaskStateBase:
        """What is promoted, or put in shadow, is read from the gate's stored decision: a payload says only which execution asks."""
        return call(
            self,
            "Promote",
            function=self._control.promote.function,
            payload=THIS_EXECUTION,
            result_selector={f"{name}.$": f"$.Payload.{name}" for name in ("revision", "prefix", "left_out")},
            result_path="$.promotion",
        )


def _of_item(*names: str) -> dict[str, str]:
    return {f"{name}.$": f"$$.Map.Item.Value.{name}" for name in names}
