"""The three bad ends of a state machine's executions, each of which rings: a run that times out or is aborted has not failed."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_sns as sns
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from cdk.components.alerts import alarm


def execution_alarms(
    scope: Construct, prefix: str, *, machine: sfn.StateMachine, run: str, topic: sns.ITopic
) -> list[cloudwatch.Alarm]:
    """Alarms `<prefix>Failed`, `<prefix>TimedOut` and `<prefix>Aborted`; `run` says what ended."""
    period = Duration.minutes(5)
    ends = {
        "Failed": (machine.metric_failed(period=period), "failed"),
        "TimedOut": (machine.metric_timed_out(period=period), "ran out of time"),
        "Aborted": (machine.metric_aborted(period=period), "was aborted"),
    }
    return [
        alarm(scope, f"{prefix}{end}", metric=metric, above=0, why=f"{run} {said}.", topic=topic)
        for end, (metric, said) in ends.items()
    ]
