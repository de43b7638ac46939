"""What state machines get from CDK besides their tasks: log delivery and tracing; who may start one, or ask how one stands."""

from __future__ import annotations

from aws_cdk import ArnFormat, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from cdk.components.granted import granted
from cdk.components.grants import allow
from cdk.components.review import acknowledge, finding

LOG_DELIVERY = ["CreateLogDelivery", "DeleteLogDelivery", "GetLogDelivery", "ListLogDeliveries", "UpdateLogDelivery"]
LOG_POLICIES = ["DescribeLogGroups", "DescribeResourcePolicies", "PutResourcePolicy"]
TRACING = ["GetSamplingRules", "GetSamplingTargets", "PutTelemetryRecords", "PutTraceSegments"]


def remember_logs_and_tracing(machine: sfn.StateMachine) -> None:
    """Tells what `logs` and `tracing_enabled` grant the machine's role."""
    logs = [f"logs:{action}" for action in (*LOG_DELIVERY, *LOG_POLICIES)]
    granted(machine.role, [*logs, *(f"xray:{action}" for action in TRACING)], ["*"])
    acknowledge(machine, "AwsSolutions-IAM5[Resource::*]", "Log delivery and tracing accept no resource.")


def starting_role(scope: Construct, id_: str, machine: sfn.StateMachine) -> iam.Role:
    """The role by which a schedule of this account starts the machine; its target grants the start."""
    stack = Stack.of(scope)
    group = stack.format_arn(service="scheduler", resource="schedule-group", resource_name="default")
    of_ours = {"StringEquals": {"aws:SourceAccount": stack.account, "aws:SourceArn": group}}
    role = iam.Role(scope, id_, assumed_by=iam.ServicePrincipal("scheduler.amazonaws.com", conditions=of_ours))
    granted(role, ["states:StartExecution"], [machine.state_machine_arn])
    return role


def telling_role(scope: Construct, id_: str, machine: sfn.StateMachine) -> iam.Role:
    """The role by which a rule of this account's events starts the machine; its target grants the start."""
    of_ours = {"StringEquals": {"aws:SourceAccount": Stack.of(scope).account}}
    role = iam.Role(scope, id_, assumed_by=iam.ServicePrincipal("events.amazonaws.com", conditions=of_ours))
    granted(role, ["states:StartExecution"], [machine.state_machine_arn])
    return role


def machine_arn(scope: Construct, name: str) -> str:
    """The ARN of the machine of that name, also for what the machine itself needs first."""
    form = ArnFormat.COLON_RESOURCE_NAME
    return Stack.of(scope).format_arn(service="states", resource="stateMachine", resource_name=name, arn_format=form)


def allow_asking_of_executions(role: iam.Role, machine_name: str) -> None:
    """Lets `role` ask whether an execution of the machine of that name runs."""
    form = ArnFormat.COLON_RESOURCE_NAME
    name = f"{machine_name}:*"
    executions = Stack.of(role).format_arn(service="states", resource="execution", resource_name=name, arn_format=form)
    allow(role, ["states:DescribeExecution"], [executions])
    reason = "Executions are named at run time; their state machine is the boundary."
    acknowledge(role, f"AwsSolutions-IAM5[Resource::{finding(role, executions)}]", reason)
