"""The model card and the validation report: every question is answered from the run, or said to be unavailable or a person's."""

from __future__ import annotations

import re
from collections import Counter

from reporting.cards.answer import LABELS, Question, answered, unavailable
from reporting.cards.page import card_page, validation_page
from reporting.cards.subject import Subject
from reporting.cards.validation import validation_chapters
from tests.reporting.recorded import documents, version

GUIDANCE = (
    "conceptual soundness",
    "data",
    "ongoing monitoring",
    "outcomes analysis",
    "limits and assumptions",
    "effective challenge",
)
ANNEX_POINTS = {*(f"1({letter})" for letter in "abch"), *(f"2({letter})" for letter in "abcdefgh"), *"3456789"}


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
    assert "heavy/" + version("heavy") + ", promoted by the gate" in validation_page(subject())
    assert "not chosen by the gate" in validation_page(subject("light"))
    assert "rejected by the gate" in validation_page(subject("light", outcome="reject"))


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
        "Revision 3, 2026-01-30T06:00 UTC: promote.",
        "version 2026-11-01",
        "of three",
    ):
        assert told in text
    assert "made by hand, of the newest 2: 1; rollback in revision 1" in text


def test_what_cannot_be_read_is_unavailable_and_nothing_is_made_up():
    """Without bundle, curves, weeks, ledger and trainings no figure of theirs is told."""
    bare = {"manifests": {}, "curves": {}, "weeks": (), "ledger": (), "trainings": {}, "dataset": {}}
    text = validation_page(subject(**bare))
    assert kinds(text)["unavailable"] >= 10
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
