"""Functions run as they do in Lambda: own code, own process, Lambda's own errors."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.local.held_functions import HELD, held

ECHO = """
    import os, sys, time
    started = time.time()
    def handler(event, context):
        print("got", event)
        return {"event": event, "pid": os.getpid(), "started": started, "arn": context.invoked_function_arn,
                "version": context.function_version, "left": context.get_remaining_time_in_millis(),
                "memory": os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"], "paths": sys.path,
                "mine": os.environ.get("MINE"), "patience": float(os.environ["DYNAMODB_ANSWER_SECONDS"])}
"""


def test_a_second_invocation_finds_the_function_warm(embedded):
    """The same process answers again."""
    name = embedded.function(ECHO, MemorySize=256, Environment={"Variables": {"MINE": "yes"}})
    first, error = embedded.invoke(name, {"a": 1})
    second, _ = embedded.invoke(name, {"a": 2})
    assert error is None
    assert (first["event"], first["memory"], first["mine"]) == ({"a": 1}, "256", "yes")
    assert first["pid"] == second["pid"]
    assert 0 < first["left"] <= 300_000
    assert first["patience"] >= 5  # the DynamoDB here shares its processor with training


def test_nothing_of_the_host_is_importable(embedded):
    """A function finds the managed runtime's packages, and not those installed beside the server."""
    name = embedded.function("""
        import importlib.util
        def handler(event, context):
            return {name: importlib.util.find_spec(name) is not None for name in event}
    """)
    answer, _ = embedded.invoke(name, ["boto3", "awslambdaric", "moto", "pandas", "local"])
    assert answer == {"boto3": True, "awslambdaric": True, "moto": False, "pandas": False, "local": False}


def test_later_layers_and_the_function_shadow_earlier_layers(embedded):
    """Lambda's search order, also for two layers that share a package."""
    client = embedded.client("lambda")
    layers = [
        {"python/shop/__init__.py": "", "python/shop/a.py": "x = 'first'", "python/shop/b.py": "x = 'first'"},
        {"python/shop/b.py": "x = 'second'", "python/code_of.py": "x = 'layer'"},
    ]
    arns = [
        client.publish_layer_version(LayerName=embedded.name("layer"), Content={"ZipFile": embedded.archive(files)})
        for files in layers
    ]
    name = embedded.name("function")
    source = "from shop import a, b\nimport code_of\ndef handler(event, context): return [a.x, b.x, code_of.x]"
    client.create_function(
        FunctionName=name,
        Role=embedded.role,
        Runtime="python3.13",
        Handler="code.handler",
        Code={"ZipFile": embedded.archive({"code.py": source, "code_of.py": "x = 'function'"})},
        Layers=[layer["LayerVersionArn"] for layer in arns],
    )
    assert embedded.invoke(name) == (["first", "second", "function"], None)


def test_a_function_that_takes_too_long_is_killed(embedded):
    """The error has the name a state machine can catch, and the next invocation works."""
    name = embedded.function("import time\ndef handler(event, context):\n    time.sleep(event)\n    return 'done'", Timeout=1)
    answer, error = embedded.invoke(name, 600)
    assert (error, answer["errorType"]) == ("Unhandled", "Sandbox.Timedout")
    assert "Task timed out after 1.00 seconds" in answer["errorMessage"]
    embedded.client("lambda").update_function_configuration(FunctionName=name, Timeout=300)  # a busy machine is none that hangs
    assert embedded.invoke(name, 0) == ("done", None)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("import os; os._exit(3)", "Runtime.ExitError"),
        ("raise ValueError('no such terminal')", "ValueError"),
        ("return object()", "Runtime.MarshalError"),
    ],
)
def test_a_failing_function_reports_its_error(embedded, body, kind):
    """A crash, an exception and an answer that is no JSON."""
    name = embedded.function(f"def handler(event, context):\n    {body}")
    answer, error = embedded.invoke(name)
    assert ("Unhandled", kind) == (error, answer["errorType"])


def test_a_function_that_cannot_be_imported_says_why(embedded):
    """The missing module is named."""
    answer, error = embedded.invoke(embedded.function("import not_packaged"))
    assert (error, answer["errorType"]) == ("Unhandled", "Runtime.ImportModuleError")
    assert "not_packaged" in answer["errorMessage"]


MEET = """
import os, pathlib, time
def handler(event, context):
    (pathlib.Path(event) / str(os.getpid())).touch()
    while len(os.listdir(event)) < 3:
        time.sleep(0.02)
    return os.getpid()
"""


def test_concurrent_invocations_run_side_by_side(embedded, tmp_path):
    """Each in an environment of its own: none answers before all three are there."""
    name = embedded.function(MEET)
    with ThreadPoolExecutor(3) as pool:
        pids = {answer for answer, _ in pool.map(lambda _: embedded.invoke(name, str(tmp_path)), range(3))}
    assert len(pids) == 3


def test_reserved_concurrency_throttles(embedded, tmp_path):
    """Of two callers at once, one gets the error the SDK retries."""
    client, name = embedded.client("lambda"), embedded.function(HELD)
    client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=1)
    with held(embedded, name, tmp_path), pytest.raises(client.exceptions.TooManyRequestsException):
        embedded.invoke(name, str(tmp_path))


def test_an_alias_runs_its_version(embedded):
    """Also when new code has been sent since."""
    client = embedded.client("lambda")
    name = embedded.function(ECHO)
    version = client.publish_version(FunctionName=name)["Version"]
    client.create_alias(FunctionName=name, Name="live", FunctionVersion=version)
    newer = embedded.archive({"code.py": "def handler(event, context): return 'new'"})
    client.update_function_code(FunctionName=name, ZipFile=newer)
    answer, _ = embedded.invoke(name, Qualifier="live")
    assert (version, f"{name}:live") == (answer["version"], answer["arn"].split(":function:")[1])
    assert embedded.invoke(name) == ("new", None)


def test_the_log_is_kept(embedded):
    """With Lambda's own START and REPORT lines around the function's."""
    name = embedded.function(ECHO)
    embedded.invoke(name, "hello")

    def kept():
        return embedded.client("logs").filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]

    lines = [event["message"] for event in embedded.wait_until(kept)]
    assert [line.split(" ")[0] for line in lines] == ["START", "got", "END", "REPORT"]
    assert "got hello" in lines
    assert "Init Duration" in lines[-1]


def test_an_invocation_nobody_waits_for_is_refused(embedded):
    """Nothing that is deployed invokes so: it fails instead of passing for done."""
    name, client = embedded.function(ECHO), embedded.client("lambda")
    with pytest.raises(client.exceptions.InvalidParameterValueException, match="only while the caller waits"):
        client.invoke(FunctionName=name, InvocationType="Event", Payload=b"{}")


def test_an_embedded_metric_can_be_read_back(embedded):
    """A log line in CloudWatch's format becomes a metric."""
    namespace = embedded.name("Namespace")
    line = {
        "_aws": {
            "Timestamp": int(time.time() * 1000),
            "CloudWatchMetrics": [
                {"Namespace": namespace, "Dimensions": [["Family"]], "Metrics": [{"Name": "Scores", "Unit": "Count"}]}
            ],
        },
        "Family": "light",
        "Scores": 3,
    }
    embedded.invoke(embedded.function("def handler(event, context): print(event)"), json.dumps(line))

    def found():
        return embedded.client("cloudwatch").get_metric_statistics(
            Namespace=namespace,
            MetricName="Scores",
            Dimensions=[{"Name": "Family", "Value": "light"}],
            StartTime=time.time() - 60,
            EndTime=time.time() + 60,
            Period=60,
            Statistics=["Sum"],
        )["Datapoints"]

    assert [point["Sum"] for point in embedded.wait_until(found)] == [3.0]
