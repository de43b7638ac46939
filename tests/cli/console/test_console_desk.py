"""The review desk in the console: what is listed, and what a button does, as whoever signed."""

from __future__ import annotations

import html
import re

import pytest


def words_of(page: str) -> str:
    """The text of a page, as it is read."""
    return " ".join(html.unescape(re.sub("<[^>]+>", " ", page.partition("<main")[2])).split())


def test_the_desk_lists_what_is_expected_to_lose_most_first(platform):
    """With the amount, the reason and the customer; on the first page too."""
    assert "waits for a person" in words_of(platform.read("/reviews"))
    platform.decide("small", amount_minor=30_000)
    platform.decide("large", amount_minor=90_000)
    for path in ("/", "/reviews"):
        told = words_of(platform.read(path))
        assert told.index("large 900.00 EUR") < told.index("small 300.00 EUR")
        assert "The amount is 900.00." in told
        assert "held, no model answered" in told


def test_a_claim_is_of_whoever_signed_and_is_told_on_the_next_page_alone(platform):
    """The name comes from the credentials; nobody types one."""
    platform.decide("T1")
    answer = platform.send("/reviews", transaction_id="T1", do="claim", back="/reviews", day="", limit="7", state="all")
    assert (answer.status_code, answer.headers["location"]) == (303, "/reviews?limit=7&state=all")
    told = words_of(platform.read("/reviews?limit=7&state=all"))
    assert told.startswith('id="main"> Reviews T1 is yours until')
    assert "ana has it until" in told
    assert "is yours" not in words_of(platform.read("/reviews"))


def test_what_is_claimed_can_be_noted_given_back_and_decided(platform):
    """Each is one button, and what was decided leaves the list."""
    platform.decide("T1")
    for act, said in (
        ({"do": "claim"}, "T1 is yours until"),
        ({"do": "note", "text": "called; again at four"}, "T1 has 1 note."),
        ({"do": "unclaim"}, "T1 is nobody's."),
        ({"do": "release"}, "T1 is legitimate, and released."),
    ):
        assert platform.send("/reviews", transaction_id="T1", back="/", **act).headers["location"] == "/"
        assert said in words_of(platform.read("/"))
    assert "T1" not in words_of(platform.read("/reviews"))
    listed = words_of(platform.read("/reviews?state=all"))
    assert "legitimate, by ana" in listed
    assert "again at four" in listed


def test_a_fraud_is_confirmed(platform):
    """It is a label, as the desk's own page says."""
    platform.decide("T1")
    platform.send("/reviews", transaction_id="T1", do="fraud")
    assert "T1 is confirmed as fraud." in words_of(platform.read("/reviews"))


def test_what_the_api_refuses_is_told_in_its_own_words_and_what_was_typed_is_kept(platform):
    """A note that is refused need not be typed again."""
    platform.decide("T1")
    answer = platform.send("/reviews", transaction_id="T1", do="note", text="two\u2028lines")
    assert answer.status_code == 409
    told = words_of(answer.text)
    assert "T1: POST /v1/reviews?transaction_id=T1 answered 422" in told
    assert 'value="two\u2028lines"' in answer.text
    assert "unknown: POST" in words_of(platform.send("/reviews", transaction_id="unknown", do="claim").text)
    card = platform.send("/reviews", transaction_id="T1", do="note", text="two\u20284111 1111 1111 1111")
    assert card.status_code == 409
    assert "4111" not in card.text


@pytest.mark.parametrize("form", [{}, {"do": "claim"}, {"transaction_id": "T1"}, {"transaction_id": "T1", "do": "delete"}])
def test_a_form_that_asks_for_nothing_known_asks_the_api_for_nothing(platform, form):
    """It is refused with the page."""
    assert platform.send("/reviews", **form).status_code == 422
    assert not [one for one in platform.api.asked if one[0] == "POST"]


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example", "/score", ""])
def test_nobody_is_sent_anywhere_but_back_to_a_list(platform, back):
    """A form of ours could be made to say another place."""
    platform.decide("T1")
    answer = platform.send("/reviews", transaction_id="T1", do="claim", back=back)
    assert answer.headers["location"] == "/"


@pytest.mark.parametrize("name", ["a/b?c=d&e", "ü €", "%2F", "../x"])
def test_an_id_of_any_characters_is_claimed_and_explained(platform, name):
    """In addresses it is encoded whole."""
    platform.decide(name)
    assert platform.send("/reviews", transaction_id=name, do="claim").status_code == 303
    page = platform.read("/reviews")
    assert "ana has it" in words_of(page)
    (link,) = set(re.findall(r'href="(/payment\?id=[^"]+)"', page))
    assert f"{name} was held for review" in words_of(platform.read(html.unescape(link)))


def test_what_a_colleague_has_is_neither_given_back_nor_decided_here(platform):
    """The page knows who the person is; where that cannot be found out, the API still refuses."""
    platform.decide("T1")
    platform.send("/reviews", transaction_id="T1", do="claim")
    page = platform.read("/reviews")  # to this page the person is moto, and ana has it
    assert "You are moto" in page
    assert 'value="note"' in page
    assert not any(f'value="{act}"' in page for act in ("claim", "unclaim", "release", "fraud"))
