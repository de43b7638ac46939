"""The page opened in a browser, in light and in dark."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import chromium
import pytest
from platform_past import past, without_evaluations

from cli.dashboard.page import page

pytestmark = [
    pytest.mark.skipif(chromium.executable() is None, reason="Chromium is not installed: apt-get install -y chromium"),
    pytest.mark.xdist_group("browser"),
]
PLOTS = 12
SCREENSHOTS = Path(__file__).resolve().parents[2] / ".local/screenshots"
GROUNDS = {"light": (0xF6, 0xF6, 0xF4), "dark": (0x13, 0x14, 0x16)}


@pytest.fixture(scope="module")
def file(tmp_path_factory) -> Path:
    """A page about five executions."""
    path = tmp_path_factory.mktemp("page") / "dashboard.html"
    path.write_text(page(past(5), datetime(2026, 5, 1, tzinfo=UTC)), encoding="utf-8")
    return path


@pytest.mark.parametrize(("scheme", "width"), [("light", 1240), ("dark", 1240), ("dark", 390)])
def test_the_page_is_painted_in_the_scheme_that_the_reader_prefers(file, scheme, width):
    """Its screenshots are kept under .local/screenshots."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    picture, console = chromium.screenshot(file, SCREENSHOTS / f"dashboard-{scheme}-{width}.png", scheme, width=width)
    assert console == []
    assert picture.corner == GROUNDS[scheme]
    assert picture.busy_rows > picture.height / 2


def svgs_of(document: str) -> list[str]:
    """What Vega has drawn."""
    return re.findall(r'<svg[^>]* class="marks".*?</svg>', document, re.DOTALL)


def test_every_plot_is_in_the_document_with_marks_title_and_description(file):
    """As the browser has drawn it, not as we have asked for it."""
    document, console = chromium.document(file)
    plots = svgs_of(document)
    assert console == []
    assert len(plots) == PLOTS
    assert all(plot.count("aria-roledescription=") >= 3 for plot in plots)
    said = re.findall(r'role="img" aria-labelledby="([\w-]+)-title" aria-describedby="\1-caption"><div class="plot', document)
    assert len(said) == PLOTS
    assert all(f'id="{id_}-title"' in document and f'id="{id_}-caption"' in document for id_ in said)


def test_on_a_narrow_screen_no_plot_is_wider_than_the_screen(file):
    """Nobody scrolls sideways."""
    document, console = chromium.document(file, width=500)
    assert console == []
    assert all(float(re.search(r'width="([\d.]+)"', plot).group(1)) <= 500 for plot in svgs_of(document))


@pytest.mark.parametrize("inputs", [past(1), past(50), without_evaluations(past(3))], ids=["one", "fifty", "of MLflow alone"])
def test_vega_has_nothing_to_complain_about(tmp_path, inputs):
    """Neither with little to draw nor with much."""
    path = tmp_path / "dashboard.html"
    path.write_text(page(inputs, datetime(2026, 5, 1, tzinfo=UTC)), encoding="utf-8")
    document, console = chromium.document(path)
    assert console == []
    assert len(svgs_of(document)) >= PLOTS - 5


def test_the_policy_stops_what_is_not_the_pages_own(file, tmp_path):
    """A script that somebody adds does not run, and no picture is fetched."""
    text = file.read_text(encoding="utf-8")
    path = tmp_path / "dashboard.html"
    path.write_text(text.replace("<main>", "<main><script>document.title = 'taken'</script><img src='a.png'>", 1), encoding="utf-8")
    document, console = chromium.document(path)
    assert "<title>GreenFraud dashboard</title>" in document
    assert [kind for line in console for kind in ("inline script", "image") if kind in line] == ["inline script", "image"]


def test_a_page_that_complains_would_be_noticed(tmp_path):
    """The console is really read."""
    broken = tmp_path / "broken.html"
    broken.write_text("<!doctype html><title>x</title><script>undefined_function()</script>", encoding="utf-8")
    _, console = chromium.document(broken)
    assert len(console) == 1
    assert "undefined_function is not defined" in console[0]
