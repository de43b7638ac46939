"""Alarms are evaluated and say so."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from local.monitoring.alarms import state_of
from local.monitoring.metric_math import UnsupportedExpressionError, check


@pytest.mark.parametrize(
    ("values", "missing", "expected"),
    [
        ([1.0, 1.0], "missing", "ALARM"),
        ([1.0, 0.0], "missing", "OK"),
        ([None, None], "missing", "INSUFFICIENT_DATA"),
        ([None, None], "ignore", "OK"),
        ([None, None], "breaching", "ALARM"),
        ([None, 1.0], "breaching", "ALARM"),
        ([None, 1.0], "notBreaching", "OK"),
    ],
)
def test_silence_counts_as_the_alarm_says(values, missing, expected):
    """Every period must breach; with each treatment of missing data."""
    assert expected == state_of(values, breaches=lambda value: value > 0, missing=missing, current="OK")


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
    chosen = {key: value for key, value in (settings | changes).items() if value is not None}
    embedded.client("cloudwatch").put_metric_alarm(AlarmName=name, AlarmActions=[topic], **chosen)
    return name


def state(embedded, name):
    """The alarm's state."""
    return embedded.client("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"][0]["StateValue"]


def test_a_breached_threshold_rings(embedded, notices):
    """State and notice; only the alarm's own dimensions count."""
    topic, take = notices
    name = alarm(embedded, topic)
    client = embedded.client("cloudwatch")
    dimension = [{"Name": "Family", "Value": "light"}]
    client.put_metric_data(Namespace="GreenFraud", MetricData=[{"MetricName": name, "Value": 9, "Dimensions": dimension}])
    assert not embedded.wait_until(lambda: state(embedded, name) == "ALARM", 1.5)
    client.put_metric_data(Namespace="GreenFraud", MetricData=[{"MetricName": name, "Value": 1}])
    assert embedded.wait_until(lambda: state(embedded, name) == "ALARM")
    notice = embedded.wait_until(take)[0]
    assert (name, "ALARM", "OK") == (notice["AlarmName"], notice["NewStateValue"], notice["OldStateValue"])


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


def test_a_rate_rings_when_there_is_traffic_enough_and_not_by_a_single_answer(embedded, notices):
    """Metric math of two metrics: one of one is no rate, two of twenty are."""
    topic, take = notices
    client, bad, every = embedded.client("cloudwatch"), embedded.name("bad"), embedded.name("every")
    stats = [
        {
            "Id": id_,
            "MetricStat": {"Metric": {"Namespace": "GreenFraud", "MetricName": name}, "Period": 60, "Stat": "Sum"},
            "ReturnData": False,
        }
        for id_, name in (("bad", bad), ("every", every))
    ]
    name = embedded.name("alarm")
    client.put_metric_alarm(
        AlarmName=name,
        AlarmActions=[topic],
        Metrics=[{"Id": "share", "Expression": "IF(every >= 20, bad / every, 0)"}, *stats],
        EvaluationPeriods=1,
        Threshold=0.05,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching",
    )
    put(client, {bad: 1, every: 1})
    assert not embedded.wait_until(lambda: state(embedded, name) == "ALARM", 1.5)
    put(client, {bad: 1, every: 19})
    assert name == embedded.wait_until(take)[0]["AlarmName"]


def put(client, values):
    """Put a value of each metric."""
    client.put_metric_data(
        Namespace="GreenFraud", MetricData=[{"MetricName": name, "Value": value} for name, value in values.items()]
    )


def test_a_percentile_rings(embedded, notices):
    """The p99 of twenty answers is the slowest of them."""
    topic, take = notices
    name = alarm(embedded, topic, Statistic=None, ExtendedStatistic="p99", Threshold=1000.0)
    client = embedded.client("cloudwatch")
    client.put_metric_data(Namespace="GreenFraud", MetricData=[{"MetricName": name, "Values": [*[10.0] * 19, 2000.0]}])
    assert name == embedded.wait_until(take)[0]["AlarmName"]


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("SUM(METRICS())", "alarms know ids, numbers"),
        ("bad / others", "'others'"),
        ("bad /", "no metric math"),
    ],
)
def test_metric_math_it_cannot_compute_is_refused(expression, message):
    """At deployment, not by an alarm that stays silent."""
    with pytest.raises(UnsupportedExpressionError, match=message):
        check(expression, {"bad", "every"})


def test_a_state_set_by_hand_rings(embedded, notices):
    """A way to try who hears of it."""
    topic, take = notices
    name = alarm(embedded, topic)
    embedded.client("cloudwatch").set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="by hand")
    notice = embedded.wait_until(take)[0]
    assert (name, "ALARM", "by hand") == (notice["AlarmName"], notice["NewStateValue"], notice["NewStateReason"])


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


def test_an_alarm_calls_the_function_that_lets_it(embedded):
    """With CloudWatch's own event: the alarm, what it measures, over which minutes, and since when; unpermitted, never."""
    url, _ = embedded.queue()
    source = (
        "import boto3, json\n"
        "def handler(event, context):\n"
        f"    boto3.client('sqs').send_message(QueueUrl={url!r}, MessageBody=json.dumps(event))\n"
    )
    function = embedded.function(source)
    arn = embedded.client("lambda").get_function_configuration(FunctionName=function)["FunctionArn"]
    refused, name = alarm(embedded, arn), alarm(embedded, arn)
    cloudwatch = embedded.client("cloudwatch")
    (described,) = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    embedded.client("lambda").add_permission(
        FunctionName=function,
        StatementId="alarm",
        Action="lambda:InvokeFunction",
        Principal="lambda.alarms.cloudwatch.amazonaws.com",
        SourceAccount="123456789012",
        SourceArn=described["AlarmArn"],
    )
    for one in (refused, name):
        cloudwatch.set_alarm_state(AlarmName=one, StateValue="ALARM", StateReason="by hand")
    (event,) = embedded.wait_until(lambda: embedded.messages(url))
    assert (event["alarmArn"], event["alarmData"]["alarmName"]) == (described["AlarmArn"], name)
    assert (event["alarmData"]["state"]["value"], event["alarmData"]["state"]["reason"]) == ("ALARM", "by hand")
    assert event["alarmData"]["configuration"]["metrics"][0]["metricStat"]["metric"]["name"] == name
    assert event["alarmData"]["configuration"]["metrics"][0]["metricStat"]["period"] == described["Period"]
    before, rang = (datetime.fromisoformat(event["alarmData"][one]["timestamp"]) for one in ("previousState", "state"))
    assert before < rang <= datetime.now(UTC)
    assert not embedded.wait_until(lambda: embedded.messages(url), 1.5)
