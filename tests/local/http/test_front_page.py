"""A browser that asks the API for its first page is led to the pages that are served beside it."""

from __future__ import annotations

import pytest

from local.http import front_page
from local.http.api_events import Request

BROWSER = "text/html,application/xhtml+xml,*/*;q=0.8"
ADDRESS = "http://127.0.0.1:8090/?key=abc_-1"


@pytest.fixture
def file(tmp_path):
    """Where the address is written down."""
    made = tmp_path / "address"
    made.write_text(ADDRESS, encoding="utf-8")
    return made


def asked(file, target: str = "/", method: str = "GET", accept: str = BROWSER):
    """What the server answers; None leaves it to the API."""
    headers = {"accept": accept}
    request = Request(method=method, target=target, protocol="HTTP/1.1", headers=headers, body=b"", source_ip="127.0.0.1")
    return front_page.answer(request, file)


def test_a_browser_is_led_on(file):
    """And keeps nothing of it: the address is another one at the next start."""
    found = asked(file)
    assert (found.status, dict(found.headers)) == (302, {"Location": ADDRESS, "Cache-Control": "no-store"})


@pytest.mark.parametrize(
    "asking", [{"accept": "*/*"}, {"accept": "application/json"}, {"method": "POST"}, {"target": "/health"}, {"target": "//x"}]
)
def test_all_else_is_the_apis(file, asking):
    """A program at `/`, and every other path."""
    assert asked(file, **asking) is None


@pytest.mark.parametrize(
    "content", ["", "https://example.com/", "http://127.0.0.1:8090@example.com/", "javascript:x", "http://127.0.0.1/"]
)
def test_nobody_is_led_away_from_this_machine(file, content):
    """Whoever wrote the file."""
    file.write_text(content, encoding="utf-8")
    assert asked(file) is None


def test_without_pages_the_api_answers(file):
    """Nothing is served beside it, or it was never told of a place."""
    file.unlink()
    assert asked(file) is None
    assert asked(None) is None
