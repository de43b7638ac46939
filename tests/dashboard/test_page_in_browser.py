"""The page opened in a browser, in light and in dark."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import chromium
import pytest
from platform_past import past

from cli.dashboard.page import page

pytestmark = [
    pytest.mark.skipif(chromium.executable() is None, reason="Chromium is not installed: apt-get install -y chromium"),
    pytest.mark.xdist_group("browser"),
]
PLOTS = 11
SCREENSHOTS = Path(__file__).resolve().parents[2] / ".local/screenshots"
GROUNDS = {"light": (0xF6, 0xF6, 0xF4), "dark": (0x13, 0x14, 0x16)}


@pytest.fixture(scope="module")
def file(tmp_path_factory) -> Path:
    """A page about five executions."""
    path = tmp_path_factory.mktemp("page") / "dashboard.html"
    path.write_text(page(past(5), datetime(2026, 5, 1, tzinfo=UTC)), encoding="utf-8")
    return path


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_painted_in_the_scheme_that_the_reader_prefers(file, scheme):
    """Its screenshot is kept under .local/screenshots."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    picture, console = chromium.screenshot(file, SCREENSHOTS / f"dashboard-{scheme}.png", scheme)
    assert console == []
    assert picture.corner == GROUNDS[scheme]
    assert picture.busy_rows > picture.height / 2


def test_every_plot_is_in_the_document_with_marks_title_and_description(file):
    """As the browser has read it, not as we have written it."""
    document, console = chromium.document(file)
    plots = re.findall(r"<svg.*?</svg>", document, re.DOTALL)
    assert console == []
    assert len(plots) == PLOTS
    for plot in plots:
        assert re.search(r'role="img" aria-labelledby="([\w-]+-title) ([\w-]+-desc)"', plot)
        assert "<title id=" in plot
        assert "<desc id=" in plot
        assert plot.count('class="mark series-') >= 3


def test_a_page_that_complains_would_be_noticed(tmp_path):
    """The console is really read."""
    broken = tmp_path / "broken.html"
    broken.write_text("<!doctype html><title>x</title><script>undefined_function()</script>", encoding="utf-8")
    _, console = chromium.document(broken)
    assert len(console) == 1
    assert "undefined_function is not defined" in console[0]
