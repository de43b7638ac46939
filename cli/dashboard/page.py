"""The page: everything in one file, nothing fetched, readable in light and dark and without a mouse."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from cli.dashboard.axes import plane_for
from cli.dashboard.chunk_figures import by_family_and_chunk, learning
from cli.dashboard.decisions_table import decisions_table
from cli.dashboard.emission_figures import answering, by_stage, over_time
from cli.dashboard.figure import Figure
from cli.dashboard.headline import tiles
from cli.dashboard.history import Event, history
from cli.dashboard.inputs import Inputs
from cli.dashboard.markup import element, items, words
from cli.dashboard.method import grid, methods, sci_sentence
from cli.dashboard.production_figure import production
from cli.dashboard.segment_figure import by_segment
from cli.dashboard.totals import periods
from cli.dashboard.units import UNAVAILABLE, moment
from cli.dashboard.value_figures import value_against_grams

STYLE = Path(__file__).with_name("page.css")
HEAD = (
    '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
    '<meta name="color-scheme" content="light dark">'
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
)


def page(inputs: Inputs, made_at: datetime) -> str:
    """The whole page as text."""
    events = history(inputs)
    currency = inputs.dataset.get("currency", "Money")
    head = element(
        "head", HEAD, element("title", words("GreenFraud dashboard")), element("style", STYLE.read_text(encoding="utf-8"))
    )
    main = element(
        "main",
        _missing(inputs.missing),
        element("dl", *(tile.html() for tile in tiles(inputs.emissions, events, currency)), class_="tiles"),
        element("p", words(sci_sentence(inputs.emissions)), id="sci"),
        *_sections(inputs, events, currency),
    )
    body = element("body", _header(inputs), main, _footer(inputs, made_at))
    return f"<!doctype html>\n{element('html', head, body, lang='en')}\n"


def _sections(inputs: Inputs, events: Sequence[Event], currency: str) -> list[str]:
    emitted = inputs.emissions
    plane = plane_for(max(len(events), len(periods(emitted))))
    return [
        _section(
            "What serves, and what it emits",
            [production(events, plane), answering(emitted), by_stage(emitted), over_time(emitted, plane)],
        ),
        _section("Chunk by chunk", [by_family_and_chunk(emitted), learning(inputs.runs)]),
        _section("Value against grams", value_against_grams(events, currency)),
        _section("For whom it works", [by_segment(events, currency)]),
        element("section", element("h2", words("Executions and decisions")), decisions_table(events)),
    ]


def _section(title: str, figures: Sequence[Figure]) -> str:
    plots = element("div", *(figure.html() for figure in figures), class_="plots")
    return element("section", element("h2", words(title)), plots)


def _header(inputs: Inputs) -> str:
    known = inputs.dataset
    about = UNAVAILABLE
    if known:
        about = (
            f"{known.get('rows', 0):,} transactions from {known.get('first_day')} to {str(known.get('newest_occurred_at'))[:10]}"
        )
    return element(
        "header", element("h1", words("GreenFraud")), element("p", words(f"Emissions, value and decisions. Data set: {about}."))
    )


def _missing(notes: Sequence[str]) -> str:
    if not notes:
        return ""
    return element("section", element("h2", words("Unavailable")), items(notes), class_="missing", role="note")


def _footer(inputs: Inputs, made_at: datetime) -> str:
    jobs = [record for record in inputs.emissions if record.functional_unit == "job"]
    method = f"Jobs: method {methods(jobs)}; {grid(jobs)}." if jobs else ""
    return element(
        "footer", element("p", words(method)), element("p", words(f"Made {moment(made_at)} UTC from {'; '.join(inputs.sources)}."))
    )
