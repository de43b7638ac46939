"""Where alarms report to, and how an alarm of this project looks."""

from __future__ import annotations

from aws_cdk import Duration, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from constructs import Construct

from cdk.components.granted import granted

NAMESPACE = "GreenFraud"  # of every metric our own code emits
# Services that publish to the topic on our behalf. `enforce_ssl` replaces the policy a topic has by default, which
# let the whole account in, and an alarm's action grants nothing: who is not here publishes to nobody.
PUBLISHERS = ("cloudwatch.amazonaws.com",)


class Alerts(Construct):
    """One topic for people; subscribe to it by e-mail or chat."""

    def __init__(self, scope: Construct, id_: str) -> None:
        super().__init__(scope, id_)
        self.topic = sns.Topic(self, "Topic", display_name="GreenFraud alerts", enforce_ssl=True)
        for publisher in PUBLISHERS:
            self.topic.add_to_resource_policy(self._may_publish(publisher))
            granted(self.topic, ["sns:Publish"], [self.topic.topic_arn])

    def _may_publish(self, service: str) -> iam.PolicyStatement:
        """For resources of this account alone, or any account's alarm could ring here."""
        return iam.PolicyStatement(
            sid=f"{service.partition('.')[0].title()}Publishes",
            actions=["sns:Publish"],
            principals=[iam.ServicePrincipal(service)],
            resources=[self.topic.topic_arn],
            conditions={"StringEquals": {"aws:SourceAccount": Stack.of(self).account}},
        )


def alarm(  # noqa: PLR0913
    scope: Construct,
    id_: str,
    *,
    metric: cloudwatch.IMetric,
    above: float,
    why: str,
    topic: sns.ITopic,
    periods: int = 1,
    silence: cloudwatch.TreatMissingData = cloudwatch.TreatMissingData.NOT_BREACHING,
) -> cloudwatch.Alarm:
    """An alarm when `metric` exceeds `above` in `periods` periods in a row; silence is not trouble unless told so."""
    created = cloudwatch.Alarm(
        scope,
        id_,
        metric=metric,
        threshold=above,
        evaluation_periods=periods,
        comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
        treat_missing_data=silence,
        alarm_description=why,
    )
    created.add_alarm_action(actions.SnsAction(topic))
    return created


def our_metric(name: str, *, statistic: str = "Sum", minutes: int = 1, family: str | None = None) -> cloudwatch.Metric:
    """A metric our functions and jobs emit, over all model families or for one."""
    return cloudwatch.Metric(
        namespace=NAMESPACE,
        metric_name=name,
        statistic=statistic,
        period=Duration.minutes(minutes),
        dimensions_map={"Family": family} if family else None,
    )
