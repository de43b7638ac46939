"""Functions at their limits: what they are sent and answer, what they are made of, how many run at once."""

from __future__ import annotations

import io
import json
import zipfile
from contextlib import ExitStack

import pytest
from boundary import at_the_limit, refused_beyond

from local.cloudformation.assets import content_of
from local.functions import unzipped_sizes
from local.functions.reservations import Places, ThrottledError
from local.functions.runtime_layer import MARKER
from local.limits import figure, limits
from tests.local.held_functions import HELD, held

LENGTH = "def handler(event, context): return len(event)"
LONG = "def handler(event, context): return 'x' * (event - 2)"


@at_the_limit
def test_an_event_has_a_size(strict, beyond):
    """Six MB."""
    name = strict.function(LENGTH)
    with refused_beyond("lambda_request", beyond, "Request must be smaller than 6291456 bytes for the InvokeFunction operation"):
        assert strict.invoke(name, "x" * (figure("lambda_request") - 2 + beyond)) == (figure("lambda_request") - 2, None)


@at_the_limit
def test_an_answer_has_a_size(strict, beyond):
    """The environment that gave too much goes on."""
    name, size = strict.function(LONG), figure("lambda_response") + beyond
    answer, error = strict.invoke(name, size)
    if not beyond:
        assert (len(answer), error) == (size - 2, None)
        return
    assert (error, answer["errorType"]) == ("Unhandled", limits()["lambda_response"].answer)
    assert answer["errorMessage"] == "Response payload size exceeded maximum allowed payload size (6291556 bytes)."
    assert strict.invoke(name, 5) == ("xxx", None)


@at_the_limit
def test_variables_have_a_size(strict, beyond):
    """As JSON, when the function is made and when it changes."""
    variables = {"VV": "é" * 100 + "v" * (figure("lambda_environment") - 200 - len('{"VV":""}') + beyond)}
    words = "exceeded the 4KB limit"
    with refused_beyond("lambda_environment", beyond, words):
        strict.function(LENGTH, Environment={"Variables": variables})
    name = strict.function(LENGTH)
    with refused_beyond("lambda_environment", beyond, words):
        strict.client("lambda").update_function_configuration(FunctionName=name, Environment={"Variables": variables})


def layer(server, content: bytes) -> str:
    """Publish a layer; its version's ARN."""
    arn: str = server.client("lambda").publish_layer_version(LayerName=server.name("layer"), Content={"ZipFile": content})[
        "LayerVersionArn"
    ]
    return arn


@at_the_limit
def test_a_function_has_so_many_layers(strict, beyond):
    """Made with them, or given them later."""
    arns = [layer(strict, strict.archive({"a.txt": "a"})) for _ in range(figure("lambda_layers") + beyond)]
    with refused_beyond("lambda_layers", beyond, "Cannot reference more than 5 layers."):
        strict.function(LENGTH, Layers=arns)
    name = strict.function(LENGTH)
    with refused_beyond("lambda_layers", beyond, "Cannot reference more than 5 layers."):
        strict.client("lambda").update_function_configuration(FunctionName=name, Layers=arns)


def stored(size: int) -> bytes:
    """A zip of so many bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as target:
        target.writestr("code.py", LENGTH)
        target.writestr("padding", b"")
    overhead = len(buffer.getvalue())
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as target:
        target.writestr("code.py", LENGTH)
        target.writestr("padding", b"0" * (size - overhead))
    return buffer.getvalue()


@at_the_limit
def test_a_zip_in_a_request_has_a_size(strict, beyond):
    """50 MB; what comes from S3 may be larger."""
    content = stored(figure("lambda_upload") + beyond)
    assert len(content) == figure("lambda_upload") + beyond
    name = strict.function(LENGTH)
    with refused_beyond(
        "lambda_upload", beyond, "Request must be smaller than 69905066 bytes for the UpdateFunctionCode operation"
    ):
        strict.client("lambda").update_function_code(FunctionName=name, ZipFile=content)


def zeros(size: int) -> bytes:
    """A small zip of a file of so many zeros."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target, target.open("padding", "w") as file:
        for _ in range(size // 1_000_000):
            file.write(bytes(1_000_000))
        file.write(bytes(size % 1_000_000))
    return buffer.getvalue()


@pytest.fixture(scope="module")
def half_full():
    """A zip that leaves a function room for one byte less than half."""
    return zeros(figure("lambda_unzipped") // 2)


@at_the_limit
def test_function_and_layers_have_a_size_together(strict, half_full, beyond):
    """Unzipped. A function that was refused is not there; one that was to change is as it was."""
    client, code = strict.client("lambda"), strict.archive({"code.py": LENGTH})
    arns = [layer(strict, half_full), layer(strict, zeros(figure("lambda_unzipped") // 2 - len(LENGTH) + beyond))]
    words = "combined with layers exceeds the maximum allowed size of 262144000 bytes. The actual size is 262144001 bytes."
    made = {"FunctionName": strict.name("function"), "Role": strict.role, "Runtime": "python3.13", "Handler": "code.handler"}
    with refused_beyond("lambda_unzipped", beyond, words):
        client.create_function(**made, Code={"ZipFile": code}, Layers=arns)
    names = {function["FunctionName"] for function in client.list_functions()["Functions"]}
    assert (made["FunctionName"] in names) == (not beyond)
    name = strict.function(LENGTH)
    with refused_beyond("lambda_unzipped", beyond, words):
        client.update_function_configuration(FunctionName=name, Layers=arns)
    assert len(client.get_function_configuration(FunctionName=name).get("Layers", [])) == (0 if beyond else 2)


@at_the_limit
def test_a_layer_alone_has_a_size(strict, beyond):
    """Refused when it is published."""
    with refused_beyond("lambda_unzipped", beyond, "Unzipped size must be smaller than 262144000 bytes"):
        layer(strict, zeros(figure("lambda_unzipped") + beyond))


def test_a_runtime_layer_counts_with_its_wheels(tmp_path, monkeypatch):
    """What is published here is its marker, which says how large it is on AWS."""
    (tmp_path / "requirements.txt").write_text("")
    (tmp_path / MARKER).write_text(json.dumps({"requirements": "requirements.txt"}))
    (tmp_path / "wheel.so").write_bytes(bytes(5000))
    monkeypatch.setattr("local.functions.runtime_layer.build", lambda _: None)
    assert unzipped_sizes.unzipped_bytes(content_of(tmp_path, "zip")) == 5000 + len((tmp_path / MARKER).read_text())


@at_the_limit
def test_reservations_leave_the_others_enough(strict, beyond):
    """100 of the account's 1,000."""
    client, name = strict.client("lambda"), strict.function(LENGTH)
    most = figure("lambda_concurrency") - figure("lambda_unreserved_concurrency")
    words = "decreases account's UnreservedConcurrentExecution below its minimum value of [100]."
    with refused_beyond("lambda_unreserved_concurrency", beyond, words):
        client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=most + beyond)
    client.delete_function_concurrency(FunctionName=name)


@at_the_limit
def test_an_account_runs_so_many_at_once(beyond):
    """What one function has reserved is not there for the others, and the others cannot take it."""
    places, reserved = Places(account=5), {"score": 2}
    with ExitStack() as running:
        for name in ("plan", "plan", "score", "score", *["control"] * beyond):
            running.enter_context(places.place(name, reserved))
        if not beyond:
            running.enter_context(places.place("control", reserved))
            return
        for name, reason in (("control", "Concurrent"), ("score", "ReservedFunctionConcurrent")):
            with pytest.raises(ThrottledError, match=f"^{reason}InvocationLimitExceeded$"):
                running.enter_context(places.place(name, reserved))


def test_an_alias_has_the_reservation_of_its_function(strict, tmp_path):
    """A reservation is of all versions together."""
    client, name = strict.client("lambda"), strict.function(HELD)
    version = client.publish_version(FunctionName=name)["Version"]
    client.create_alias(FunctionName=name, Name="live", FunctionVersion=version)
    client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=1)
    with held(strict, name, tmp_path), pytest.raises(client.exceptions.TooManyRequestsException):
        strict.invoke(f"{name}:live", str(tmp_path))
    client.delete_function_concurrency(FunctionName=name)
