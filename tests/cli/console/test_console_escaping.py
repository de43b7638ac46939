"""Whatever stands in a payment, a note, a reason or an error: on a page it is text."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from greenfraud.control import ControlDocument

HOSTILE = st.sampled_from(
    [
        "<script>alert(1)</script>",
        '" autofocus onfocus="alert(1)',
        "' onclick='alert(1)",
        "</title><img src=x onerror=alert(1)>",
        "javascript:alert(1)",
        "{{ console.session.key }}",
        "{% for x in ().__class__.__base__.__subclasses__() %}{% endfor %}",
        "--><svg/onload=alert(1)>",
        "&lt;b&gt;",
    ]
)
TEXTS = st.one_of(HOSTILE, st.text(min_size=1, max_size=40), st.builds("{}{}".format, st.text(max_size=5), HOSTILE)).filter(
    str.strip
)
AGAIN = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


class Found(HTMLParser):
    """The elements and attributes of a page, apart from what stands in values and between elements."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, tuple[str, ...]]] = []
        self.text = ""
        self.addresses: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, tuple(sorted(name for name, _ in attrs))))
        self.addresses += [value or "" for name, value in attrs if name in {"href", "src", "action"}]

    def handle_data(self, data: str) -> None:
        self.text += data


def shape_of(page: str) -> list[tuple[str, tuple[str, ...]]]:
    """A page's elements with the names of their attributes."""
    return Found(page).elements


def entry(text: str) -> dict[str, Any]:
    """One of the review list in which every text is the given one."""
    reason = {"code": text, "feature": text, "value": 1.0, "contribution": 1.0, "direction": "for", "label": text, "text": text}
    told = {"transaction_id": text, "fraud_probability": 0.5, "decision": "review", "reasons": [reason], "degraded": [text]}
    told |= {"occurred_at": "2026-11-24T10:00:00Z", "amount_minor": 1, "currency": "EUR", "customer_id": text, "terminal_id": text}
    told |= {"usual": [{"name": text, "value": 1.0, "text": text}], "expected_loss_minor": 1.0, "at_stake_minor": 1.0}
    claim = {"by": text, "since": "2026-11-24T10:00:00Z", "until": "2026-11-24T11:00:00Z"}
    notes = [{"by": text, "at": "2026-11-24T10:00:00Z", "text": text}]
    return {**told, "state": "claimed", "claim": claim, "notes": notes, "decided": None, "policy_version": text}


def reviews(text: str) -> dict[str, Any]:
    """The list of that one."""
    return {"day": "2026-11-24", "since": "2026-11-24", "capacity": 1, "more": False, "reviews": [entry(text)]}


def explanation(text: str) -> dict[str, Any]:
    """A payment in which every text is the given one."""
    answer = {**entry(text), "decided_by": text, "model": {"family": text, "version": text}, "emissions_g": 1e-6}
    policy = {"version": text, "sha256": "ab" * 32, "is_in_force": True, "is_known": True}
    spoke = [{"kind": "rule", "name": text, "outcome": None, "text": None}]
    since = [{"kind": "label", "is_fraud": True, "observed_at": None, "source": text, "reason_code": text, "taken_at": None}]
    features = [{"name": text, "value": 1.0, "group": text, "label": text, "text": text}]
    told = {"transaction_id": text, "occurred_at": "2026-11-24T10:00:00Z", "amount_minor": 1, "currency": text, "decided_at": None}
    return told | {
        "control_revision": 1,
        "answer": answer,
        "policy": policy,
        "spoke": spoke,
        "since": since,
        "manifest_version": text,
        "features": features,
        "unnamed": [],
        "remarks": [text],
    }


def card(text: str) -> dict[str, Any]:
    """What serves, in which every text is the given one."""
    name = {"family": text, "version": text}
    policy = {"version": text, "sha256": text}
    return {
        "production": name,
        "answering": name,
        "answered_by": text,
        "degraded": [text],
        "revision": 1,
        "policy": policy,
        "ids": text,
    }


@pytest.fixture
def shown(platform):
    """The pages that show a text in every place where the platform may put one, each with its shape for a harmless one."""

    def pages(text: str) -> dict[str, str]:
        platform.api.refused |= {
            "/v1/reviews": (200, reviews(text)),
            "/v1/model": (200, card(text)),
            "/v1/explanations": (200, explanation(text)),
        }
        kept = ControlDocument.from_json({**ControlDocument().to_json(), "revision": 1})
        platform.changed("promote", text, before=ControlDocument(), after=kept)
        return {path: platform.read(path) for path in ("/", "/reviews", "/payment?id=x")}

    harmless = {path: shape_of(page) for path, page in pages("harmless").items()}
    return lambda text: [(page, harmless[path]) for path, page in pages(text).items()]


@AGAIN
@given(text=TEXTS)
def test_no_text_of_the_platform_becomes_an_element_or_an_attribute(shown, text):
    """Every page has the elements that it has with a harmless text, and the text stands among its words."""
    for page, harmless in shown(text):
        assert shape_of(page) == harmless
        found = Found(page)
        assert all(address.startswith(("/", "#")) for address in found.addresses)
        assert "".join(text.split()) in "".join(found.text.split())


@AGAIN
@given(text=TEXTS)
def test_no_text_of_an_error_or_of_a_form_becomes_an_element(platform, text):
    """What the API says of a refusal, and what was typed into the form that it refused."""
    fields = dict.fromkeys(("transaction_id", "occurred_at", "customer_id", "terminal_id", "amount", "currency"), "harmless")
    platform.api.refused["/v1/score"] = (422, {"title": "harmless", "detail": "harmless"})
    harmless = platform.send("/score", **fields).text
    platform.api.refused["/v1/score"] = (422, {"title": text, "detail": text})
    answer = platform.send("/score", **dict.fromkeys(fields, text))
    assert answer.status_code == 422
    assert shape_of(answer.text) == shape_of(harmless)


@AGAIN
@given(text=TEXTS)
def test_no_text_of_an_address_becomes_an_element(platform, text):
    """Searches show what was searched for."""
    for path in ("/payment", "/customer"):
        harmless = platform.browser.get(path, params={"id": "harmless"}).text
        assert shape_of(platform.browser.get(path, params={"id": text}).text) == shape_of(harmless)
    harmless = platform.browser.get("/reviews", params={"day": "harmless", "limit": "harmless"}).text
    assert shape_of(platform.browser.get("/reviews", params={"day": text, "limit": text}).text) == shape_of(harmless)
