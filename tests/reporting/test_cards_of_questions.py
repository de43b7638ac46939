"""Each question is answered by what it asks for, and told as measured only where a document of the run says it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from reporting.cards.annex_iv import annex_chapters
from reporting.cards.answer import Answer, Question, answered, html, run
from reporting.cards.model_card import card_chapters
from reporting.cards.subject import Subject
from reporting.cards.validation import validation_chapters
from tests.reporting.recorded import CHUNKS, documents
from tests.reporting.test_cards import subject


def questions(of: Subject) -> Iterator[Question]:
    """Of both pages."""
    for _, found in (*card_chapters(of), *validation_chapters(of)):
        yield from found


def measured(of: Subject) -> set[str]:
    """Every sentence that is told as the run's own."""
    return {text for one in questions(of) if (found := answered(one)).kind == "run" for text in found.texts}


def unknown() -> Subject:
    """A model of which no document tells anything, in another currency, judged by a gate of which no outcome is on record."""
    full = documents()
    bare = {name: {} for name in ("manifests", "curves", "trainings", "dataset", "report", "plan")}
    metrics = {name: {"value": None, "reason": "it was altered"} for name in full.models[0].body["metrics"]}
    candidates = [
        {**one, "metrics": metrics, "segments": {}, "sha256": None, "emissions_g_per_1000": None, "emissions_parts": None,
         "against_production": None, "against_rules": None, "version": "other", "name": f"{one['family']}/other"}
        for one in full.evaluation["candidates"]
    ]  # fmt: skip
    evaluation = {"holdout": {"chunk": "20260401-20260408"}, "candidates": candidates, "segments": [], "currency": "JPY"}
    evaluation["baseline_rules"] = {**full.evaluation["baseline_rules"], "metrics": metrics}
    found = replace(full, **bare, evaluation=evaluation, decision={}, weeks=(), ledger=(), emissions=())
    return next(one for one in Subject.all_of(found) if one.family == "light")


def test_no_sentence_is_told_as_measured_that_no_document_could_change():
    """Whatever is true of every model is told as the platform's."""
    assert measured(unknown())
    assert measured(subject()) & measured(unknown()) == set()


def test_what_is_always_true_stands_beside_figures_under_its_own_word():
    """And counts as no answer of its own."""
    text = html(Question("Which?", "somewhere", lambda: run("Seven.")), run("Seven.", always=["Always.", "Ever."]))
    assert re.findall(r'class="kind ([\w ]+)"', text) == ["run", "platform beside"]
    assert text.index("Seven.") < text.index("of this platform") < text.index("Always.")
    assert "beside" not in html(Question("Which?", "somewhere", lambda: run("Seven.")), run("Seven."))


def test_every_letter_of_annex_iv_has_a_question_of_its_own():
    """1(a) asks for purpose, provider and version; a photograph of software is a person's to say."""
    chapters = dict(annex_chapters(subject()))
    general = next(found for name, found in chapters.items() if "1: general" in name)
    asked = {one.where: [] for one in general}
    for one in general:
        asked[one.where].append(answered(one).kind)
    assert [kind for where, kinds in asked.items() if where.endswith("1(a)") for kind in kinds] == ["platform", "person", "run"]
    assert all(any(where.endswith(f"1({letter})") for where in asked) for letter in "abcdefgh")


def answer_to(point: str, words: str, of: Subject) -> Answer:
    """The answer to one of the annex's questions."""
    (found,) = [one for _, asked in annex_chapters(of) for one in asked if point in one.where and words in one.asked]
    return answered(found)


def text_of(answer: Answer) -> str:
    """All that it says."""
    return " ".join((*answer.texts, *answer.always))


def test_the_purpose_is_answered_by_what_it_is_for():
    """And by what it is not for."""
    assert "not for credit" in text_of(answer_to("1(a)", "what not", subject()))


def test_architecture_is_answered_by_components_and_resources():
    """Of every job that made and judged this model; another family's trainings are not its."""
    answer = answer_to("2(c)", "architecture", subject())
    assert answer.table is not None
    assert [row[0] for row in answer.table.rows] == ["features", "train heavy", "evaluate"]
    assert [row[0] for row in answer_to("2(c)", "architecture", subject("light")).table.rows] == ["features", "evaluate"]
    assert "scoring function" in text_of(answer)
    assert answer_to("2(c)", "architecture", subject(emissions=())).kind == "unavailable"


def test_labelling_is_answered_by_how_labels_come():
    """Not by how many there were."""
    told = text_of(answer_to("2(d)", "labelled", subject()))
    assert "within 7 days" in told
    assert "newest" in told


def test_changes_through_the_lifecycle_are_those_of_the_model():
    """Its parent, what it learned since, and what the ledger says; not the decisions that flip against another model."""
    told = text_of(answer_to("6", "lifecycle", subject()))
    assert f"This execution taught it {CHUNKS[0]} and {CHUNKS[1]}" in told
    assert "Revision 4" in told
    assert "CHANGELOG.md" in told
    assert "beginning with nothing" in told
    later = subject(trainings={"heavy": documents().trainings["heavy"][1:]})
    assert f"{CHUNKS[1]}, beginning with {CHUNKS[0]}-01234567" in text_of(answer_to("6", "lifecycle", later))
    assert answer_to("6", "lifecycle", subject(manifests={})).kind == "unavailable"
