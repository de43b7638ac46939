"""Runs deployed functions: their own zip and layers, in their own process, behind moto's Lambda API."""

from __future__ import annotations

import contextlib
import json
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from moto.awslambda import responses
from moto.awslambda.exceptions import InvalidParameterValueException, LambdaClientError
from moto.awslambda.models import LambdaBackend, LambdaFunction, LayerVersion, lambda_backends
from moto.awslambda.responses import LambdaResponse

from local.context import ACCOUNT, REGION, Context
from local.functions import packages, unzipped_sizes
from local.functions import reservations as reserving
from local.functions.environments import Definition, Environment, Pool
from local.functions.reservations import Places, ThrottledError, reservations
from local.functions.runtime_api import Invocation, Outcome
from local.limits import figure
from local.monitoring import log_streams, metrics
from local.patches import replace
from local.permissions.callers import Caller, caller_of_role, keys_of
from local.permissions.decision import AccessDeniedError

EXECUTORS: dict[str, Executor] = {}


class TooManyRequestsError(LambdaClientError):  # type: ignore[misc]
    """What a throttled caller gets."""

    code = 429

    def __init__(self, reason: str) -> None:
        super().__init__("TooManyRequestsException", f"Rate Exceeded. ({reason})")


class RequestTooLargeError(LambdaClientError):  # type: ignore[misc]
    """The event is larger than an invocation may be."""

    code = 413

    def __init__(self) -> None:
        message = f"Request must be smaller than {figure('lambda_request')} bytes for the InvokeFunction operation"
        super().__init__("RequestEntityTooLargeException", message)


@dataclass(frozen=True)
class Result:
    """What an invocation gave: the answer, or the error document with its kind."""

    payload: bytes
    error: str | None
    version: str


def executor_of(context: Context) -> Executor:
    """The executor installed for this server."""
    return EXECUTORS[context.endpoint]


class Executor:
    """Finds functions, runs them, writes their logs and metrics."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._pool = Pool()
        self._places = Places(context.quotas.lambda_concurrency)
        self._logs = ThreadPoolExecutor(max_workers=1, thread_name_prefix="function-logs")

    def close(self) -> None:
        """End all function processes and write the last lines."""
        self._pool.close()
        self._logs.shutdown(wait=True)

    def find(self, name_or_arn: str, qualifier: str | None = None) -> tuple[LambdaFunction, str]:
        """The function behind a name, an ARN, a version or an alias, and the ARN it was invoked by."""
        function = lambda_backends[ACCOUNT][REGION].get_function(name_or_arn, qualifier)
        if name_or_arn.startswith("arn:"):
            return function, name_or_arn
        name, _, embedded = name_or_arn.partition(":")
        chosen = embedded or qualifier
        return function, f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}" + (f":{chosen}" if chosen else "")

    def invoke(self, name_or_arn: str, payload: bytes, qualifier: str | None = None) -> Result:
        """Run one event through a free environment of the function, and wait for its end.

        Raises moto's ResourceNotFoundException for an unknown function, RequestTooLargeError for an event beyond the
        limit, and TooManyRequestsError when throttled.
        """
        function, arn = self.find(name_or_arn, qualifier)
        if len(payload) > figure("lambda_request"):
            raise RequestTooLargeError
        try:
            with self._places.place(function.function_name, reservations()):
                environment, cold = self._pool.acquire(self._definition(function))
                return self._run_in(environment, function, payload, arn, cold=cold)
        except ThrottledError as reason:
            self._record(function, {"Throttles": 1})
            raise TooManyRequestsError(str(reason)) from reason

    def _run_in(self, environment: Environment, function: LambdaFunction, payload: bytes, arn: str, *, cold: bool) -> Result:
        timeout = int(function.timeout)
        invocation = Invocation(str(uuid.uuid4()), payload, arn, int((time.time() + timeout) * 1000))
        began = time.perf_counter()
        outcome = environment.invoke(invocation, timeout)
        milliseconds = (time.perf_counter() - began) * 1000
        if outcome is None:
            outcome = timed_out(invocation, timeout)
            environment.close()
        elif outcome.kind == "exit":
            outcome = exited(invocation, int(outcome.body))
        elif outcome.kind == "response" and len(outcome.body) > figure("lambda_response"):
            outcome = too_large()
        lines = log_lines(environment, invocation, milliseconds, cold=cold)
        self._pool.release(environment, reusable=outcome.kind in ("response", "error"))
        failed = outcome.kind != "response"
        caller = self.caller_of(str(function.function_arn))
        self._later(self._write_log, caller, environment.definition.log_group, environment.log_stream, lines)
        self._record(function, {"Invocations": 1, "Errors": int(failed)})
        self._record(function, {"Duration": milliseconds}, "Milliseconds")
        return Result(outcome.body, "Unhandled" if failed else None, str(function.version))

    def _definition(self, function: LambdaFunction) -> Definition:
        backend = lambda_backends[ACCOUNT][REGION]
        layers = [backend.layers_versions_by_arn(layer["Arn"]) for layer in function.layers]
        archives = [packages.Archive(layer.code_sha_256, layer.code_bytes) for layer in layers if layer]
        logging = getattr(function, "logging_config", {})
        return Definition(
            name=function.function_name,
            version=str(function.version),
            handler=function.handler,
            task=packages.unpacked(packages.Archive(function.code_sha_256, function.code_bytes)),
            opt=packages.layered(archives) if archives else None,
            memory_mb=int(function.memory_size),
            log_group=logging.get("LogGroup") or f"/aws/lambda/{function.function_name}",
            log_format=logging.get("LogFormat", "Text"),
            variables=tuple(sorted((function.environment_vars or {}).items())),
            endpoint=self._context.endpoint,
            keys=keys_of(function.role, function.function_name),
        )

    def caller_of(self, function_arn: str) -> Caller:
        """The function's role, as somebody who calls."""
        function, _ = self.find(function_arn)
        return caller_of_role(function.role, function.function_name)

    def _write_log(self, caller: Caller, group: str, stream: str, lines: list[str]) -> None:
        """Lambda writes by the function's role; a role that may not loses the lines, and nobody is told."""
        with contextlib.suppress(AccessDeniedError):
            log_streams.write(caller, group, stream, lines)

    def _later(self, action: Callable[..., None], *arguments: Any) -> None:
        """Write behind the caller's back; an invocation that outlives the server has nowhere to write to."""
        with contextlib.suppress(RuntimeError):
            self._logs.submit(action, *arguments)

    def _record(self, function: LambdaFunction, values: dict[str, float], unit: str = "Count") -> None:
        dimensions = {"FunctionName": function.function_name}
        self._later(metrics.record, "AWS/Lambda", values, dimensions, unit)


def timed_out(invocation: Invocation, seconds: int) -> Outcome:
    """The error document of an invocation that ran out of time."""
    message = f"RequestId: {invocation.request_id} Error: Task timed out after {seconds}.00 seconds"
    return Outcome("exit", json.dumps({"errorType": "Sandbox.Timedout", "errorMessage": message}).encode())


def too_large() -> Outcome:
    """The error document of an answer that is larger than an invocation may give."""
    message = f"Response payload size exceeded maximum allowed payload size ({figure('lambda_response')} bytes)."
    return Outcome("error", json.dumps({"errorType": "Function.ResponseSizeTooLarge", "errorMessage": message}).encode())


def exited(invocation: Invocation, status: int) -> Outcome:
    """The error document of a process that ended instead of answering; a negative status is a signal."""
    how = f"signal: {-status}" if status < 0 else f"exit status {status}"
    message = f"RequestId: {invocation.request_id} Error: Runtime exited with error: {how}"
    return Outcome("exit", json.dumps({"errorType": "Runtime.ExitError", "errorMessage": message}).encode())


def log_lines(environment: Environment, invocation: Invocation, milliseconds: float, *, cold: bool) -> list[str]:
    """The function's own lines between Lambda's START, END and REPORT."""
    definition, request = environment.definition, f"RequestId: {invocation.request_id}"
    report = f"REPORT {request}\tDuration: {milliseconds:.2f} ms\tMemory Size: {definition.memory_mb} MB"
    if cold:
        report += f"\tInit Duration: {environment.init_seconds * 1000:.2f} ms"
    start = f"START {request} Version: {definition.version}"
    return [start, *environment.new_log_lines(), f"END {request}", report]


def install(context: Context) -> None:
    """Route Lambda's Invoke through the executor."""
    executor = EXECUTORS[context.endpoint] = Executor(context)
    layers: dict[str, LayerVersion] = {}

    def invoke(_: LambdaBackend, function_name: str, qualifier: str | None, body: Any, headers: Any, answered: Any) -> bytes:
        if headers.get("X-Amz-Invocation-Type", "RequestResponse") != "RequestResponse":
            raise InvalidParameterValueException("the embedded AWS invokes functions only while the caller waits")
        payload = (body.encode() if isinstance(body, str) else body) or b"{}"
        result = executor.invoke(function_name, payload, qualifier)
        if result.error:
            answered["x-amz-function-error"] = result.error
        answered["x-amz-executed-version"] = result.version
        answered["Content-Length"] = str(len(result.payload))
        return result.payload

    def layer_by_arn(backend: LambdaBackend, arn: str) -> LayerVersion | None:
        # A function keeps its layer when the layer's version is deleted, which an update does last.
        layer = original_layer(backend, arn) or layers.get(arn)
        if layer is not None:
            layers[arn] = layer
        return layer

    def read_qualifier(response: LambdaResponse) -> Any:
        # The SDK sends `?Qualifier=`; moto reads `?qualifier=`.
        if "Qualifier" in response.querystring:
            response.querystring["qualifier"] = response.querystring["Qualifier"]
        return original_invoke(response)

    unzipped_sizes.install()
    reserving.install(context.quotas.lambda_concurrency)
    replace(responses, "sys", SimpleNamespace(getsizeof=lambda _: 0))  # it measures answers once more, by Python's own sizes
    replace(LambdaBackend, "invoke", invoke)
    original_layer = replace(LambdaBackend, "layers_versions_by_arn", layer_by_arn)
    original_invoke = replace(LambdaResponse, "invoke", read_qualifier)
    context.on_stop(executor.close)
