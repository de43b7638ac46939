"""The model card and the validation report: every question is answered from the run, or said to be unavailable or a person's."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from reporting.cards.answer import LABELS, Question, answered, unavailable
from reporting.cards.page import card_page, validation_page
from reporting.cards.subject import Subject
from reporting.cards.validation import validation_chapters
from tests.reporting.recorded import EXECUTION, documents, version

GUIDANCE = (
    "conceptual soundness",
    "data",
    "ongoing monitoring",
    "outcomes analysis",
    "limits and assumptions",
    "effective challenge",
)
ANNEX_POINTS = {*(f"1({letter})" for letter in "abcdefgh"), *(f"2({letter})" for letter in "abcdefgh"), *"3456789"}

UNREAD = {
    "Which model is it?",
    "What is it sensitive to?",
    "What did it learn from?",
    "Which inputs does it read, and how are they defined?",
    "Does the code compute what was trained (process verification)?",
    "How do inputs move?",
    "How good were estimates before labels, and the weeks themselves?",
    "How often did persons override it?",
    "Where is its use on record?",
    "Which version is it, and how does it relate to earlier ones?",
    "Which versions of software does it need?",
    "On which hardware is it to run?",
    "Which data did it learn from?",
    "How are data labelled and cleaned?",
    "Which inputs does it expect?",
    "Which changes were made to it through its lifecycle?",
    "What would it change against what answered until then?",
    "How good were the weeks that it, or what came before, has decided?",
}


def subject(family: str = "heavy", **changes) -> Subject:
    """A model of the execution."""
    (found,) = [one for one in Subject.all_of(documents(**changes)) if one.family == family]
    return found


def kinds(text: str) -> Counter[str]:
    """How many answers of each kind stand on a page."""
    return Counter(re.findall(r'class="kind (\w+)"', text))


def test_every_challenger_has_both_pages_before_anybody_promotes_it():
    """A person may promote one that the gate did not choose."""
    assert [one.family for one in Subject.all_of(documents())] == ["baseline", "light", "heavy"]


@pytest.mark.parametrize(
    ("family", "outcome", "verdict"),
    [
        ("heavy", "promote", "to be promoted"),
        ("light", "promote", "good enough to be promoted, and another was chosen"),
        ("baseline", "promote", "rejected"),
        ("heavy", "shadow", "to be put in shadow"),
        ("light", "shadow", "promising, and another was chosen"),
        ("light", "reject", "rejected"),
    ],
)
def test_a_page_says_what_the_gate_found_of_its_own_model(family, outcome, verdict):
    """Of several in one execution each has earned an outcome of its own."""
    found = subject(family, outcome=outcome)
    assert found.verdict == verdict
    about = f"The gate of execution {EXECUTION} said of {found.model.name}: {verdict}."
    assert all(about in make(found) for make in (card_page, validation_page))


def test_a_page_gives_the_reasons_of_its_own_model_and_those_of_the_choice():
    """Not what was said of another one, nor a warning about its segments."""
    found = subject("light")
    warning = "warning, of 8 segments compared: {} is worse than production x/y in 'hour: night': average precision -0.01"
    warnings = {one: warning.format(f"{one}/{version(one)}") for one in ("light", "heavy")}
    lost = "production x/y cannot be served: manifest.json is not the one that was promoted"
    decision = found.documents.decision
    found = subject("light", decision={**decision, "reasons": [lost, *decision["reasons"], *warnings.values()]})
    told = [text.partition(" ")[0] for text in found.reasons]
    assert told == ["production", f"light/{version('light')}", f"heavy/{version('heavy')}", "warning,"]
    assert found.reasons[2].startswith(f"heavy/{version('heavy')} costs least of 2")
    assert warnings["light"] in found.reasons


@pytest.mark.parametrize(
    ("decision", "verdict"),
    [
        ({}, "unavailable"),
        ({"outcome": "promote", "family": "heavy", "version": version("heavy")}, "not chosen"),
        ({"outcome": "shadow", "family": "light", "version": version("light")}, "to be put in shadow"),
        ({"outcome": "reject", "family": None, "version": None}, "rejected"),
    ],
)
def test_a_decision_of_an_earlier_release_says_no_more_than_it_does(decision, verdict):
    """It has no outcomes of each challenger."""
    assert subject("light", decision=decision).verdict == verdict


def test_the_validation_report_asks_what_both_supervisors_ask():
    """All of SR 11-7's parts, and every point of Annex IV."""
    chapters = dict(validation_chapters(subject()))
    assert all(any(part in name for name in chapters) for part in GUIDANCE)
    asked = {point.strip() for questions in chapters.values() for one in questions for point in one.where.split(",")[1:]}
    assert asked >= ANNEX_POINTS


def test_the_count_on_top_is_that_of_the_answers():
    """And what no program can know is a person's: owner, provider, legal ground, signatures, groups of people."""
    text = validation_page(subject())
    told = kinds(text)
    assert sum(told.values()) == sum(len(questions) for _, questions in validation_chapters(subject()))
    assert told["person"] >= 10
    assert told["unavailable"] == 0
    assert f"{told['person']} {LABELS['person']}" in text


def test_figures_of_the_run_stand_in_the_answers():
    """The measures, the holdout, what was learned, the ledger's entry, the gate's reasons."""
    text = validation_page(subject())
    measured = subject().model.metric("average_precision").described()
    for told in (
        measured,
        "3,000 payments",
        "16,000",
        "Revision 4, 2026-01-30T06:00 UTC: promote by the pipeline",
        "policy strict-7",
        "costs least of 2",
    ):
        assert told in text
    assert "by hand: 1 (rollback in revision 2)" in text


def test_what_cannot_be_read_is_unavailable_and_nothing_is_made_up():
    """Without bundle, curves, weeks, ledger and trainings no figure of theirs is told."""
    found = subject(manifests={}, curves={}, weeks=(), ledger=(), trainings={}, dataset={})
    text = validation_page(found)
    told = {one.asked: answered(one) for _, questions in validation_chapters(found) for one in questions}
    assert {asked for asked, answer in told.items() if answer.kind == "unavailable"} == UNREAD
    assert not any("could not be read (" in answer.texts[0] for answer in told.values())  # none has failed
    assert "a number of days that could not be read" in text
    assert kinds(text)["person"] == kinds(validation_page(subject()))["person"]


def test_an_answer_that_fails_is_unavailable_with_the_class_of_the_fault(caplog):
    """Whatever the documents are like."""

    def fail() -> None:
        raise KeyError("C0815")

    assert answered(Question("Which?", "somewhere", fail)) == unavailable("the figures for it could not be read (KeyError)")
    assert "C0815" not in caplog.text


def test_the_same_documents_make_the_same_report_which_names_nobody():
    """Nor does it fetch anything."""
    text = validation_page(subject())
    assert validation_page(subject()) == text
    assert not re.search(r"<script|<img|https?://|C0815|123456789012", text)


def test_the_card_begins_with_pictures_of_its_model():
    """Also where the gate chose another."""
    text = card_page(subject("light"))
    assert text.index('role="img"') < text.index("What is it?")
    assert "light" in re.findall(r"<text[^>]*>([^<]+)</text>", text)
    assert "var(--light)" in text
    assert not re.search(r"<script|<img|https?://|C0815|123456789012", text)
