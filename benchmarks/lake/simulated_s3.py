"""S3 as far as reading goes, in a process of its own: it lists a layout's keys, of which none is stored, and sends canned content.

Every answer comes after the tenth of a second that AWS names as usual for small objects; what S3 itself computes is not simulated.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice
from multiprocessing.connection import Connection
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from benchmarks.lake.layouts import DAYS, Layout
from benchmarks.lake.records import contents
from benchmarks.own_process import server_apart
from greenfraud.naming import day_prefix

ANSWER_SECONDS = 0.1  # docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance.html: roughly 100 to 200 ms
PAGE = 1_000
ENTRY = (
    "<Contents><Key>{}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>&quot;d41d8cd98f00b204e9800998ecf8427e&quot;</ETag>"
    "<Size>1000</Size><StorageClass>STANDARD</StorageClass></Contents>"
)
NOT_THERE = b"<Error><Code>NoSuchKey</Code><Message>none</Message></Error>"
NOTHING_REFUSED = b'<DeleteResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"></DeleteResult>'
START = '<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>lake</Name>'


@contextmanager
def simulated_s3(layout: Layout) -> Iterator[str]:
    """Yield the URL of a bucket laid out so; what its files hold is made in its process, too."""
    with server_apart(_serve, layout) as url:
        yield url


def _serve(layout: Layout, parent: Connection) -> None:
    bodies = contents(layout)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # one write an answer
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            time.sleep(ANSWER_SECONDS)
            url = urlsplit(self.path)
            key = unquote(url.path).partition("/lake")[2].lstrip("/")
            query = {name: values[0] for name, values in parse_qs(url.query, keep_blank_values=True).items()}
            found = bodies.get(f"{key.partition('/')[0]}.{key.rpartition('.')[2]}") if key else listing(layout, query).encode()
            self._answer(200 if found else 404, found or NOT_THERE)

        def do_PUT(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self._answer(200, b"")

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self._answer(200, NOTHING_REFUSED)

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("ETag", '"d41d8cd98f00b204e9800998ecf8427e"')
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    parent.send(server.server_address[1])
    server.serve_forever()


def listing(layout: Layout, query: Mapping[str, str]) -> str:
    """Return one page of ListObjectsV2."""
    prefix = query.get("prefix", "")
    kind = prefix.partition("/")[0]
    if query.get("delimiter"):
        folders = "".join(f"<CommonPrefixes><Prefix>{day_prefix(kind, day)}</Prefix></CommonPrefixes>" for day in DAYS)
        return f"{START}<IsTruncated>false</IsTruncated>{folders}</ListBucketResult>"
    first_day, first = map(int, query.get("continuation-token", "0:0").split(":"))
    found = list(islice(_places(layout, kind, prefix, first_day, first), PAGE + 1))
    entries = "".join(ENTRY.format(key) for _, key in found[:PAGE])
    more = f"<NextContinuationToken>{found[PAGE][0]}</NextContinuationToken>" if len(found) > PAGE else ""
    return f"{START}<IsTruncated>{str(bool(more)).lower()}</IsTruncated>{more}{entries}</ListBucketResult>"


def _places(layout: Layout, kind: str, prefix: str, first_day: int, first: int) -> Iterator[tuple[str, str]]:
    for number, day in enumerate(_days(kind, prefix)[first_day:], start=first_day):
        keys = layout.keys(kind, day, first, PAGE + 1)
        yield from ((f"{number}:{first + position}", key) for position, key in enumerate(keys))
        first = 0


def _days(kind: str, prefix: str) -> list[date]:
    return [day for day in DAYS if day_prefix(kind, day).startswith(prefix) or prefix.startswith(day_prefix(kind, day))]
