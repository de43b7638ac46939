"""Who is let in: the person's browser alone, and for a change a form of the console's own."""

from __future__ import annotations

import pytest
from console_world import PORT

from cli.console.session import Session

ORIGIN = f"http://127.0.0.1:{PORT}"
FORM = {"transaction_id": "T1", "do": "claim"}


def test_the_key_of_the_address_is_changed_for_a_cookie_and_leaves_the_address(platform):
    """Whoever looks over a shoulder, or at a history, sees no key."""
    browser = platform.new_browser()
    answer = browser.get(f"/policy?key={platform.session.key}")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/policy"
    told = answer.headers["set-cookie"].lower()
    assert "httponly" in told
    assert "samesite=strict" in told
    assert browser.get("/links").status_code == 200
    assert browser.get(f"/?key={platform.session.key}").headers["location"] == "/"  # who is in already loses it too


def test_the_key_opens_once_and_the_browser_that_it_let_in_may_load_its_address_again(platform):
    """Who finds it later, in a log or a list of processes, is told what to do and gets no cookie."""
    address, first, later = f"/policy?key={platform.session.key}", platform.new_browser(), platform.new_browser()
    assert later.head(address).status_code == 403  # a look ahead spends nothing
    assert first.get(address).status_code == 303
    refused = later.get(address)
    assert refused.status_code == 403
    assert "start `greenfraud console` again" in refused.text
    assert platform.session.key not in refused.text
    assert "set-cookie" not in refused.headers
    assert first.get(address).headers["location"] == "/policy"
    assert first.get("/links").status_code == 200


def test_from_a_file_the_key_leads_on_by_a_page_of_the_consoles_own(platform):
    """A browser sends the cookie with no redirect that another site began."""
    answer = platform.new_browser().get(f'/"x?key={platform.session.key}', headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 200
    assert 'content="0; url=/%22x"' in answer.text
    assert platform.session.cookie in answer.headers["set-cookie"]


def test_a_path_that_looks_like_another_machine_leads_nowhere_else(platform):
    """The way from the key to the page stays on this machine."""
    for path in ("//evil.example/", "/\\evil.example/"):
        platform.session = Session(PORT)
        answer = platform.new_browser().get(f"{ORIGIN}{path}", params={"key": platform.session.key})
        assert answer.headers["location"] in {"/evil.example/", "/%5Cevil.example/"}


@pytest.mark.parametrize("path", ["/", "/?key=wrong", "/?key=", "/links", "/console.css", "/report", "/nothing"])
def test_nothing_is_told_without_key_or_cookie(platform, path):
    """Other people on the machine can reach the port, and see nothing."""
    answer = platform.new_browser().get(path)
    assert answer.status_code == 403
    assert "open the console by the address" in answer.text
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8090", "127.0.0.1", "127.0.0.1:8091", "localhost.evil.example:8090"]
)
def test_another_host_name_is_refused_even_with_the_cookie(platform, host):
    """A page whose name was made to lead here gets no answer."""
    answer = platform.browser.get("/links", headers={"host": host})
    assert answer.status_code == 403
    assert "call the console 127.0.0.1" in answer.text


def test_the_console_answers_as_localhost_too(platform):
    """Both names of the loopback are ours."""
    cookie = {"cookie": f"{platform.session.cookie_name}={platform.session.cookie}", "host": f"localhost:{PORT}"}
    assert platform.new_browser().get("/links", headers=cookie).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "null"},
        {"origin": "http://evil.example"},
        {"origin": f"http://localhost:{PORT}"},
        {"origin": "http://127.0.0.1:5000"},
        {"origin": ORIGIN, "sec-fetch-site": "same-site"},
        {"origin": ORIGIN, "sec-fetch-site": "cross-site"},
    ],
)
def test_a_change_that_another_page_asks_for_is_refused_even_with_cookie_and_token(platform, headers):
    """The page on the next port is another page."""
    platform.decide()
    answer = platform.browser.post("/reviews", data={"token": platform.session.token, **FORM}, headers=headers)
    assert answer.status_code == 403
    assert ("POST", "/v1/reviews") not in platform.api.asked


@pytest.mark.parametrize("token", [None, "", "wrong", "é"])
def test_a_form_without_the_token_changes_nothing(platform, token):
    """The token stands in forms of this start alone."""
    platform.decide()
    sent = FORM if token is None else {"token": token, **FORM}
    answer = platform.browser.post("/reviews", data=sent, headers={"origin": ORIGIN})
    assert answer.status_code == 403
    assert ("POST", "/v1/reviews") not in platform.api.asked


def test_what_is_no_form_or_too_long_is_refused_without_being_quoted(platform):
    """A body is never repeated."""
    post, origin = platform.browser.post, {"origin": ORIGIN}
    assert post("/score", json={"token": platform.session.token}, headers=origin).status_code == 415
    form = {**origin, "content-type": "application/x-www-form-urlencoded"}
    assert post("/score", content=b"secret", headers=form).text == "the form cannot be read\n"
    assert post("/score", content=b"a=" + b"x" * 70_000, headers=form).status_code == 413
    assert post("/score", content="&".join(f"a{n}=1" for n in range(40)), headers=form).status_code == 400


def test_no_other_method_is_answered(platform):
    """Nothing is deleted or put by a page."""
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS"):
        assert platform.browser.request(method, "/links").status_code == 405


def test_every_answer_says_what_a_browser_may_do_with_it(platform):
    """No script, no frame, no copy, no word to other sites; also where something is refused."""
    platform.browser.get("/links")
    for answer in (platform.browser.get("/links"), platform.browser.get("/nothing"), platform.new_browser().get("/")):
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'self'; form-action 'self'")
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_secrets_are_not_printed_with_the_session(platform):
    """A traceback that shows it tells no key."""
    session = platform.session
    assert not any(secret in repr(session) for secret in (session.key, session.cookie, session.token))
    assert len({session.key, session.cookie, session.token}) == 3
