"""A platform that was deployed before a column was declared would drop it without a word: an import refuses."""

from __future__ import annotations

from typing import Any

import pytest

from cli.data import deployed_columns
from cli.data.deployed_columns import require_columns
from cli.errors import CommandError, InputError
from cli.target import Target
from greenfraud.features.manifest import Manifest
from tests.extra_columns import declared  # noqa: F401

HERE = {"distance_km": "number", "channel": "category"}


def required(
    monkeypatch: pytest.MonkeyPatch, answer: dict[str, Any] | CommandError, endpoint: str | None = "http://here"
) -> list[str]:
    """What is noted where the platform answers so."""

    def call(*_: object) -> dict[str, Any]:
        if isinstance(answer, CommandError):
            raise answer
        return answer

    noted: list[str] = []
    monkeypatch.setattr(deployed_columns, "call_api", call)
    require_columns(Target(endpoint), noted.append)
    return noted


def test_the_same_columns_are_taken(declared: Manifest, monkeypatch: pytest.MonkeyPatch):  # noqa: F811
    """And a release that does not tell its columns, too."""
    assert required(monkeypatch, {"columns": HERE}) == []
    assert required(monkeypatch, {}) == []


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"channel": "category"}, "the platform was deployed before distance_km was declared"),
        ({**HERE, "device": "entity"}, "takes device, which feature_repo/columns.toml here does not declare"),
        ({**HERE, "channel": "entity"}, "takes channel as another kind"),
    ],
)
def test_other_columns_are_refused_with_what_to_deploy(
    declared: Manifest,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    columns: dict[str, str],
    said: str,
):
    """By name."""
    with pytest.raises(InputError, match=f"nothing was imported: .*{said}.*make run"):
        required(monkeypatch, {"columns": columns})
    with pytest.raises(InputError, match="make deploy"):
        required(monkeypatch, {"columns": columns}, endpoint=None)


def test_a_platform_that_cannot_be_asked_is_told_where_there_are_columns(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
):
    """Who may import need not be allowed to ask."""
    assert required(monkeypatch, CommandError("no right")) == []
    request.getfixturevalue("declared")
    (noted,) = required(monkeypatch, CommandError("no right"))
    assert noted == "whether the platform takes distance_km, channel could not be asked: no right"
