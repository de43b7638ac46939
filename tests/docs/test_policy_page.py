"""The page about the policy: its document can be applied, its conditions are understood, its thresholds are those that follow."""

from __future__ import annotations

import pytest
from pages import ROOT, Page

from cli.policy.thresholds import threshold_lines
from greenfraud.features.manifest import load_manifest
from greenfraud.instants import parse_rfc3339
from greenfraud.policy import DEFAULT_POLICY
from greenfraud.policy.document import read_document
from greenfraud.policy.grammar import Vocabulary, parse

PAGE = Page(ROOT / "docs/policy.md")
LISTS = {"regulars": "customer", "tested": "terminal"}
(DOCUMENT,) = (body for language, body in PAGE.blocks if language == "toml")
(CONDITIONS,) = (body for _, body in PAGE.blocks if body.startswith("amount > 100"))
(THRESHOLDS,) = (body for _, body in PAGE.blocks if body.startswith("the model asks"))


def test_the_document_on_the_page_can_be_applied():
    """Without a warning."""
    assert read_document(DOCUMENT, now_us=parse_rfc3339("2027-01-01T00:00:00Z")).faults == []


@pytest.mark.parametrize("line", CONDITIONS.splitlines())
def test_a_condition_on_the_page_is_understood(line: str):
    """Each alone."""
    assert len(parse(line, Vocabulary.of(load_manifest(), LISTS))) == 1


def test_the_thresholds_on_the_page_are_those_of_its_document():
    """As `check` and `show` print them."""
    policy = read_document(DOCUMENT, now_us=0).applicable()
    assert threshold_lines(policy, "EUR") == THRESHOLDS.splitlines()


def test_the_page_counts_the_defaults_parts():
    """Five rules, two guardrails, two thresholds."""
    names = [rule.name for rule in DEFAULT_POLICY.guardrails]
    assert (len(DEFAULT_POLICY.rules), names) == (5, ["card-testing", "many-customers"])
    assert DEFAULT_POLICY.money is None
