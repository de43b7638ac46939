"""A store on loopback that says what it was given, in a process of its own: its CPU is not the client's."""

from __future__ import annotations

import socket
import threading
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from multiprocessing.connection import Connection

from benchmarks.own_process import server_apart

HEAD_ENDS = b"\r\n\r\n"
# As DynamoDB answers.
HEAD = (
    "HTTP/1.1 200 OK\r\nServer: Server\r\nDate: Mon, 01 Jun 2026 12:00:00 GMT\r\nContent-Type: application/x-amz-json-1.0\r\n"
    "Content-Length: {length}\r\nConnection: keep-alive\r\n"
    "x-amzn-RequestId: 0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ABCDEF\r\nx-amz-crc32: {crc32}\r\n\r\n"
)


@contextmanager
def canned_store(answers: Mapping[str, bytes]) -> Iterator[str]:
    """The URL of a store that answers each operation by its body in `answers`."""
    with server_apart(_serve, dict(answers)) as url:
        yield url


def _serve(answers: Mapping[str, bytes], parent: Connection) -> None:
    contents = {
        operation.lower().encode(): HEAD.format(length=len(body), crc32=zlib.crc32(body)).encode() + body
        for operation, body in answers.items()
    }
    with socket.create_server(("127.0.0.1", 0)) as listening:
        parent.send(listening.getsockname()[1])
        while True:
            connection, _ = listening.accept()
            threading.Thread(target=_answer, args=(connection, contents), daemon=True).start()


def _answer(connection: socket.socket, contents: Mapping[bytes, bytes]) -> None:
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    received = b""
    while chunk := connection.recv(1 << 16):
        received += chunk
        head, ends, body = received.partition(HEAD_ENDS)
        fields = dict(line.split(b": ", 1) for line in head.lower().split(b"\r\n")[1:])
        if ends and len(body) >= int(fields[b"content-length"]):
            connection.sendall(contents[fields[b"x-amz-target"].partition(b".")[2]])
            received = b""
