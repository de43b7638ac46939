"""An alarm that changes its state is told to the rules that listen, in words that a rule puts together."""

from __future__ import annotations

import json

import pytest

from local.events.transforming import UnsupportedTransformerError, transformed
from tests.listening import let_send

PATHS = {"alarm": "$.resources[0]", "reason": "$.detail.state.reason", "at": "$.time"}
TEMPLATE = '{"trigger":"drift","alarm":<alarm>,"reason":<reason>,"at":<at>,"deadline":12}'


@pytest.fixture
def ringing(embedded):
    """An alarm that nothing feeds: how often it rings says the test; its ARN, and what a queue hears of it."""
    url, queue = embedded.queue()
    name = embedded.name("alarm")
    cloudwatch, events = embedded.client("cloudwatch"), embedded.client("events")
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        Namespace="GreenFraud",
        MetricName=name,
        Statistic="Sum",
        Period=86_400,
        EvaluationPeriods=1,
        Threshold=0.0,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="ignore",
    )
    arn = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]["AlarmArn"]
    pattern = {"source": ["aws.cloudwatch"], "resources": [arn], "detail": {"state": {"value": ["ALARM"]}}}
    rule = events.put_rule(Name=embedded.name("rule"), EventPattern=json.dumps(pattern))["RuleArn"]
    target = {"Id": "0", "Arn": queue, "InputTransformer": {"InputPathsMap": PATHS, "InputTemplate": TEMPLATE}}
    events.put_targets(Rule=rule.rpartition("/")[2], Targets=[target])
    let_send(embedded.client("sqs"), rule, url=url, queue=queue)

    def set_state(value, reason):
        cloudwatch.set_alarm_state(AlarmName=name, StateValue=value, StateReason=reason)

    return arn, set_state, lambda: embedded.messages(url)


def test_a_rule_hears_of_each_change_to_alarm_and_of_no_other(embedded, ringing):
    """An alarm that stays in its state tells nothing more, and one that clears is another event."""
    arn, set_state, heard = ringing
    for value, reason in (("ALARM", 'beyond "its" limit'), ("ALARM", "still"), ("OK", "cleared")):
        set_state(value, reason)
    (told,) = embedded.wait_until(heard)
    assert told.pop("at").endswith("Z")
    assert told == {"trigger": "drift", "alarm": arn, "reason": 'beyond "its" limit', "deadline": 12}
    set_state("ALARM", "again")
    (told,) = embedded.wait_until(heard)
    assert told["reason"] == "again"


@pytest.mark.parametrize(
    ("transformer", "named"),
    [
        ({"InputTemplate": '{"who":<who>}'}, "<who> is no variable"),
        ({"InputTemplate": '{"a":"of <a>"}', "InputPathsMap": {"a": "$.a"}}, "only whole JSON values"),
        ({"InputTemplate": "<a>", "InputPathsMap": {"a": "$.a[*]"}}, r"\$\.a\[\*\]: only names and places"),
    ],
)
def test_what_cannot_be_put_together_here_says_so(transformer, named):
    """Instead of delivering something else than AWS would."""
    with pytest.raises(UnsupportedTransformerError, match=named):
        transformed(transformer, {"a": "b"})


def test_a_path_that_finds_nothing_is_null():
    """Whoever gets the input judges it."""
    assert (
        transformed({"InputTemplate": "[<a>,<b>]", "InputPathsMap": {"a": "$.x.y", "b": "$.l[3]"}}, {"x": 1, "l": []})
        == "[null,null]"
    )
