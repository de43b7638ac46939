"""The report of one execution as a page: one file that fetches nothing and runs nothing, pictures first, tables below."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from reporting.execution.attempts import attempt
from reporting.execution.calibration_figure import calibration_figure
from reporting.execution.change_figures import change_figures, examples
from reporting.execution.decision_section import ledger, measures, reasons, segments
from reporting.execution.documents import Documents
from reporting.execution.drift_figures import drift_figures
from reporting.execution.emission_figures import emission_figures
from reporting.execution.family_figures import family_figures
from reporting.execution.figure import Figure
from reporting.execution.headline import tiles
from reporting.execution.learned import learned_now, span
from reporting.execution.ranking_figures import ranking_figures
from reporting.frame import framed, noted
from reporting.markup import element, words
from reporting.units import moment

NO_EXAMPLE = "None is told: no decision flips, or no model came before."
STYLE = Path(__file__).with_name("report.css")


def page(documents: Documents) -> str:
    """The whole page as text; the same documents give the same text."""
    main = element(
        "main",
        noted("Unavailable", documents.missing),
        attempt("In short", lambda: element("dl", *(tile.html() for tile in tiles(documents)), class_="tiles")),
        *(attempt(title, partial(_plots, of)) for title, of in _pictures(documents)),
        attempt("Why it was decided so", lambda: reasons(documents)),
        attempt("Some of the decisions that flip", lambda: examples(documents) or element("p", words(NO_EXAMPLE))),
        attempt("Every measure", lambda: measures(documents)),
        attempt("For whom it works: average precision by segment", lambda: segments(documents)),
        attempt("Cards and validation reports", lambda: _beside(documents)),
        attempt("The ledger's newest entries", lambda: ledger(documents.ledger)),
    )
    return framed(f"GreenFraud: execution {documents.execution}", _header(documents), main, _footer(documents), styles=[STYLE])


def _pictures(documents: Documents) -> list[tuple[str, Callable[[], Sequence[Figure]]]]:
    return [
        ("What each family costs", lambda: family_figures(documents)),
        ("How well they rank, and what their probabilities are worth", lambda: _quality(documents)),
        ("What changes", lambda: change_figures(documents)),
        ("Drift", lambda: drift_figures(documents)),
        ("Emissions", lambda: emission_figures(documents)),
    ]


def _quality(documents: Documents) -> list[Figure]:
    return [*ranking_figures(documents), calibration_figure(documents)]


def _plots(make: Callable[[], Sequence[Figure]]) -> str:
    return element("div", *(figure.html() for figure in make()), class_="plots")


def _beside(documents: Documents) -> str:
    """Links to the pages that lie beside this one."""
    families = [str(one.body["family"]) for one in documents.models if one.is_challenger]
    links = [
        element("a", words(f"{family}: {title}"), href=f"{family}-{name}.html")
        for family in families
        for name, title in (("card", "model card"), ("validation", "validation report"))
    ]
    return element("ul", *(element("li", link) for link in links)) if links else element("p", words("There is no new model."))


def _header(documents: Documents) -> str:
    learned = sorted(learned_now(one for results in documents.trainings.values() for one in results))
    about = ""
    if learned:
        about = (
            f"{len(learned)} chunks learned, {learned[0]} to {learned[-1]}. "
            if len(learned) > 1
            else f"Chunk {learned[0]} learned. "
        )
    judged = f"Judged on {span(documents.judged_on or ['nothing'])}."
    return element("header", element("h1", words(f"Execution {documents.execution}")), element("p", words(f"{about}{judged}")))


def _footer(documents: Documents) -> str:
    at = documents.report.get("reported_at")
    made = moment(datetime.fromtimestamp(at, UTC)) if at else "at an unknown time"
    text = f"Made {made} UTC by the job report, of what the execution's jobs stored. No customer, terminal or payment is named."
    return element("footer", element("p", words(text)))
