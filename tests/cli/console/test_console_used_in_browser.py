"""A person's day at the console in a real browser: with a mouse, by keyboard alone, and without a single script."""

from __future__ import annotations

import pytest
from steered_browser import Tab, steered_browser

from cli.console.onward import opening_file
from cli.console.server import served
from tests.dashboard import chromium

pytestmark = [
    pytest.mark.skipif(chromium.executable() is None, reason="Chromium is not installed: apt-get install -y chromium"),
    pytest.mark.xdist_group("browser"),
]
FOCUSED = "document.activeElement.innerText || document.activeElement.name || document.activeElement.value"


@pytest.fixture
def address(platform):
    """The console of a platform that holds T1, with its key."""
    platform.decide("T1")
    with served(platform.target, 0) as (address, _):
        yield address


def sent(tab: Tab, act: str) -> None:
    """Press what a form has to be sent with, and wait for the page that comes."""
    tab.ask("Runtime.evaluate", expression=act)
    tab.wait_for("Page.loadEventFired")


def test_a_payment_is_claimed_noted_and_decided_by_forms_alone(platform, address):
    """Cookie, origin and token go as browsers send them, and nothing complains."""
    with steered_browser() as tab:
        tab.open(address)
        assert "key=" not in tab.value("location.href")
        sent(tab, "document.querySelector('button[value=claim]').click()")
        assert tab.value("document.querySelector('[role=status]').innerText").startswith("T1 is yours until")
        tab.wait_until("document.activeElement.innerText.startsWith('T1 is yours until')")
        assert "T1 is yours" in tab.value("document.title")
        platform.api.asked.clear()
        tab.open(tab.value("location.href") + "reviews")
        field = "document.querySelector('input[name=text]')"
        act = f"{field}.value = 'called <b>twice</b>'; {field}.form.querySelector('button').click()"
        sent(tab, act)
        assert tab.value("document.body.innerText").count("called <b>twice</b>") == 1
        assert ("POST", "/v1/reviews") in platform.api.asked
        assert tab.said == []


def test_a_file_that_leads_to_the_console_opens_it(address):
    """As `--open` does: the cookie of a strict site is taken, though the file is another site."""
    with opening_file(address) as file, steered_browser() as tab:
        tab.open(file)
        tab.wait_until("document.title.includes('Today')")
        assert tab.value("location.href") == address.partition("?")[0]
        tab.open(address)  # typed, or loaded ahead: the key is spent, and the cookie is there
        assert "Today" in tab.value("document.title")
        assert tab.said == []


def test_a_payment_is_scored_by_keyboard_alone(address):
    """The first stop skips to the content; every stop has a visible focus; Enter sends the form."""
    with steered_browser() as tab:
        tab.open(address.replace("/?", "/score?"))
        tab.press("Tab")
        assert tab.value(FOCUSED) == "Skip to the content"
        assert tab.value("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        assert tab.value("document.activeElement.getBoundingClientRect().left >= 0") is True
        for _ in range(40):
            tab.press("Tab")
            if tab.value("document.activeElement.name") == "customer_id":
                break
        for name, text in (("customer_id", "C1"), ("terminal_id", "M1"), ("amount", "900.00")):
            assert tab.value("document.activeElement.name") == name
            tab.ask("Input.insertText", text=text)
            tab.press("Tab")
        tab.press("Enter")
        tab.wait_for("Page.loadEventFired")
        tab.wait_until("document.activeElement.innerText.includes('was held for review')")
        assert tab.said == []


def test_another_site_can_neither_change_nor_read_nor_frame_the_console(platform, address, tmp_path):
    """A page that knows the address, in the browser that has the cookie."""
    base = address.partition("/?")[0]
    page = tmp_path / "hostile.html"
    fields = '<input name="transaction_id" value="T1"><input name="do" value="fraud">'
    form = f'<form method="post" action="{base}/reviews">{fields}</form>'
    page.write_text(f'<!doctype html><title>x</title><iframe src="{base}/"></iframe>{form}', encoding="utf-8")
    with steered_browser() as tab:
        tab.open(address)
        tab.open(page.as_uri())
        assert any("frame-ancestors" in text for text in tab.said)
        sent(tab, "document.forms[0].submit()")
        assert "open the console by the address" in tab.value("document.body.innerText")
    assert ("POST", "/v1/reviews") not in platform.api.asked
