"""Which route a path takes."""

from __future__ import annotations

import pytest

from local.http.api import match_path, precedence


@pytest.mark.parametrize(
    ("pattern", "path", "parameters"),
    [
        ("/v1/score", "/v1/score", {}),
        ("/v1/score", "/v1/score/batch", None),
        ("/v1/score", "/v1/score/", None),
        ("/v1/score", "//v1/score", None),
        ("/v1/{proxy+}", "/v1/", None),
        ("/v1/{id}/notes", "/v1/a b/notes", {"id": "a b"}),
        ("/v1/{id}/notes", "/v1//notes", None),
        ("/v1/{id}/notes", "/v1/a/b/notes", None),
        ("/v1/{id}", "/v1/a/", None),
        ("/v1/{proxy+}", "/v1/1/x /2", {"proxy": "1/x /2"}),
    ],
)
def test_a_pattern_matches_whole_paths(pattern, path, parameters):
    """Greedy parameters need at least one segment."""
    assert parameters == match_path(pattern, path)


def test_the_most_specific_route_wins():
    """Exact before one parameter before greedy before default, and a method before ANY."""
    ordered = [
        "GET /v1/score",
        "ANY /v1/score",
        "GET /v1/{id}/notes",
        "ANY /v1/{id}",
        "GET /v1/{proxy+}",
        "ANY /v1/{proxy+}",
        "$default",
    ]
    assert ordered == sorted(set(ordered), key=precedence)
