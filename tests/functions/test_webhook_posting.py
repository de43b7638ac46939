"""One POST: never to a private network, never by plain HTTP on AWS, never for longer than some seconds."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from typing import Any

import pytest

from functions.webhook import posting
from functions.webhook.posting import Answer, UnreachableError, post


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "10.0.0.1", "169.254.169.254", "[::1]", "0.0.0.0"])
def test_on_aws_nothing_private_is_called(host, monkeypatch):
    """Nor anything by plain HTTP: neither a neighbour in the network nor the credentials of an instance."""
    monkeypatch.setattr("socket.create_connection", lambda *_: pytest.fail("a connection was opened"))
    with pytest.raises(UnreachableError, match="private_address"):
        post(f"https://{host}/", {}, b"", is_local=False)
    with pytest.raises(UnreachableError, match="not_https"):
        post(f"http://{host}/", {}, b"", is_local=False)


def test_a_name_is_judged_by_every_address_it_leads_to_at_that_moment(monkeypatch):
    """One of two that is private is enough; the address that was judged is the one that is called."""
    led, called = ["93.184.216.34"], []
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: [(2, 1, 6, "", (one, 443)) for one in led])

    def connect(address: tuple[str, int], _: float) -> None:
        called.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr("socket.create_connection", connect)
    with pytest.raises(UnreachableError, match="ConnectionRefusedError"):
        post("https://receiver.example/", {}, b"", is_local=False)
    led.append("10.0.0.7")
    with pytest.raises(UnreachableError, match="private_address"):
        post("https://receiver.example/", {}, b"", is_local=False)
    assert called == [("93.184.216.34", 443)]


def test_a_receiver_that_answers_byte_by_byte_is_cut_off(monkeypatch):
    """However patient it is."""
    monkeypatch.setattr("functions.webhook.posting.TOTAL_SECONDS", 0.3)
    listening, gone = socket.create_server(("127.0.0.1", 0)), threading.Event()

    def drip() -> None:
        connection, _ = listening.accept()
        with connection, contextlib.suppress(OSError):
            while True:
                connection.sendall(b"H")
                time.sleep(0.05)
        gone.set()

    threading.Thread(target=drip, daemon=True).start()
    with pytest.raises(UnreachableError):
        post(f"http://127.0.0.1:{listening.getsockname()[1]}/", {}, b"{}", is_local=True)
    assert gone.wait(300)
    listening.close()


def test_who_is_reached_when_the_time_is_over_is_told_nothing(monkeypatch):
    """A name may take long to be found, and a busy machine to connect."""
    monkeypatch.setattr("functions.webhook.posting.TOTAL_SECONDS", 0.0)
    connect = socket.create_connection

    def connect_late(*arguments: Any) -> socket.socket:
        for thread in threading.enumerate():
            if isinstance(thread, threading.Timer) and thread.function is posting._cut_off:
                thread.join()
        return connect(*arguments)

    monkeypatch.setattr("socket.create_connection", connect_late)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        with pytest.raises(UnreachableError, match="TimeoutError"):
            post(f"http://127.0.0.1:{listening.getsockname()[1]}/", {}, b"{}", is_local=True)
        connection, _ = listening.accept()
        with connection:
            assert connection.recv(1) == b""


def test_answers_are_taken_by_their_class():
    """Any of the 2xx."""
    assert [Answer(status).is_taken for status in (199, 200, 202, 299, 300)] == [False, True, True, True, False]
