"""Quotas of an account, what the HTTP API takes, and what is cut off."""

from __future__ import annotations

import http.client

import pytest
from boundary import at_the_limit, refused_beyond

from local.__main__ import build_parser
from local.functions.reservations import Places, ThrottledError
from local.jobs import slots
from local.limits import Quotas, figure

SLEEP = "import time; time.sleep(600)"


def job(spot: bool, instances: int = 1, kind: str = "ml.m5.large") -> dict:
    """What counts of a job."""
    return {"ResourceConfig": {"InstanceType": kind, "InstanceCount": instances}, "EnableManagedSpotTraining": spot}


@at_the_limit
def test_so_many_instances_of_a_kind_train_at_once(embedded, beyond):
    """The words are AWS's; a job that has ended gives its slot back."""
    client, most = embedded.client("sagemaker"), figure("sagemaker_training_slots")
    names = [embedded.name("slot") for _ in range(most + beyond)]
    request = embedded.training_job("name")
    request["AlgorithmSpecification"] |= {"ContainerEntrypoint": ["python", "-c"], "ContainerArguments": [SLEEP]}
    request["ResourceConfig"]["InstanceType"] = "ml.c5.xlarge"
    request |= {"EnableManagedSpotTraining": True, "StoppingCondition": {"MaxRuntimeInSeconds": 600, "MaxWaitTimeInSeconds": 600}}
    started = []
    try:
        for name in names[:most]:
            client.create_training_job(**request | {"TrainingJobName": name})
            started.append(name)
        words = (
            "The account-level service limit 'ml.c5.xlarge for spot training job usage' is 5 Instances, "
            "with current utilization of 5 Instances and a request delta of 1 Instances."
        )
        with refused_beyond("sagemaker_training_slots", beyond, words):
            for name in names[most:]:
                client.create_training_job(**request | {"TrainingJobName": name})
        assert len(client.list_training_jobs(NameContains="slot", StatusEquals="InProgress")["TrainingJobSummaries"]) == most
    finally:
        for name in started:
            client.stop_training_job(TrainingJobName=name)
    going = ("InProgress", "Stopping")
    embedded.wait_until(
        lambda: all(client.describe_training_job(TrainingJobName=n)["TrainingJobStatus"] not in going for n in started)
    )


def test_a_quota_of_0_lets_nothing_train():
    """What a new account has."""
    with pytest.raises(slots.ResourceLimitExceededError, match="is 0 Instances, with current utilization of 0 Instances"):
        slots.check(job(spot=True), [], 0)


def test_other_kinds_have_slots_of_their_own():
    """Spot and on demand, and each type."""
    slots.check(job(spot=True), [job(spot=False), job(spot=True, kind="ml.c5.large")], 1)
    with pytest.raises(slots.ResourceLimitExceededError, match="utilization of 2 Instances and a request delta of 2"):
        slots.check(job(spot=True, instances=2), [job(spot=True, instances=2)], 3)


def test_quotas_are_chosen_at_the_start():
    """0 is a quota, -1 is none."""
    chosen = build_parser().parse_args(["serve", "--training-slots", "0", "--lambda-concurrency", "10"])
    assert (chosen.training_slots, chosen.lambda_concurrency) == (0, 10)
    default = build_parser().parse_args(["serve"])
    assert Quotas(training_slots=default.training_slots, lambda_concurrency=default.lambda_concurrency) == Quotas()
    with pytest.raises(SystemExit):
        build_parser().parse_args(["serve", "--training-slots", "-1"])


@at_the_limit
def test_an_account_has_so_many_places(beyond):
    """The default of an account that AWS has raised."""
    places = Places(figure("lambda_concurrency"))
    running = [places.place("plan", {}) for _ in range(figure("lambda_concurrency") + beyond)]
    for place in running[: figure("lambda_concurrency")]:
        place.__enter__()
    for place in running[figure("lambda_concurrency") :]:
        with pytest.raises(ThrottledError, match="ConcurrentInvocationLimitExceeded"):
            place.__enter__()


@at_the_limit
def test_the_reason_of_a_failed_job_is_cut_off(embedded, beyond):
    """After 1,024 characters."""
    most, name = figure("sagemaker_failure_reason"), embedded.name("reason")
    around = len("AlgorithmError: , exit code: 1")
    write = (
        "import os, pathlib, sys; pathlib.Path(os.environ['GREENFRAUD_ML_ROOT'], 'output/failure')"
        f".write_text('r' * {most - around + beyond}); sys.exit(1)"
    )
    request = embedded.training_job(name)
    request["AlgorithmSpecification"] |= {"ContainerEntrypoint": ["python", "-c"], "ContainerArguments": [write]}
    request["OutputDataConfig"] = {"S3OutputPath": f"s3://{embedded.bucket()}/jobs/"}
    client = embedded.client("sagemaker")
    client.create_training_job(**request)
    embedded.wait_until(lambda: client.describe_training_job(TrainingJobName=name)["TrainingJobStatus"] == "Failed")
    reason = client.describe_training_job(TrainingJobName=name)["FailureReason"]
    assert reason == ("AlgorithmError: " + "r" * (most - around + beyond) + ", exit code: 1")[:most]
    assert len(reason) == most


@pytest.fixture(scope="module")
def api(strict):
    """The address of an API whose function tells the length of what it got."""
    client = strict.client("apigatewayv2")
    source = "def handler(event, context): return {'statusCode': 200, 'body': str(len(event['body']))}"
    function = strict.client("lambda").get_function(FunctionName=strict.function(source))["Configuration"]["FunctionArn"]
    made = client.create_api(Name="limits", ProtocolType="HTTP")["ApiId"]
    integration = client.create_integration(
        ApiId=made, IntegrationType="AWS_PROXY", IntegrationUri=function, PayloadFormatVersion="2.0"
    )
    client.create_route(ApiId=made, RouteKey="POST /v1", Target=f"integrations/{integration['IntegrationId']}")
    client.create_stage(ApiId=made, StageName="$default", AutoDeploy=True)
    strict.let_call(function, made)
    yield strict.api.removeprefix("http://")
    client.delete_api(ApiId=made)


def post(address: str, size: int) -> tuple[int, bytes]:
    """Send a text of so many bytes."""
    connection = http.client.HTTPConnection(address, timeout=300)
    connection.request("POST", "/v1", b"x" * size, {"Content-Type": "text/plain"})
    answer = connection.getresponse()
    return answer.status, answer.read()


def test_the_api_takes_what_a_function_takes(api):
    """With the event around it; one byte more of the event, and the API answers as for what it does not take itself."""
    most = figure("lambda_request")
    assert post(api, most - 2000) == (200, str(most - 2000).encode())
    assert post(api, most) == (413, b'{"message":"Request Entity Too Large"}')


@at_the_limit
def test_the_api_itself_takes_10_mb(api, beyond):
    """Either way it is 413: what a function does not take is refused by the function's service."""
    assert post(api, figure("http_api_request") + beyond)[0] == 413
