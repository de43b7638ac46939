"""The console in a browser: wide and narrow, light and dark, by keyboard, and with nothing that its policy stops."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cli.console.server import served
from tests.dashboard import chromium

pytestmark = [
    pytest.mark.skipif(chromium.executable() is None, reason="Chromium is not installed: apt-get install -y chromium"),
    pytest.mark.xdist_group("browser"),
]
SCREENSHOTS = Path(__file__).resolve().parents[3] / ".local/screenshots"
GROUNDS = {"light": (0xF6, 0xF6, 0xF4), "dark": (0x13, 0x14, 0x16)}
NARROW = 320
PAGES = ("/", "/reviews", "/score", "/customer", "/payment", "/policy", "/executions", "/emissions", "/api", "/links")
# Chromium's window is never narrower than 500, and no frame may show the console: so copies of its pages are looked into.
FRAME = '<iframe src="{}" style="width:{}px;height:9000px;border:0" onload="{}"></iframe>'
ASK = "const d=this.contentDocument.documentElement;document.title+=' '+d.scrollWidth+' of '+d.clientWidth"


@pytest.fixture
def console(platform):
    """The console of a platform with work on its desk, as the command serves it: its address, and its key."""
    platform.decide("T1")
    platform.decide("a-long-id-without-any-place-to-break-" + "0123456789" * 8, amount_minor=123_456_789)
    platform.send("/reviews", transaction_id="T1", do="claim")
    platform.read("/links")
    with served(platform.target, 0) as (address, _):
        yield address.partition("/?")


@pytest.mark.parametrize("path", ["/", "/reviews", "/policy", "/links"])
def test_the_key_opens_the_console_and_its_pages_are_free_of_complaints(console, path):
    """The cookie is taken by a real browser; style is loaded, and nothing is stopped by the policy or missing."""
    address, _, key = console
    document, said = chromium.document(f"{address}{path}?{key}")
    assert said == []
    assert "<h1>" in document
    assert key.removeprefix("key=") not in document
    assert "open the console by the address" in chromium.document(f"{address}/")[0]


@pytest.mark.parametrize(
    ("path", "scheme", "width"), [("/", "light", 1280), ("/reviews", "dark", 1280), ("/", "dark", 500), ("/score", "light", 500)]
)
def test_a_page_of_the_console_is_painted_in_the_scheme_that_the_reader_prefers(console, path, scheme, width):
    """Its screenshots are kept under .local/screenshots."""
    address, _, key = console
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    name = f"console-{path.strip('/') or 'today'}-{scheme}-{width}.png"
    picture, said = chromium.screenshot(f"{address}{path}?{key}", SCREENSHOTS / name, scheme, width=width, height=2200)
    assert said == []
    assert picture.corner == GROUNDS[scheme]
    assert picture.busy_rows > 200


def test_nobody_scrolls_the_console_sideways_at_320_pixels(platform, console, tmp_path):
    """Long ids break, wide tables scroll in their boxes."""
    style = platform.read("/console.css")
    frames = []
    for number, path in enumerate(PAGES):
        page = platform.read(path).replace('<link rel="stylesheet" href="/console.css">', f"<style>{style}</style>")
        page = page.replace(" autofocus", "")
        file = tmp_path / f"{number}.html"
        file.write_text(page, encoding="utf-8")
        frames.append(FRAME.format(file.as_uri(), NARROW, ASK))
    frame = tmp_path / "frame.html"
    frame.write_text(f"<!doctype html><title>widths</title>{''.join(frames)}", encoding="utf-8")
    document, _ = chromium.document(frame, "--allow-file-access-from-files")
    widths = re.findall(r"(\d+) of (\d+)", document.partition("</title>")[0])
    assert len(widths) == len(PAGES)
    assert all(wide == seen == str(NARROW) for wide, seen in widths), widths


@pytest.mark.parametrize("path", PAGES)
def test_everything_that_is_typed_into_has_a_label_and_every_page_its_landmarks(platform, console, path):
    """A screen reader finds the pages, the content and each field; the first stop of the keyboard skips to the content."""
    page = platform.read(path)
    assert [page.count(f"<{name}") for name in ("header", "nav", "main", "footer", "h1")] == [1] * 5
    assert page.index('class="skip" href="#main"') < page.index("<header")
    assert '<main id="main"' in page
    without_labelled = re.sub(r"<label.*?</label>", "", page, flags=re.DOTALL)
    assert re.findall(r'<(?:input|textarea) (?!type="hidden")[^>]*>', without_labelled) == []
    assert page.count("<svg") == page.count('role="img" aria-label=')
    current = re.findall(r'<a href="([^"]+)" aria-current="page"', page)
    assert current == ([path] if path not in {"/payment", "/api"} else [])


def test_what_was_done_and_what_was_not_is_announced_and_has_the_focus(platform):
    """A live region, and where the keyboard goes on."""
    platform.decide("T1")
    platform.send("/reviews", transaction_id="T1", do="claim")
    assert '<p class="said" role="status" tabindex="-1" autofocus>T1 is yours' in platform.read("/reviews")
    refused = platform.send("/reviews", transaction_id="unknown", do="claim").text
    assert '<p class="fault" role="alert" tabindex="-1" autofocus>unknown: ' in refused
    assert re.search(r"<title>Not done: Reviews", refused)
