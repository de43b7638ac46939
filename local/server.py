"""Assembles the embedded AWS: patches moto, starts its server, runs until told to stop, saves what should last."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from local.context import ACCESS_KEY, ACCOUNT, REGION, SECRET_KEY, Context
from local.limits import Quotas
from local.loopback import Door


class PortInUseError(Exception):
    """A port the server needs is taken; the message says how to choose another."""


def check_port(port: int, option: str, variable: str) -> None:
    """Raise PortInUseError when nothing can listen on `port` of 127.0.0.1."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as failure:
            message = f"port {port} is in use: choose another with {option} or the variable {variable}"
            raise PortInUseError(message) from failure


class Signalled:
    """Waits until SIGTERM or SIGINT comes, whichever thread the kernel gives it to.

    An event would not do: Python runs handlers in the main thread, which a lock that it waits for keeps asleep when another thread
    got the signal. What the interpreter writes into a socket at once wakes it.
    """

    def __init__(self) -> None:
        self._reader, self._writer = socket.socketpair()
        self._writer.setblocking(False)
        signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: None)

    def wait(self) -> None:
        """Return once a signal came, also one that came before."""
        self._reader.recv(1)


def until_signalled() -> Signalled:
    """What waits for SIGTERM or SIGINT from now on."""
    return Signalled()


def prepare_environment(port: int) -> None:
    """Moto reads its settings from the environment on import; the operator's own AWS settings must not leak in."""
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE", "AWS_SESSION_TOKEN"):
        os.environ.pop(name, None)
    os.environ |= {
        "MOTO_PORT": str(port),
        "MOTO_ACCOUNT_ID": ACCOUNT,
        "MOTO_DISABLE_GLOBAL_CORS": "true",  # else pages of every address may read its answers
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
    }


def install_modules(context: Context) -> None:
    """Patch moto, part by part. Shutdown runs the other way round, so state is saved once all executors are down."""
    from local import pins

    pins.check()
    from local import stepfunctions
    from local.checks import validation
    from local.cloudformation import bootstrap, engine
    from local.events import alarm_states, buses, objects, queues, schedules
    from local.functions import lambdas
    from local.http import api_server
    from local.jobs import training_jobs
    from local.monitoring import alarms, emf
    from local.permissions import enforcement
    from local.tables import dynamodb, state, streams

    services: tuple[Callable[[Context], None], ...] = (
        state.install,
        engine.install,
        dynamodb.install,
        enforcement.install,
        validation.install,  # the last patch is the first to see a request
        bootstrap.install,
    )
    executors: tuple[Callable[[Context], None], ...] = (
        lambdas.install,
        training_jobs.install,
        stepfunctions.install,
        buses.install,
        queues.install,
        streams.install,
        emf.install,
        schedules.install,
        objects.install,
        alarms.install,
        alarm_states.install,
        api_server.install,
    )
    for install in services + executors:
        install(context)


def serve(  # noqa: PLR0913 - the options of the command
    *,
    port: int,
    http_port: int,
    state_dir: Path,
    auth: bool,
    allowed_hosts: tuple[str, ...],
    quotas: Quotas,
    deliveries: int,
    skips_waits: bool,
    clock_shift: timedelta,
    front: Path | None,
) -> int:
    """Run until SIGTERM or SIGINT; the exit code: 0, or 1 when something could not be shut down or saved."""
    began = time.monotonic()
    check_port(port, "--port", "GREENFRAUD_PORT")
    check_port(http_port, "--http-port", "GREENFRAUD_HTTP_PORT")
    stopping = until_signalled()
    prepare_environment(port)
    context = Context(
        endpoint=f"http://127.0.0.1:{port}",
        state_dir=state_dir.absolute(),
        http_port=http_port,
        auth=auth,
        door=Door(allowed=allowed_hosts),
        quotas=quotas,
        deliveries=deliveries,
        skips_waits=skips_waits,
        clock_shift=clock_shift,
        front=front,
    )
    context.state_dir.mkdir(parents=True, exist_ok=True)
    install_modules(context)
    listen(port, context.door)
    context.start()
    announce(context, time.monotonic() - began)
    stopping.wait()
    failures = context.stop()
    for failure in failures:
        print(f"shutdown: {type(failure).__name__}: {failure}", file=sys.stderr, flush=True)
    return 1 if failures else 0


def listen(port: int, door: Door) -> None:
    """Start moto's threaded HTTP server on 127.0.0.1, for whom the door lets in; it ends with the process."""
    import logging

    from moto.server import ThreadedMotoServer

    from local.http import endpoint

    endpoint.install(replace(door, buckets=True))

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    # The interpreter prints the whole parsed program for each failed state; the execution's history says it in a line.
    logging.getLogger("moto.stepfunctions.parser.asl.component").setLevel(logging.CRITICAL)
    ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False).start()


def announce(context: Context, seconds: float) -> None:
    """One JSON line on stdout, for whoever waits for the server."""
    line = {
        "ready": True,
        "endpoint": context.endpoint,
        "api": f"http://127.0.0.1:{context.http_port}",
        "seconds": round(seconds, 2),
    }
    print(json.dumps(line), flush=True)
