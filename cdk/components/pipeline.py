"""The state machine `fraud-detection-pipeline` and exactly what it may do."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from cdk.components.control import Control
from cdk.components.function import log_group
from cdk.components.granted import granted
from cdk.components.pipeline_flow import PipelineFlow
from cdk.components.review import acknowledge, finding
from cdk.components.state_machines import remember_logs_and_tracing
from cdk.components.training_jobs import TrainingJobs

NAME = "fraud-detection-pipeline"
STEPS = ("features", "materialize", "train", "evaluate", "report")


class Pipeline(Construct):
    """One run of retraining, from what is new to what is in production."""

    def __init__(  # noqa: PLR0913
        self,
        scope: Construct,
        id_: str,
        *,
        plan: lambda_.IFunction,
        control: Control,
        jobs: TrainingJobs,
        log_retention_days: int,
    ) -> None:
        super().__init__(scope, id_)
        flow = PipelineFlow(self, "Flow", plan=plan, control=control, jobs=jobs)
        logs = log_group(self, "Logs", retention_days=log_retention_days, name=f"/aws/vendedlogs/states/{NAME}")
        self.machine = sfn.StateMachine(
            self,
            "Machine",
            state_machine_name=NAME,
            definition_body=sfn.DefinitionBody.from_chainable(flow.start),
            timeout=Duration.hours(48),  # one day of waiting for clean power, one of work
            tracing_enabled=True,
            logs=sfn.LogOptions(destination=logs, level=sfn.LogLevel.ALL, include_execution_data=True),
        )
        jobs.allow_running(self.machine, *STEPS)
        remember_logs_and_tracing(self.machine)
        for function in (plan, control.record.function, control.gate.function, control.promote.function):
            self._remember_calls_of(function.function_arn)

    def _remember_calls_of(self, function_arn: str) -> None:
        """Tells what a task that calls this function grants the machine."""
        versions = f"{function_arn}:*"
        granted(self.machine.role, ["lambda:InvokeFunction"], [function_arn, versions])
        reason = "A task may invoke any version of its function."
        acknowledge(self.machine, f"AwsSolutions-IAM5[Resource::{finding(self, versions)}]", reason)
