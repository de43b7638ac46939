"""The state machine `fraud-detection-pipeline` and exactly what it may do."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from cdk.components.control import Control
from cdk.components.function import log_group
from cdk.components.pipeline_flow import PipelineFlow
from cdk.components.review import acknowledge, finding
from cdk.components.training_jobs import TrainingJobs

NAME = "fraud-detection-pipeline"


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
            timeout=Duration.hours(24),
            tracing_enabled=True,
            logs=sfn.LogOptions(destination=logs, level=sfn.LogLevel.ALL, include_execution_data=True),
        )
        jobs.allow_running(self.machine)
        for function in (plan, control.record.function, control.gate.function, control.promote.function):
            self._acknowledge(f"{function.function_arn}:*", "A task may invoke any version of its function.")
        self._acknowledge("*", "Log delivery and tracing accept no resource.")

    def _acknowledge(self, resource: str, reason: str) -> None:
        acknowledge(self.machine, f"AwsSolutions-IAM5[Resource::{finding(self, resource)}]", reason)
