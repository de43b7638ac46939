"""One question of a validation with its answer: from the run's own figures, unavailable for a reason, or a person's to give."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from greenfraud.faults import told
from reporting.markup import element, items, words
from reporting.table import Table

Kind = Literal["run", "platform", "unavailable", "person"]
LABELS = {
    "run": "from this run",
    "platform": "of this platform",
    "unavailable": "unavailable",
    "person": "a person must answer this",
}
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Answer:
    """What is known: sentences, perhaps a table. `kind` says where it comes from.

    `always` are sentences beside figures of the run that are true of every model of this release: nothing in the run measured them.
    """

    kind: Kind
    texts: Sequence[str]
    table: Table | None = None
    always: Sequence[str] = ()


@dataclass(frozen=True)
class Question:
    """What is asked, where that stands, and what finds the answer."""

    asked: str
    where: str
    find: Callable[[], Answer]


def run(*texts: str, table: Table | None = None, always: Sequence[str] = ()) -> Answer:
    """An answer of figures that this execution measured or recorded; beside them what is `always` true."""
    return Answer("run", texts, table, always)


def platform(*texts: str) -> Answer:
    """An answer that is true of every model that this release of the platform makes."""
    return Answer("platform", texts)


def unavailable(reason: str, always: Sequence[str] = ()) -> Answer:
    """No answer, for a reason; beside it what is `always` true."""
    return Answer("unavailable", [reason], always=always)


def person(*texts: str) -> Answer:
    """No answer that a program could give; `texts` say what the person has to look at."""
    return Answer("person", texts)


def answered(question: Question) -> Answer:
    """Find the answer; a fault makes it unavailable, and is logged."""
    try:
        return question.find()
    except Exception as error:
        log.warning("report: %r cannot be answered: %s", question.asked, told(error))
        return unavailable(f"the figures for it could not be read ({type(error).__name__})")


def html(question: Question, answer: Answer) -> str:
    """The question as a heading, where it is asked, and the answer under the word for its kind; what is always true below it."""
    heading = element("h3", words(question.asked))
    about = element(
        "p", element("span", words(LABELS[answer.kind]), class_=f"kind {answer.kind}"), words(f" {question.where}"), class_="about"
    )
    table = answer.table.html() if answer.table and answer.table.rows else ""
    return element("article", heading, about, _told(answer.texts), table, _beside(answer.always))


def _told(texts: Sequence[str]) -> str:
    return items(texts) if len(texts) > 1 else element("p", words("".join(texts)))


def _beside(texts: Sequence[str]) -> str:
    if not texts:
        return ""
    label = element("p", element("span", words(LABELS["platform"]), class_="kind platform beside"), class_="about")
    return label + _told(texts)
