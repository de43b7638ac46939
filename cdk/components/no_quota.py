"""An account that may run no training machine is told of once, not every night: a metric that the alarm remembers."""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_sns as sns
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from cdk.components.alerts import NAMESPACE, alarm, our_metric
from cdk.components.grants import allow
from cdk.components.spot_quota import SPOT_SLOTS

METRIC = "NoTrainingQuota"
RESOURCE = "arn:aws:states:::aws-sdk:cloudwatch:putMetricData"


def quota_told(scope: Construct, id_: str, *, is_missing: bool, then: sfn.IChainable) -> sfn.Chain:
    """Tells CloudWatch, and goes on with `then` even where that fails; the input passes through."""
    data = [{"MetricName": METRIC, "Value": int(is_missing)}]
    definition = {
        "Type": "Task",
        "Resource": RESOURCE,
        "Parameters": {"Namespace": NAMESPACE, "MetricData": data},
        "ResultPath": sfn.JsonPath.DISCARD,
    }
    state = sfn.CustomState(scope, id_, state_json=definition)
    state.add_retry(errors=["States.TaskFailed"], interval=Duration.seconds(2), max_attempts=3)
    return sfn.Chain.start(state.add_catch(then, result_path=sfn.JsonPath.DISCARD)).next(then)


def allow_telling(machine: sfn.StateMachine) -> None:
    """Lets the machine put metrics of our namespace."""
    allow(machine.role, ["cloudwatch:PutMetricData"], ["*"], {"StringEquals": {"cloudwatch:namespace": NAMESPACE}})


def no_quota_alarm(scope: Construct, topic: sns.ITopic) -> cloudwatch.Alarm:
    """Rings when a night first finds no quota, and again only after a night that found one: silence leaves it as it is."""
    why = f"The account may run no spot training job: ask Service Quotas for {SPOT_SLOTS}. Nothing trains until then."
    metric = our_metric(METRIC, statistic="Maximum", minutes=5)
    created = alarm(scope, "NoQuotaAlarm", metric=metric, above=0, why=why, topic=topic)
    properties = created.node.default_child
    assert isinstance(properties, cloudwatch.CfnAlarm)
    properties.treat_missing_data = "ignore"
    return created
