"""Who a port of this machine answers."""

from __future__ import annotations

import pytest

from local.loopback import Door, HostNameError, host_name

DOOR = Door(allowed=("platform",))


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:4566", "[::1]:8000", "LocalHost:1", "platform:4566"])
def test_a_name_of_the_loopback_or_one_allowed_comes_in(host):
    """With any port, or none."""
    assert DOOR.refusal({"host": host}) is None


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:4566",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "127.0.0.2",
        "10.0.0.1:4566",
        "0.0.0.0",
        "localhost,evil.example",
        "evil@localhost",
        "localhost:x",
        "localhost:",
        "",
        "bucket.localhost",
        "platform.evil.example",
    ],
)
def test_any_other_name_is_refused_with_the_header_and_the_way_in(host):
    """DNS can make any name lead here; only its owner decides which page comes with it."""
    refusal = DOOR.refusal({"host": host})
    assert refusal is not None
    assert refusal.header == "Host"
    assert all(word in refusal.reason for word in (repr(host), "localhost, 127.0.0.1, [::1], platform", "--allow-host"))


def test_a_request_without_a_host_is_refused():
    """Only programs of another age leave it out."""
    assert "Host is missing" in DOOR.refusal({}).reason


def test_a_bucket_may_stand_before_localhost_where_there_are_buckets():
    """As SDKs write it when the endpoint is http://localhost:4566."""
    assert Door(buckets=True).refusal({"host": "assets.localhost:4566"}) is None
    assert Door(buckets=True).refusal({"host": "assets.localhost.evil.example"}) is not None
    assert Door(buckets=True).refusal({"host": "assets.localhost:4566", "origin": "http://assets.localhost:4566"}) is not None


@pytest.mark.parametrize("page", ["http://127.0.0.1:4566", "http://localhost:4566", "http://[::1]:4566", "http://platform:4566"])
def test_a_page_of_the_port_itself_comes_in(page):
    """By any of its names."""
    assert DOOR.refusal({"host": "127.0.0.1:4566", "origin": page, "sec-fetch-site": "cross-site"}) is None


@pytest.mark.parametrize(
    "page",
    [
        "http://127.0.0.1:8000",
        "http://localhost",
        "https://localhost:4566",
        "http://evil.example",
        "http://evil.example:4566",
        "null",
        "file://",
        "",
        "http://localhost:4566, http://evil.example",
        "http://localhost:4566.evil.example",
        "http://x.localhost:4566",
    ],
)
def test_a_page_of_another_address_is_refused(page):
    """Another port of this machine is another address; `null` is a page from a file or in a sandbox."""
    refusal = DOOR.refusal({"host": "127.0.0.1:4566", "origin": page})
    assert refusal is not None
    assert refusal.header == "Origin"
    assert repr(page) in refusal.reason


@pytest.mark.parametrize(("site", "comes_in"), [("none", True), ("same-origin", True), ("same-site", False), ("cross-site", False)])
def test_without_an_origin_the_browser_tells_by_another_header(site, comes_in):
    """An image, a link or a frame sends no origin."""
    assert comes_in == (DOOR.refusal({"host": "localhost:4566", "sec-fetch-site": site}) is None)


@pytest.mark.parametrize("text", ["http://platform", "platform:4566", "*", "", "a b", "[::1]"])
def test_what_is_allowed_must_be_a_name(text):
    """The message says which option."""
    with pytest.raises(HostNameError, match="--allow-host"):
        host_name(text)
