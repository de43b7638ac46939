"""Runs deployed functions: their own zip and layers, in their own process, behind moto's Lambda API."""

from __future__ import annotations

import base64
import contextlib
import json
import random
import sys
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from moto.awslambda.exceptions import LambdaClientError
from moto.awslambda.models import LambdaBackend, LambdaFunction, LayerVersion, lambda_backends
from moto.awslambda.responses import LambdaResponse
from moto.logs.models import logs_backends

from local.context import Context
from local.functions import packages
from local.functions.environments import Definition, Environment, Pool, ThrottledError
from local.functions.runtime_api import Invocation, Outcome
from local.monitoring import metrics
from local.patches import replace
from local.targets import deliver

LOG_TAIL_BYTES = 4096
# An asynchronous invocation that fails is repeated; AWS waits one and two minutes.
ASYNC_RETRY_SECONDS = (1.0, 2.0)
EXECUTORS: dict[str, Executor] = {}


class TooManyRequestsError(LambdaClientError):  # type: ignore[misc]
    """What a throttled caller gets."""

    code = 429

    def __init__(self, reason: str) -> None:
        super().__init__("TooManyRequestsException", f"Rate Exceeded: {reason}")


@dataclass(frozen=True)
class Result:
    """What an invocation gave: the answer or the error document, and the lines it logged."""

    payload: bytes
    error: str | None
    log: str
    version: str


def executor_of(context: Context) -> Executor:
    """The executor installed for this server."""
    return EXECUTORS[context.endpoint]


class Executor:
    """Finds functions, runs them, writes their logs and metrics."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._pool = Pool()
        self._logs = ThreadPoolExecutor(max_workers=1, thread_name_prefix="function-logs")

    def close(self) -> None:
        """End all function processes and write the last lines."""
        self._pool.close()
        self._logs.shutdown(wait=True)

    def find(self, name_or_arn: str, qualifier: str | None = None) -> tuple[LambdaFunction, str]:
        """The function behind a name, an ARN, a version or an alias, and the ARN it was invoked by."""
        backend = lambda_backends[self._context.account][self._context.region]
        function = backend.get_function(name_or_arn, weighted_version(backend, name_or_arn, qualifier))
        if name_or_arn.startswith("arn:"):
            return function, name_or_arn
        name, _, embedded = name_or_arn.partition(":")
        arn = f"arn:aws:lambda:{self._context.region}:{self._context.account}:function:{name}"
        chosen = embedded or qualifier
        return function, f"{arn}:{chosen}" if chosen else arn

    def invoke(self, name_or_arn: str, payload: bytes) -> Result:
        """Invoke by name or ARN and wait.

        Raises moto's ResourceNotFoundException for an unknown function and TooManyRequestsError when throttled.
        """
        function, arn = self.find(name_or_arn)
        return self.run(function, payload, arn)

    def run(self, function: LambdaFunction, payload: bytes, arn: str) -> Result:
        """Run one event through a free environment of the function."""
        reserved = function.reserved_concurrency if function.version == "$LATEST" else None
        try:
            environment, cold = self._pool.acquire(self._definition(function), None if reserved is None else int(reserved))
        except ThrottledError as reason:
            self._record(function, {"Throttles": 1})
            raise TooManyRequestsError(str(reason)) from reason
        return self._run_in(environment, function, payload, arn, cold=cold)

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
        lines = log_lines(environment, invocation, milliseconds, cold=cold)
        self._pool.release(environment, reusable=outcome.kind in ("response", "error"))
        failed = outcome.kind != "response"
        self._later(self._write_log, environment.definition.log_group, environment.log_stream, lines)
        self._record(function, {"Invocations": 1, "Errors": int(failed)})
        self._record(function, {"Duration": milliseconds}, "Milliseconds")
        return Result(outcome.body, "Unhandled" if failed else None, "\n".join(lines), str(function.version))

    def start(self, function: LambdaFunction, payload: bytes, arn: str) -> None:
        """Invoke without waiting, with Lambda's retries and its destination for what fails for good."""
        threading.Thread(target=self._run_event, args=(function, payload, arn), daemon=True).start()

    def _run_event(self, function: LambdaFunction, payload: bytes, arn: str) -> None:
        config: dict[str, Any] = function.event_invoke_config[-1].response() if function.event_invoke_config else {}
        retries = config.get("MaximumRetryAttempts", len(ASYNC_RETRY_SECONDS))
        result = None
        for delay in (0.0, *ASYNC_RETRY_SECONDS[:retries]):
            time.sleep(delay)
            try:
                result = self.run(function, payload, arn)
            except LambdaClientError as reason:
                print(f"{arn}: {reason}", file=sys.stderr, flush=True)
                continue
            if result.error is None:
                return
        destination = (config.get("DestinationConfig") or {}).get("OnFailure", {}).get("Destination")
        if destination:
            deliver(self._context, destination, json.dumps(failure_record(arn, payload, result)))

    def _definition(self, function: LambdaFunction) -> Definition:
        backend = lambda_backends[function.account_id][function.region]
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
            region=function.region,
            log_group=logging.get("LogGroup") or f"/aws/lambda/{function.function_name}",
            log_format=logging.get("LogFormat", "Text"),
            variables=tuple(sorted((function.environment_vars or {}).items())),
            endpoint=self._context.endpoint,
        )

    def _write_log(self, group: str, stream: str, lines: list[str]) -> None:
        backend = logs_backends[self._context.account][self._context.region]
        if group not in backend.groups:
            backend.create_log_group(group, {})
        if stream not in backend.groups[group].streams:
            backend.create_log_stream(group, stream)
        now = int(time.time() * 1000)
        backend.put_log_events(group, stream, [{"timestamp": now, "message": line} for line in lines])

    def _later(self, action: Callable[..., None], *arguments: Any) -> None:
        """Write behind the caller's back; an invocation that outlives the server has nowhere to write to."""
        with contextlib.suppress(RuntimeError):
            self._logs.submit(action, *arguments)

    def _record(self, function: LambdaFunction, values: dict[str, float], unit: str = "Count") -> None:
        dimensions = {"FunctionName": function.function_name}
        self._later(metrics.record, self._context, "AWS/Lambda", values, dimensions, unit)


def weighted_version(backend: LambdaBackend, name_or_arn: str, qualifier: str | None) -> str | None:
    """The version an alias with weights sends this invocation to; otherwise the qualifier as it was."""
    if not qualifier:
        return qualifier
    try:
        alias = backend.get_alias(qualifier, name_or_arn.rsplit(":function:", maxsplit=1)[-1].split(":", maxsplit=1)[0])
    except LambdaClientError:
        return qualifier
    weights = (alias.routing_config or {}).get("AdditionalVersionWeights") or {}
    draw = random.random()  # noqa: S311 - spreads load, keeps no secret
    for version, weight in weights.items():
        if draw < weight:
            return str(version)
        draw -= weight
    return qualifier


def timed_out(invocation: Invocation, seconds: int) -> Outcome:
    """The error document of an invocation that ran out of time."""
    message = f"RequestId: {invocation.request_id} Error: Task timed out after {seconds}.00 seconds"
    return Outcome("exit", json.dumps({"errorType": "Sandbox.Timedout", "errorMessage": message}).encode())


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


def failure_record(arn: str, payload: bytes, result: Result | None) -> dict[str, Any]:
    """What an asynchronous invocation sends to its failure destination."""
    answer = None if result is None else json.loads(result.payload or b"null")
    return {
        "version": "1.0",
        "requestContext": {"functionArn": arn, "condition": "RetriesExhausted"},
        "requestPayload": json.loads(payload or b"null"),
        "responseContext": {"functionError": None if result is None else result.error},
        "responsePayload": answer,
    }


def install(context: Context) -> None:
    """Route every way moto invokes a function through the executor."""
    executor = EXECUTORS[context.endpoint] = Executor(context)
    layers: dict[str, LayerVersion] = {}

    def invoke_function(function: LambdaFunction, body: Any, headers: Any, response_headers: dict[str, str]) -> bytes:
        return answer(executor, function, function.function_arn, body, headers, response_headers)

    def invoke_by_name(
        _: LambdaBackend, function_name: str, qualifier: str | None, body: Any, headers: Any, response_headers: Any
    ) -> bytes:
        function, arn = executor.find(function_name, qualifier)
        payload = answer(executor, function, arn, body, headers, response_headers)
        response_headers["Content-Length"] = str(len(payload))
        return payload

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

    replace(LambdaFunction, "invoke", invoke_function)
    replace(LambdaBackend, "invoke", invoke_by_name)
    original_layer = replace(LambdaBackend, "layers_versions_by_arn", layer_by_arn)
    original_invoke = replace(LambdaResponse, "invoke", read_qualifier)
    context.on_stop(executor.close)


def answer(  # noqa: PLR0913, PLR0917 - moto's own parameters
    executor: Executor, function: LambdaFunction, arn: str, body: Any, headers: Any, response_headers: dict[str, str]
) -> bytes:
    """Invoke as the request's headers ask and fill the response's headers."""
    payload = (body.encode() if isinstance(body, str) else body) or b"{}"
    kind = {name.lower(): value for name, value in dict(headers).items()}.get("x-amz-invocation-type")
    if kind == "DryRun":
        return b""
    if kind == "Event":
        executor.start(function, payload, arn)
        return b""
    result = executor.run(function, payload, arn)
    if result.error:
        response_headers["x-amz-function-error"] = result.error
    response_headers["x-amz-log-result"] = base64.b64encode(result.log.encode()[-LOG_TAIL_BYTES:]).decode()
    response_headers["x-amz-executed-version"] = result.version
    return result.payload
