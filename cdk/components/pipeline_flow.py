"""The order of the pipeline's states: plan, features, training per family and chunk, gate, promotion, report."""

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
        payload = {**THIS_EXECUTION, "input.$": "$"}
        planned = call(self, "Plan", function=plan, payload=payload, output_path="$.Payload")
        self.start = sfn.Chain.start(planned).next(self._work_if_any())

    def _work_if_any(self) -> sfn.Choice:
        """Work, unless nothing is new or another execution trains: neither of these is a failure that wakes somebody."""
        is_idle = sfn.Condition.string_equals("$.outcome", "nothing_to_train")
        is_second = sfn.Condition.string_equals("$.outcome", "already_running")
        work = sfn.Chain.start(self._features()).next(self._train_and_materialize()).next(self._evaluate())
        decided = work.next(self._gate()).next(self._promote_or_not())
        choice = sfn.Choice(self, "IsAnythingNew").when(is_idle, sfn.Succeed(self, "NothingToTrain"))
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
        report.next(sfn.Succeed(self, "Succeeded"))
        outcomes = [sfn.Condition.string_equals("$.gate.decision.outcome", outcome) for outcome in ("promote", "shadow")]
        changes = sfn.Condition.or_(*outcomes)
        return sfn.Choice(self, "IsPromoted").when(changes, self._promote().next(report)).otherwise(report)

    def _promote(self) -> sfn.TaskStateBase:
        """What is promoted, or put in shadow, is read from the gate's stored decision: a payload says only which execution asks."""
        return call(
            self,
            "Promote",
            function=self._control.promote.function,
            payload=THIS_EXECUTION,
            result_selector={"revision.$": "$.Payload.revision", "prefix.$": "$.Payload.prefix"},
            result_path="$.promotion",
        )


def _of_item(*names: str) -> dict[str, str]:
    return {f"{name}.$": f"$$.Map.Item.Value.{name}" for name in names}
