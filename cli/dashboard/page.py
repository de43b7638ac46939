"""The page: everything in one file, nothing fetched, readable in light and dark and without a mouse."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path

import altair as alt
import vl_convert

from cli.dashboard.chunk_figures import by_family_and_chunk, learning
from cli.dashboard.decisions_table import decisions_table
from cli.dashboard.emission_figures import answering, by_stage, over_time
from cli.dashboard.figure import Figure
from cli.dashboard.headline import tiles
from cli.dashboard.history import Event, history
from cli.dashboard.inputs import Inputs
from cli.dashboard.method import grid, methods, sci_sentence
from cli.dashboard.production_figure import production
from cli.dashboard.quarantine_table import quarantine_table
from cli.dashboard.segment_figure import by_segment
from cli.dashboard.value_figures import value_against_grams
from cli.dashboard.week_figure import before_labels
from reporting.frame import framed, noted, section
from reporting.markup import element, words
from reporting.units import UNAVAILABLE, moment

SCRIPT = Path(__file__).with_name("page.js")


def page(inputs: Inputs, made_at: datetime) -> str:
    """The whole page as text."""
    events = history(inputs)
    currency = inputs.dataset.get("currency", "Money")
    main = element(
        "main",
        noted("Unavailable", inputs.missing),
        element("dl", *(tile.html() for tile in tiles(inputs.emissions, events, currency)), class_="tiles"),
        element("p", words(sci_sentence(inputs.emissions)), id="sci"),
        *_sections(inputs, events, currency),
    )
    return framed("GreenFraud dashboard", _header(inputs), main, _footer(inputs, made_at), script=_script())


@cache
def _script() -> str:
    """Vega, Vega-Lite and their embedder, of altair's version, as vl-convert carries them, with our lines; takes seconds."""
    version = alt.SCHEMA_VERSION.removeprefix("v").rpartition(".")[0]
    return vl_convert.javascript_bundle(SCRIPT.read_text(encoding="utf-8"), vl_version=version)


def _sections(inputs: Inputs, events: Sequence[Event], currency: str) -> list[str]:
    emitted = inputs.emissions
    return [
        _plots(
            "What serves, and what it emits",
            [production(events), answering(emitted), by_stage(emitted), over_time(emitted)],
        ),
        _plots("Chunk by chunk", [by_family_and_chunk(emitted), learning(inputs.runs)]),
        _plots("Week by week", [before_labels(inputs.weeks)]),
        _plots("Value against grams", value_against_grams(events, currency)),
        _plots("For whom it works", [by_segment(events, currency)]),
        section("Data in quarantine", quarantine_table(inputs.quarantine)),
        section("Executions and decisions", decisions_table(events)),
    ]


def _plots(title: str, figures: Sequence[Figure]) -> str:
    return section(title, element("div", *(figure.html() for figure in figures), class_="plots"))


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


def _footer(inputs: Inputs, made_at: datetime) -> str:
    jobs = [record for record in inputs.emissions if record.functional_unit == "job"]
    method = f"Jobs: method {methods(jobs)}; {grid(jobs)}." if jobs else ""
    return element(
        "footer", element("p", words(method)), element("p", words(f"Made {moment(made_at)} UTC from {'; '.join(inputs.sources)}."))
    )
