"""What AWS refuses is refused here."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

ROLE = "arn:aws:iam::123456789012:role/training"
IMAGE = "123456789012.dkr.ecr.eu-north-1.amazonaws.com/training:1"


def training_job(name: str = "gf-light-20180501-0-0123456789ab", **changes) -> dict:
    """A good request, but for what is changed."""
    return {
        "TrainingJobName": name,
        "AlgorithmSpecification": {"TrainingImage": IMAGE, "TrainingInputMode": "File"},
        "RoleArn": ROLE,
        "OutputDataConfig": {"S3OutputPath": "s3://bucket/jobs/"},
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 30},
        "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
        **changes,
    }


SPOT = {"EnableManagedSpotTraining": True, "StoppingCondition": {"MaxRuntimeInSeconds": 3600, "MaxWaitTimeInSeconds": 60}}


@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        (training_job("gf_light"), "trainingJobName.* regular expression pattern"),
        (training_job("a" * 64), "trainingJobName"),
        (training_job(RoleArn="a-role-that-is-no-arn-at-all"), "roleArn.*regular expression pattern"),
        (training_job(HyperParameters={"k": "v" * 2501}), "hyperParameters.*length less than or equal to 2500"),
        (training_job(AlgorithmSpecification={"TrainingImage": IMAGE, "TrainingInputMode": "Disk"}), "enum value set"),
        (training_job(**SPOT), "MaxWaitTimeInSeconds must be greater"),
    ],
)
def test_a_bad_training_job_is_refused_with_its_reason(embedded, request_, reason):
    """Names, lengths, choices, patterns and the rules of managed spot."""
    with pytest.raises(ClientError, match=reason) as refused:
        embedded.client("sagemaker").create_training_job(**request_)
    assert refused.value.response["Error"]["Code"] == "ValidationException"


def test_a_bad_alarm_is_refused(embedded):
    """Services of the query protocol are checked as well."""
    with pytest.raises(ClientError, match="comparisonOperator"):
        embedded.client("cloudwatch").put_metric_alarm(AlarmName="a", EvaluationPeriods=1, ComparisonOperator="Above")


def test_a_function_may_not_run_for_an_hour(embedded):
    """A limit AWS has and its model does not state."""
    with pytest.raises(ClientError, match="less than or equal to 900"):
        embedded.client("lambda").create_function(
            FunctionName="f", Role=ROLE, Runtime="python3.13", Handler="h.h", Code={"ZipFile": b"x"}, Timeout=3600
        )


def test_a_table_needs_a_proper_name(embedded):
    """The model allows an ARN there; a new table has a name."""
    with pytest.raises(ClientError, match="tableName"):
        embedded.client("dynamodb").create_table(
            TableName="no spaces",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
