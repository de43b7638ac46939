"""A web page in a browser on this machine tries to start a process and to reset the state."""

from __future__ import annotations

import functools
import html
import http.server
import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.dashboard import chromium
from tests.local.workbench import Embedded

pytestmark = [
    pytest.mark.skipif(chromium.executable() is None, reason="Chromium is not installed: apt-get install -y chromium"),
    pytest.mark.xdist_group("browser"),
]
PAGE = Path(__file__).with_name("hostile_page.html")
SHUT_OUT = {"xhr_job": 0, "xhr_reset": 0, "xhr_read": 0, "xhr_api": 0}


@pytest.fixture
def page(strict: Embedded, tmp_path: Path) -> Path:
    """The page, aimed at a server of ours; its job is one that the server would run for a program."""
    job = json.dumps(strict.training_job(strict.name("hostile")))
    text = PAGE.read_text().replace("ENDPOINT", strict.endpoint).replace("API", strict.api).replace("JOB", job, 1)
    file = tmp_path / "page.html"
    file.write_text(text)
    return file


def state_of(server: Embedded) -> list[set[str]]:
    """The names of its jobs, buckets and images."""
    jobs = server.client("sagemaker").list_training_jobs()["TrainingJobSummaries"]
    images = server.client("ecr").describe_repositories()["repositories"]
    buckets = server.client("s3").list_buckets()["Buckets"]
    return [
        {one[key] for one in found} for found, key in ((jobs, "TrainingJobName"), (images, "repositoryName"), (buckets, "Name"))
    ]


@pytest.fixture
def kept(strict: Embedded) -> Iterator[None]:
    """What is there before is there after, and nothing else."""
    before = state_of(strict)
    yield
    assert before == state_of(strict)


@pytest.fixture
def other_port(tmp_path: Path) -> Iterator[str]:
    """The page's folder on another port of 127.0.0.1."""
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(tmp_path))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def said_by(address: Path | str, *flags: str) -> dict[str, Any]:
    """What the page has seen of its attempts; all of them were made."""
    document, _ = chromium.document(address, *flags)
    found = re.search(r'<pre id="said">(.+?)</pre>', document)
    assert found, document
    return json.loads(html.unescape(found[1]))


def test_a_page_of_another_port_starts_nothing_and_resets_nothing(page: Path, kept: None, other_port: str) -> None:
    """Fetch without CORS, form and XHR are sent, and refused; no answer can be read."""
    said = said_by(f"{other_port}/{page.name}")
    assert said["form_job"] == said["form_reset"] == "sent"
    assert {name: said[name] for name in SHUT_OUT} == SHUT_OUT


def test_a_page_from_a_file_starts_nothing_and_resets_nothing(page: Path, kept: None) -> None:
    """Its origin is `null`, as that of a page in a sandbox."""
    said = said_by(page)
    assert {name: said[name] for name in SHUT_OUT} == SHUT_OUT


def test_a_page_whose_name_was_made_to_lead_here_is_refused(strict: Embedded, page: Path, kept: None) -> None:
    """DNS rebinding: the page is of the very address that it asks, under a name that is not the loopback's."""
    port = strict.endpoint.rpartition(":")[2]
    document, _ = chromium.document(f"http://evil.example:{port}/", "--host-resolver-rules=MAP evil.example 127.0.0.1")
    assert "RefusedHost" in document
    assert f"evil.example:{port}" in document


def test_a_page_of_the_port_itself_is_answered(strict: Embedded, page: Path) -> None:
    """It may read; the control pages are off for it, too. That it can start a job shows that the others were kept from it."""
    client, bucket = strict.client("s3"), strict.bucket()
    client.put_object(Bucket=bucket, Key="page.html", Body=page.read_bytes(), ContentType="text/html", ACL="public-read")
    said = said_by(f"{strict.endpoint}/{bucket}/page.html")
    assert {name: said[name] for name in SHUT_OUT} == {"xhr_job": 200, "xhr_reset": 404, "xhr_read": 200, "xhr_api": 0}
    jobs = strict.client("sagemaker").list_training_jobs(NameContains="hostile")["TrainingJobSummaries"]
    assert len(jobs) == 1
