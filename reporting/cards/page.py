"""Cards and validation reports as pages: how many questions are answered, then the answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from greenfraud.page_keys import REPORT_PAGE
from reporting.cards.answer import LABELS, Question, answered, html
from reporting.cards.model_card import card_chapters
from reporting.cards.subject import Subject
from reporting.cards.validation import validation_chapters
from reporting.execution.attempts import attempt
from reporting.execution.calibration_figure import calibration_figure
from reporting.execution.change_figures import change_figures
from reporting.execution.page import STYLE as REPORT_STYLE
from reporting.execution.ranking_figures import ranking_figures
from reporting.frame import framed, noted, section
from reporting.markup import element, words
from reporting.units import moment

STYLE = Path(__file__).with_name("cards.css")
Chapters = Sequence[tuple[str, Sequence[Question]]]


def card_page(of: Subject) -> str:
    """The model card: pictures first."""
    return _page("Model card", of, card_chapters(of), attempt("In pictures", lambda: _pictures(of)))


def validation_page(of: Subject) -> str:
    """The validation report."""
    return _page("Validation report", of, validation_chapters(of))


def _page(title: str, of: Subject, chapters: Chapters, first: str = "") -> str:
    found = [(name, [(question, answered(question)) for question in questions]) for name, questions in chapters]
    counts: Counter[str] = Counter(answer.kind for _, answers in found for _, answer in answers)
    told = "; ".join(f"{counts[kind]} {label}" for kind, label in LABELS.items() if counts[kind])
    main = element(
        "main",
        noted("Unavailable", of.documents.missing),
        element("p", words(f"{sum(counts.values())} questions: {told}."), class_="counts"),
        first,
        *(section(name, *(html(question, answer) for question, answer in answers)) for name, answers in found),
    )
    return framed(f"GreenFraud: {title} of {of.model.name}", _header(title, of), main, _footer(of), styles=[REPORT_STYLE, STYLE])


def _pictures(of: Subject) -> str:
    figures = [*ranking_figures(of.documents)[:1], calibration_figure(of.documents), *change_figures(of.documents)[:1]]
    return element("div", *(figure.html() for figure in figures), class_="plots")


def _header(title: str, of: Subject) -> str:
    about = f"The gate of execution {of.documents.execution} said of {of.model.name}: {of.verdict}."
    return element("header", element("h1", words(title)), element("p", words(about)))


def _footer(of: Subject) -> str:
    at = of.documents.report.get("reported_at")
    made = moment(datetime.fromtimestamp(at, UTC)) if at else "at an unknown time"
    text = f"Made {made} UTC by the job report, of what the execution's jobs stored. No customer, terminal or payment is named."
    back = element("p", element("a", words("The report of the execution"), href=REPORT_PAGE))
    return element("footer", back, element("p", words(text)))
