"""The page as text: everything in it, nothing outside it, nothing made up."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pytest
import vl_convert
from platform_past import FAULT, chunk_of, emission, past, without_evaluations

from cli.dashboard.inputs import Inputs
from cli.dashboard.page import page

SCHEMA = "https://vega.github.io/schema/vega-lite/"  # names a format, and is never asked for
NOW = datetime(2026, 5, 1, tzinfo=UTC)
NOTHING = Inputs([emission("train")], [], {}, {}, [], {}, ["logs/emissions.csv"], ["the promotion ledger: `make run` makes it"])


def plots_of(text: str) -> list[dict[str, Any]]:
    """Every plot's specification, as a browser reads it."""
    return [json.loads(data) for data in re.findall(r'<script type="application/json">(.*?)</script>', text)]


def tables_of(text: str) -> list[str]:
    """Every figure's words and tables, without what it is drawn from."""
    return [re.sub(r"<script.*?</script>", "", figure) for figure in re.findall(r"<figure.*?</figure>", text, re.DOTALL)]


@pytest.mark.parametrize("executions", [1, 2, 50])
def test_every_plot_is_there_and_vega_draws_it(executions):
    """With one run as with fifty, and every mark within its plot."""
    plots = plots_of(page(past(executions), NOW))
    assert len(plots) == 12
    for plot in plots:
        (area,) = vl_convert.vegalite_to_scenegraph({**plot, "width": 400})["scenegraph"]["items"]
        marks = [mark for layer in area["items"] if layer["role"] == "mark" for mark in layer["items"]]
        assert len(marks) >= 2
        for mark in marks:
            assert -0.01 <= mark["x"] <= area["width"] + 0.01
            assert -0.01 <= mark["y"] <= area["height"] + 0.01


def test_the_page_fetches_nothing():
    """One script, which its policy knows by its content, no address beside it, and a policy that would forbid any."""
    text = page(past(3), NOW)
    scripts = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    (script,) = scripts
    assert not re.search(r"https?://|<link|<img|@import|url\(", text.replace(script, "").replace(SCHEMA, ""))
    digest = b64encode(sha256(script.encode()).digest()).decode()
    assert f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'\"" in text


def test_what_people_wrote_is_escaped():
    """Reasons and actors come from elsewhere."""
    text = page(past(2), NOW)
    assert "reason 1 &lt;of the gate&gt;" in text
    assert "<of the gate>" not in text


def test_the_figure_on_top_says_its_method_intensity_source_and_pue():
    """Never a number without them."""
    text = page(past(1), NOW)
    for part in ("61.1 µg", "30 decisions", "method constant", "8 g/kWh in eu-north-1 (a table, read 2026-01-01)", "PUE 1.25"):
        assert part in text


def test_the_carbon_intensity_is_stated_as_the_standard_asks():
    """Formula, functional unit, boundary, and what is missing."""
    sentence = re.search(r'id="sci">(.*?)</p>', page(past(1), NOW)).group(1)
    assert "ISO/IEC 21031" in sentence
    assert "R = 1,000 decisions" in sentence
    assert "Boundary:" in sentence
    assert "M, the embodied emissions of the hardware, is unavailable" in sentence


def test_the_carbon_intensity_has_its_embodied_part_where_every_answer_knows_it():
    """The sum of both is the SCI."""
    known = replace(past(1), emissions=[replace(record, embodied_g=2 * record.emissions_g) for record in past(1).emissions])
    sentence = re.search(r'id="sci">(.*?)</p>', page(known, NOW)).group(1)
    assert "is 122 µg, its share of making the server, so SCI = 183 µg per 1,000" in sentence


def test_what_is_not_known_is_unavailable_and_never_zero():
    """Without decisions, ledger, evaluations and MLflow."""
    text = page(NOTHING, NOW)
    figures = re.findall(r"<dd>(.*?)</dd>", text)
    assert figures == ["unavailable", "1.00 mg", "unavailable", "unavailable"]
    assert "unavailable: no execution has been evaluated yet" in text
    assert "`make run` makes it" in text
    assert len(plots_of(text)) == 2


def test_evaluations_that_are_gone_leave_plots_of_what_mlflow_knows():
    """Average precision stays; savings become unavailable."""
    text = page(without_evaluations(past(3)), NOW)
    assert 'aria-labelledby="production-precision-title"' in text
    assert 'aria-labelledby="savings-against-scoring-title"' not in text


def test_a_family_nobody_foresaw_is_shown():
    """With a colour and a shape of its own kind."""
    records = [emission("train", family="forest", chunk="20260101-20260108", version="20260101-20260108-00000000")]
    text = page(replace(past(1), emissions=records), NOW)
    assert '<td>20260101-20260108</td><td class="number">1.00 mg</td>' in text
    (plot,) = [plot for plot in plots_of(text) if '"CO₂e per training job"' in json.dumps(plot, ensure_ascii=False)]
    assert plot["layer"][0]["encoding"]["color"]["scale"] == {"domain": ["forest"], "range": ["var(--other)"]}


def test_every_plot_has_its_figures_as_a_table():
    """For those who cannot see it, and for those who want to compute with it."""
    figures = tables_of(page(past(2), NOW))
    assert len(figures) == 12
    assert all("<details>" in figure and "<th scope=" in figure for figure in figures)


def test_a_quality_figure_says_which_share_of_its_weeks_frauds_nobody_has_reported_yet():
    """On top, in the tables, and beside each decision; where it cannot be estimated, why."""
    text = page(past(2), NOW)
    assert "95 %: 0.646 to 0.736; of that week's frauds still to come: 3.1 %</dd>" in text
    assert "<li>frauds to come: 3.1 %</li>" in text
    assert "<li>frauds to come: unavailable (fewer than 30 reports)</li>" in text
    assert sum('<td class="number">3.1 %</td>' in figure for figure in tables_of(text)) == 5
    assert "Of that week's frauds still to come: 3.1 %." in text


def test_what_was_refused_and_what_chance_let_through_stand_beside_the_week():
    """Of the first, the labels say less; the second count for more."""
    text = page(past(2), NOW)
    assert "<li>refused or never investigated, nothing known of them: 12</li><li>let through by chance: 1</li>" in text
    assert "let through by chance: 0" not in text


def test_data_in_quarantine_stand_with_their_reason_and_with_who_let_them_through():
    """The newest first."""
    text = page(past(1), NOW)
    section = text[text.index("Data in quarantine") :]
    assert section.index(chunk_of(2)) < section.index(chunk_of(1))
    assert f"<ul><li>{FAULT}</li><li>a &lt;second&gt;</li></ul>" in section
    assert "by ada, 2026-04-02 10:00: the &lt;shops&gt; were closed" in section
    assert "<td>no: it is held, neither learned nor judged on</td>" in section
    assert "No chunk is in quarantine" in page(NOTHING, NOW)


def test_reasons_of_every_decision_are_in_the_table():
    """Newest first."""
    text = page(past(7), NOW)
    places = [text.index(f"<li>{reason}") for reason in ("too many false alarms", "reason 5 ", "reason 0 ")]
    assert places == sorted(places)
