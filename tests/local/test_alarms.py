"""Alarms are evaluated and say so."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from local.monitoring.alarms import judge


@pytest.mark.parametrize(
    ("values", "needed", "missing", "expected"),
    [
        ([1.0, 1.0], 2, "missing", "ALARM"),
        ([1.0, 0.0], 2, "missing", "OK"),
        ([1.0, 0.0, 1.0], 2, "missing", "ALARM"),
        ([None, None], 1, "missing", "INSUFFICIENT_DATA"),
        ([None, None], 1, "ignore", "OK"),
        ([None, None], 2, "breaching", "ALARM"),
        ([None, 1.0], 2, "breaching", "ALARM"),
        ([None, 1.0], 2, "notBreaching", "OK"),
    ],
)
def test_silence_counts_as_the_alarm_says(values, needed, missing, expected):
    """M of N with each treatment of missing data."""
    state = judge(values, breaches=lambda value: value > 0, needed=needed, missing=missing, current="OK")
    assert expected == state


@pytest.fixture
def notices(embedded):
    """A topic and a function that takes its notices from a queue."""
    url, queue = embedded.queue()
    client = embedded.client("sns")
    topic = client.create_topic(Name=embedded.name("topic"))["TopicArn"]
    client.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)

    def take():
        return [json.loads(notice["Message"]) for notice in embedded.messages(url)]

    return topic, take


def alarm(embedded, topic, **changes):
    """Create an alarm on a sum above zero; its name."""
    name = embedded.name("alarm")
    settings = {
        "Namespace": "GreenFraud",
        "MetricName": name,
        "Statistic": "Sum",
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 0.0,
        "ComparisonOperator": "GreaterThanThreshold",
        "TreatMissingData": "notBreaching",
    }
    embedded.client("cloudwatch").put_metric_alarm(AlarmName=name, AlarmActions=[topic], **(settings | changes))
    return name


def state(embedded, name):
    """The alarm's state."""
    return embedded.client("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"][0]["StateValue"]


def test_a_breached_threshold_rings(embedded, notices):
    """State, notice and event; only the alarm's own dimensions count."""
    topic, take = notices
    name = alarm(embedded, topic)
    url, queue = embedded.queue()
    rule = embedded.name("rule")
    pattern = {"source": ["aws.cloudwatch"], "detail": {"alarmName": [name]}}
    embedded.client("events").put_rule(Name=rule, EventPattern=json.dumps(pattern))
    embedded.client("events").put_targets(Rule=rule, Targets=[{"Id": "q", "Arn": queue}])
    client = embedded.client("cloudwatch")
    dimension = [{"Name": "Family", "Value": "light"}]
    client.put_metric_data(Namespace="GreenFraud", MetricData=[{"MetricName": name, "Value": 9, "Dimensions": dimension}])
    assert not embedded.wait_until(lambda: state(embedded, name) == "ALARM", 1.5)
    client.put_metric_data(Namespace="GreenFraud", MetricData=[{"MetricName": name, "Value": 1}])
    assert embedded.wait_until(lambda: state(embedded, name) == "ALARM")
    notice = embedded.wait_until(take)[0]
    assert (name, "ALARM", "OK") == (notice["AlarmName"], notice["NewStateValue"], notice["OldStateValue"])
    event = embedded.wait_until(lambda: embedded.messages(url))[0]
    assert event["detail"]["state"]["value"] == "ALARM"


def test_a_failing_function_rings(embedded, notices):
    """Lambda's own metrics are there to be watched."""
    topic, take = notices
    function = embedded.function("def handler(event, context): raise ValueError")
    dimensions = [{"Name": "FunctionName", "Value": function}]
    name = alarm(embedded, topic, Namespace="AWS/Lambda", MetricName="Errors", Dimensions=dimensions)
    embedded.invoke(function)
    assert name == embedded.wait_until(take)[0]["AlarmName"]


def test_a_message_in_a_failure_queue_rings(embedded, notices):
    """The depth of a queue is measured for the alarm that watches it."""
    topic, take = notices
    url, queue = embedded.queue()
    name = alarm(
        embedded,
        topic,
        Namespace="AWS/SQS",
        MetricName="ApproximateNumberOfMessagesVisible",
        Statistic="Maximum",
        Dimensions=[{"Name": "QueueName", "Value": queue.rsplit(":", 1)[-1]}],
    )
    embedded.client("sqs").send_message(QueueUrl=url, MessageBody="{}")
    assert name == embedded.wait_until(take)[0]["AlarmName"]


def test_a_function_may_be_an_alarm_s_action(embedded):
    """It is sent the alarm's data; a state set by hand counts too."""
    table = embedded.table()["TableName"]
    function = embedded.function(
        f"""
        import boto3
        def handler(event, context):
            item = {{"id": {{"S": event["alarmData"]["alarmName"]}}, "s": {{"S": event["alarmData"]["state"]["value"]}}}}
            boto3.client("dynamodb").put_item(TableName="{table}", Item=item)
        """
    )
    arn = embedded.client("lambda").get_function(FunctionName=function)["Configuration"]["FunctionArn"]
    name = alarm(embedded, arn)
    embedded.client("cloudwatch").set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="by hand")

    def seen():
        return embedded.client("dynamodb").get_item(TableName=table, Key={"id": {"S": name}}).get("Item")

    assert embedded.wait_until(seen)["s"] == {"S": "ALARM"}


def test_a_metric_without_dimensions_is_not_the_sum_of_the_others(embedded):
    """Statistics are those of the dimensions asked for: what is published both ways is not counted twice."""
    client, name, now = embedded.client("cloudwatch"), embedded.name("metric"), datetime.now(UTC)
    family = [{"Name": "Family", "Value": "light"}]
    points = [{"MetricName": name, "Value": 2, "Dimensions": dimensions} for dimensions in ([], family)]
    client.put_metric_data(Namespace="GreenFraud", MetricData=points)
    window = {"StartTime": now - timedelta(minutes=5), "EndTime": now + timedelta(minutes=5), "Period": 600}
    for dimensions, expected in (([], [2.0]), (family, [2.0]), ([{"Name": "Family", "Value": "heavy"}], [])):
        answer = client.get_metric_statistics(
            Namespace="GreenFraud", MetricName=name, Dimensions=dimensions, Statistics=["Sum"], **window
        )
        assert expected == [point["Sum"] for point in answer["Datapoints"]]
