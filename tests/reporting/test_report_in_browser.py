"""Report, card and validation opened in a browser: wide and narrow, light and dark."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from reporting.cards.page import card_page, validation_page
from reporting.cards.subject import Subject
from reporting.execution.page import page
from tests.dashboard import chromium
from tests.reporting.recorded import documents

pytestmark = [
    pytest.mark.skipif(chromium.executable() is None, reason="Chromium is not installed: apt-get install -y chromium"),
    pytest.mark.xdist_group("browser"),
]
SCREENSHOTS = Path(__file__).resolve().parents[2] / ".local/screenshots"
GROUNDS = {"light": (0xF6, 0xF6, 0xF4), "dark": (0x13, 0x14, 0x16)}
WIDE, NARROW = 1280, 400
# Chromium's window is never narrower than 500, so a frame of the page's own width is looked into.
FRAME = '<iframe src="{}" style="width:{}px;height:9000px;border:0" onload="{}"></iframe>'
ASK = "const d=this.contentDocument.documentElement;document.title+=' '+d.scrollWidth+' of '+d.clientWidth"


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> dict[str, Path]:
    """The three pages, side by side as they lie in S3."""
    folder, found = tmp_path_factory.mktemp("reports"), documents()
    heavy = Subject.all_of(found)[-1]
    texts = {"report": page(found), "heavy-card": card_page(heavy), "heavy-validation": validation_page(heavy)}
    for name, text in texts.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    return {name: folder / f"{name}.html" for name in texts}


@pytest.mark.parametrize(
    ("name", "scheme", "width"),
    [
        ("report", "light", WIDE),
        ("report", "dark", NARROW),
        ("heavy-card", "dark", WIDE),
        ("heavy-validation", "light", NARROW),
    ],
)
def test_a_page_is_painted_in_the_scheme_that_the_reader_prefers(files, name, scheme, width):
    """Its screenshots are kept under .local/screenshots."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    picture, console = chromium.screenshot(files[name], SCREENSHOTS / f"{name}-{scheme}-{width}.png", scheme, width=width)
    assert console == []
    assert picture.corner == GROUNDS[scheme]
    assert picture.busy_rows > picture.height / 3


def test_nobody_scrolls_sideways_on_a_narrow_screen(files, tmp_path):
    """Pictures take the width there is; wide tables scroll in their boxes."""
    frame = tmp_path / "frame.html"
    frames = "".join(FRAME.format(file.as_uri(), NARROW, ASK) for file in files.values())
    frame.write_text(f"<!doctype html><title>of all:</title>{frames}", encoding="utf-8")
    document, _ = chromium.document(frame, "--allow-file-access-from-files")
    found = re.findall(r"(\d+) of (\d+)", re.search("<title>(.*?)</title>", document)[1])
    assert found == [(str(NARROW), str(NARROW))] * len(files)
