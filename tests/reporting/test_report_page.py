"""The report of an execution: what stands on it, and what it says where there is nothing."""

from __future__ import annotations

import doctest
import importlib
import json
import re
from dataclasses import replace

import pytest

from reporting.execution.page import page
from tests.reporting.recorded import EXECUTION, documents

PICTURES = {
    "money-against-grams",
    "money-against-time",
    "precision-recall",
    "card-precision",
    "calibration",
    "score-shift",
    "flipped",
    "groups",
    "weeks",
    "inputs",
    "chunks",
    "execution-emissions",
    "score-emissions",
}


def pictured(text: str) -> set[str]:
    """Which figures have a picture."""
    return set(re.findall(r'role="img" aria-labelledby="([\w-]+)-title"', text))


@pytest.fixture(scope="module")
def text() -> str:
    """The page of an execution that promoted heavy over a production."""
    return page(documents())


def test_every_figure_is_a_picture_with_its_table_below(text):
    """Pictures first: tables of them are folded, those of reasons and measures come after the last picture."""
    assert pictured(text) == PICTURES
    assert text.count("<details>") == len(PICTURES)
    assert text.rindex('role="img"') < text.index("Why it was decided so") < text.index("Every measure")


def test_measures_of_ranking_come_first(text):
    """Then those of probabilities; money is told per 1,000 decisions."""
    table = text[text.index("Every measure") :]
    rows = re.findall(r"<tr><td>([^<]+)</td>", table)
    assert rows[:2] == ["average precision", "auc roc"]
    assert "EUR per 1,000 decisions" in rows
    assert "expected cost minor" not in rows


def test_the_same_documents_make_the_same_page(text):
    """Nothing on it is a date of its making or a chance."""
    assert page(documents()) == text


def test_the_order_of_a_documents_keys_changes_nothing(text):
    """What is stored as JSON comes back with its keys sorted as texts: 100 before 25."""
    found = documents()
    kept = {name: json.loads(json.dumps(getattr(found, name), sort_keys=True)) for name in ("curves", "evaluation", "decision")}
    assert next(iter(kept["curves"]["best_card_precision"])) == "100"
    assert page(documents(**kept)) == text


def test_nothing_is_fetched_and_nothing_runs(text):
    """It is one file, to be sent on; what the gate says is no markup."""
    assert "default-src 'none'; style-src 'unsafe-inline'" in text
    assert not re.search(r"<script|<img|https?://|@import|url\((?!#)", text)
    said = documents(decision={"outcome": "reject", "reasons": ["production <gone> cannot be served"]})
    assert "production &lt;gone&gt; cannot be served" in page(said)


def test_pictures_take_their_colours_from_the_page(text):
    """So that they are drawn once for light and dark."""
    pictures = "".join(re.findall(r"<svg.*?</svg>", text, re.DOTALL))
    assert "var(--production)" in pictures
    assert not re.search(r"#[0-9a-f]{6}[;\"]", pictures)


def test_the_ledger_tells_of_models_and_neither_a_persons_words_nor_an_account(text):
    """A reason that somebody typed may name a customer, and so may an entry about the policy."""
    assert "C0815" not in text
    assert "123456789012" not in text
    assert ">ada<" in text
    assert ">the pipeline<" in text


def test_flipped_decisions_are_shown_without_naming_one(text):
    """By the order of the amount, the label, and both probabilities."""
    assert "EUR or more, below ten times that" in text
    assert "alert only by the new one" in text


def test_without_a_model_before_the_rules_are_the_rival():
    """Scores of rules are no probabilities, so nothing shifts; decisions flip all the same."""
    text = page(documents(has_production=False))
    assert pictured(text) == PICTURES - {"score-shift", "groups"}
    assert "unavailable: no model answered until then" in text


def test_an_execution_of_which_little_is_known_has_a_page_that_says_what_is_missing():
    """Each figure gives its own reason."""
    bare = documents(curves={}, trainings={}, manifests={}, emissions=(), weeks=(), ledger=(), missing=["the ledger: <gone>"])
    text = page(bare)
    assert pictured(text) == {"money-against-grams", "money-against-time", "card-precision", "score-emissions"}
    assert "<li>the ledger: &lt;gone&gt;</li>" in text
    assert "unavailable: the evaluation of this execution tells of no changes" in text
    assert "unavailable: no job of it has left a record" in text


def test_a_part_that_cannot_be_made_leaves_the_others_standing(caplog):
    """The log names it, and the class of the fault, never a value."""
    broken = documents(weeks=[{"chunk": "C0815"}])
    text = page(broken)
    assert "this part could not be made (KeyError)" in text
    assert pictured(text) == PICTURES - {"weeks", "inputs", "chunks"}
    assert "Drift cannot be shown: KeyError" in caplog.text
    assert "C0815" not in caplog.text


def test_an_evaluation_without_a_candidate_still_has_a_page():
    """Nobody was judged, for the gate's reason."""
    empty = documents(outcome="reject", curves={"candidates": {}})
    text = page(replace(empty, evaluation={"holdout": {}, "candidates": [], "segments": []}))
    assert "nobody was promoted" in text
    assert f"Execution {EXECUTION}" in text
    assert "this part could not be made" not in text


@pytest.mark.parametrize(
    "name", ["picture", "shares", "measure", "markup", "units", "execution.ledger_entries", "execution.learned"]
)
def test_the_examples_in_docstrings_hold(name):
    """Each formula shows one."""
    found = doctest.testmod(importlib.import_module(f"reporting.{name}"))
    assert (found.failed, found.attempted > 0) == (0, True)


def test_a_holdout_without_frauds_has_a_page_all_the_same():
    """Curves need frauds, and so does calibration; nobody is ranked, so nobody is shown against production."""
    bare = documents(share=0.0, outcome="reject")
    json.dumps(bare.curves, allow_nan=False)
    text = page(bare)
    assert pictured(text) == PICTURES - {"precision-recall", "calibration", "score-shift", "flipped", "groups"}
    assert "unavailable: no challenger could be ranked" in text
    assert "unavailable (the holdout has no frauds)" in text
    assert "this part could not be made" not in text
