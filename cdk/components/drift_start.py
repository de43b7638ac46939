"""A drift alarm starts the pipeline, and promotes nothing: the run goes through the same plan and the same gate as any other."""

from __future__ import annotations

from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_sns as sns
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from cdk.components.alerts import alarm, our_metric
from cdk.components.dead_letters import TRIED_FOR, DeadLetters
from cdk.components.state_machines import telling_role

WHY = "A week's payments or their frauds are not like those that the models learned: the pipeline is started to learn what is new."
HOUR = 60  # minutes: the figures of one night come within one


class DriftStart(Construct):
    """The alarm on what the nightly upkeep has found, and the rule that hears it ring.

    A week is looked at once when it is over, and once when its labels are there. So a drift that stays rings once for each, and
    what then is to be learned the plan says.
    """

    def __init__(  # noqa: PLR0913
        self, scope: Construct, id_: str, *, machine: sfn.StateMachine, topic: sns.ITopic, letters: DeadLetters, deadline_hours: int
    ) -> None:
        super().__init__(scope, id_)
        signs = our_metric("DriftSigns", statistic="Maximum", minutes=HOUR)
        self.alarm = alarm(self, "Found", metric=signs, above=0, why=WHY, topic=topic)
        given = {
            "trigger": "drift",
            "alarm": events.EventField.from_path("$.resources[0]"),
            "reason": events.EventField.from_path("$.detail.state.reason"),
            "scheduled_at": events.EventField.from_path("$.time"),  # an event that is delivered twice starts one run
        }
        target = targets.SfnStateMachine(
            machine,
            input=events.RuleTargetInput.from_object(given | ({"deadline": deadline_hours} if deadline_hours else {})),
            dead_letter_queue=letters.queue,
            max_event_age=TRIED_FOR,
            role=telling_role(self, "RuleRole", machine),
        )
        pattern = events.EventPattern(
            source=["aws.cloudwatch"],
            detail_type=["CloudWatch Alarm State Change"],
            resources=[self.alarm.alarm_arn],
            detail={"state": {"value": ["ALARM"]}},
        )
        self.rule = events.Rule(self, "Rings", event_pattern=pattern, targets=[target])
