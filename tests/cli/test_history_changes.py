"""The history says in one line what a promotion changed, or why that is unavailable."""

from __future__ import annotations

import json

import pytest

from cli.models import history
from greenfraud.control import ControlDocument, ModelRef
from greenfraud.items.changes import short_form
from greenfraud.items.ledger import Entry
from tests.told_changes import figures

V1, V2 = (ModelRef("light", version, f"models/light/{version}/", "a" * 64) for version in ("v1", "v2"))
SOURCE = {"key": "executions/0123456789ab/curves.json", "sha256": "0" * 64}
FLIPS = "alerts 12 raised (9 of them fraud), 4 dropped (1 of them fraud)"
RULES = figures("rules", score_shift={"reason": "no model answered until then"}, examples=[], groups=[])


def entry_of(verb="promote", **told):
    """As it is stored."""
    before, after = ControlDocument(revision=1, production=V1), ControlDocument(revision=2, production=V2)
    return json.loads(Entry.of(before, after, verb=verb, actor="ada", reasons=["better"], **told).text)


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        (
            short_form(figures(), SOURCE),
            f"against light/v1: {FLIPS}; log odds +0.02 (5 % -0.91, 95 % +0.80), 3.4% moved by 1 or more",
        ),
        (
            short_form(RULES, SOURCE),
            f"against rules: {FLIPS}; shift of scores unavailable: no model answered until then",
        ),
        ({"reason": "its figures are gone"}, "what it changed is unavailable: its figures are gone"),
    ],
)
def test_one_line_tells_what_a_promotion_changed(changes, line):
    """Between why and who proposed it."""
    assert [*history.lines_of(entry_of(changes=changes))][-1].strip() == line


@pytest.mark.parametrize("verb", ["promote", "rollback", "canary"])
def test_an_entry_that_tells_of_no_changes_has_no_line_of_them(verb):
    """An earlier release's lacks the field."""
    older = {name: value for name, value in entry_of(verb).items() if name != "changes"}
    assert [*history.lines_of(older)] == [*history.lines_of(entry_of(verb))]
    assert "chang" not in "".join(history.lines_of(older))
