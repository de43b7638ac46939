"""Rolling back and looking: whoever signs is whom the ledger names, and a refusal tells what is missing."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest
from botocore.exceptions import NoCredentialsError
from rich.console import Console

from cli.api import call_api
from cli.changes import tell_change
from cli.errors import CommandError
from cli.models.asking import Care, ask
from cli.operations import health_of
from cli.screen import Screen
from cli.target import Target, find_target

PRODUCTION = {"family": "light", "version": "v1", "prefix": "models/light/v1/", "sha256": "0" * 64}
ADA = "arn:aws:sts::123456789012:assumed-role/operator/ada"
ROLLBACK = "POST/v1/production/rollback"


@pytest.fixture
def screen():
    """What is said, as text."""
    console = Console(record=True, width=200)
    return Screen(console)


def roll_back(target, screen, reason):
    """As the command does."""
    tell_change(ask(target, screen, "rollback", {}, Care(reason=reason)), screen)


@pytest.fixture
def known(api):
    """A target whose outputs and caller are known."""
    target = replace(api.target)
    target.outputs = {"ApiId": "a1b2c3d4e5"}
    caller = {"Account": "123456789012", "Arn": ADA}
    target._clients["sts"] = SimpleNamespace(get_caller_identity=lambda: caller)
    return target


def test_a_rollback_is_a_signed_request_that_names_no_actor(api, screen):
    """The API takes who it is from the signature; one answer tells what serves now."""
    api.answer = (200, {"revision": 3, "production": PRODUCTION})
    roll_back(api.target, screen, "precision fell")
    _, (path, headers, body) = api.requests
    assert (path, body["reason"], body["revision"]) == ("/v1/production/rollback", "precision fell", 3)
    assert body.keys() == {"reason", "revision", "request_id"}
    assert "/execute-api/aws4_request" in headers["Authorization"]
    assert "now serving light/v1, revision 3" in screen.console.export_text()


def test_a_rollback_to_the_rules_says_so(api, screen):
    """No model is named then."""
    api.answer = (200, {"revision": 2, "production": None})
    roll_back(api.target, screen, "precision fell")
    assert "now serving none: rules answer, revision 2" in screen.console.export_text()


def test_a_rollback_tells_what_answers_where_that_model_cannot(api, screen):
    """The control document names it."""
    api.answer = (200, {"revision": 4, "production": PRODUCTION, "fallback": PRODUCTION | {"version": "v0"}})
    roll_back(api.target, screen, "precision fell")
    assert "and if that cannot be loaded, light/v0" in screen.console.export_text()


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ((200, {"status": "ok"}), "ok"),
        ((200, {"status": "degraded"}), "degraded: GET /v1/model tells what answers, and why"),
        ((503, {"status": "unavailable"}), "unavailable: GET /health answered 503"),
    ],
)
def test_the_status_tells_whether_what_should_answer_does(api, answer, told):
    """The document alone would show a model that nobody is answered by."""
    api.answer = answer
    assert health_of(api.target).startswith(told)


def test_a_rollback_that_is_refused_ends_with_code_1(api, screen):
    """In the platform's own words."""
    detail = "nothing has been promoted that could be rolled back"
    refusal = (409, {"title": "Conflict", "detail": detail, "status": 409})
    api.answer = lambda _path, _headers, body: refusal if body else (200, {"revision": 0})
    with pytest.raises(CommandError, match=f"`rollback` was refused: .* 409: Conflict: {detail}") as caught:
        roll_back(api.target, screen, "precision fell")
    assert caught.value.exit_code == 1


def test_whoever_may_not_is_told_which_permission_is_missing(api, known, screen):
    """API Gateway says no more than Forbidden."""
    api.answer = lambda _path, _headers, body: (403, {"message": "Forbidden"}) if body else (200, {"revision": 0})
    needed = rf"{ADA} needs execute-api:Invoke on arn:aws:execute-api:eu-north-1:123456789012:a1b2c3d4e5/\$default/{ROLLBACK}$"
    with pytest.raises(CommandError, match=needed) as caught:
        roll_back(known, screen, "precision fell")
    assert caught.value.exit_code == 1


def test_a_query_is_no_part_of_a_permission(api, known):
    """Only method and path are."""
    api.answer = (403, {"message": "Forbidden"})
    with pytest.raises(CommandError, match=r"\$default/POST/v1/score$"):
        call_api(known, "POST", "/v1/score?reasons=true", {})


def test_a_refusal_of_a_function_is_told_in_its_own_words(api, known):
    """Its caller may invoke the API, so no permission is missing."""
    api.answer = (403, {"title": "Forbidden", "detail": "who asks is not known", "status": 403})
    with pytest.raises(CommandError, match=r"answered 403: Forbidden: who asks is not known$"):
        call_api(known, "POST", "/v1/production/rollback", {})


def test_what_cannot_be_found_out_is_left_to_be_filled_in(api, known):
    """Credentials that only sign, and no right to read the stacks."""

    def refuse():
        raise NoCredentialsError

    api.answer = (403, {"message": "Forbidden"})
    known._clients["sts"] = SimpleNamespace(get_caller_identity=refuse)
    known.outputs = {"ApiId": "a1b2c3d4e5"}
    with pytest.raises(CommandError, match=r"whoever signed needs execute-api:Invoke on .*:ACCOUNT:a1b2c3d4e5/"):
        call_api(known, "POST", "/v1/production/rollback", {})


@pytest.mark.parametrize("aws", [True, False])
def test_the_api_may_be_reached_under_an_address_of_ones_own(monkeypatch, aws):
    """A proxy, or a domain that leads to it."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("GREENFRAUD_API_URL", "https://fraud.example/")
    target: Target = find_target(aws=aws)
    assert target.api == "https://fraud.example"
