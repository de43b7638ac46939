"""Serving the console on this machine's loopback address, and on no other."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import uvicorn

from cli.console.app import create_app
from cli.console.session import Session
from cli.embedded import CONSOLE_FILE
from cli.errors import InputError
from cli.target import Target

HOST = "127.0.0.1"  # never another: whoever is let in acts with the person's own credentials
PORT = 8090
STOP_SECONDS, POLL_SECONDS = 2, 0.02


@contextmanager
def served(target: Target, port: int) -> Iterator[tuple[str, threading.Thread]]:
    """The address of the console while the block runs, and the thread that serves it. InputError where the port is in use."""
    with closing(_listening(port)) as listener:
        session = Session(listener.getsockname()[1])
        server = uvicorn.Server(_settings(target, session))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="console", daemon=True)
        thread.start()
        try:
            while not server.started and thread.is_alive():
                time.sleep(POLL_SECONDS)
            yield session.address, thread
        finally:
            server.should_exit = True
            thread.join(STOP_SECONDS)


@contextmanager
def served_beside(target: Target, note: Callable[[str], None]) -> Iterator[None]:
    """The console of a platform that is up, while the block runs; on another port where the usual one is in use."""
    with ExitStack() as stack:
        try:
            address, _ = stack.enter_context(served(target, PORT))
        except InputError:
            address, _ = stack.enter_context(served(target, 0))
        stack.enter_context(found_from(CONSOLE_FILE, address))
        note(f"Console: {address}")
        if (port := urlsplit(address).port) != PORT:
            note(f"Port {PORT} is in use by another program, so the console has port {port}.")
        yield


@contextmanager
def found_from(file: Path, address: str) -> Iterator[None]:
    """Leave the address where the API's first page leads to it, while the block runs; nobody else may read it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)  # of a run that was killed, or a link
    file.touch(mode=0o600, exist_ok=False)
    file.write_text(address, encoding="utf-8")
    try:
        yield
    finally:
        file.unlink(missing_ok=True)


def _settings(target: Target, session: Session) -> uvicorn.Config:
    """No log of requests: addresses hold ids, and the first one the key."""
    return uvicorn.Config(
        create_app(target, session),
        access_log=False,
        log_level="warning",
        server_header=False,
        lifespan="off",
        timeout_graceful_shutdown=STOP_SECONDS,
    )


def _listening(port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen()
    except OSError:
        listener.close()
        raise InputError(f"port {port} is in use: choose another with --port") from None
    return listener
