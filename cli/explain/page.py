"""One decision as a page to send on: one file, no script, nothing fetched; every text is escaped by its element."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from cli.explain import wording
from cli.explain.wording import Explanation, Told
from reporting.frame import framed, noted, section
from reporting.markup import element, items, words
from reporting.units import moment

OWN_STYLE = Path(__file__).with_name("page.css")
HALF = 50.0  # per cent of a bar's track: zero stands in its middle


def page_of(of: Explanation, made_at: datetime) -> str:
    """Return the whole page as text."""
    header = element(
        "header", element("h1", words("Why it was decided so")), element("p", words(f"Payment {of['transaction_id']}"))
    )
    footer = element(
        "footer", element("p", words(f"Made {moment(made_at)} UTC by GreenFraud. Customer and terminal are not named."))
    )
    content = header, element("main", *_sections(of)), footer
    return framed(f"GreenFraud: {of['transaction_id']}", *content, styles=[OWN_STYLE])


def _sections(of: Explanation) -> list[str]:
    told, spoke = wording.reasons(of), wording.spoken(of)
    since = [f"{one.at}: {one.text}" for one in wording.since(of)]
    return [
        element("p", words(wording.headline(of)), class_="answer"),
        noted("What cannot be told", of["remarks"]),
        element("dl", *(_fact(*one) for one in wording.facts(of)), class_="facts"),
        section("Why", element("p", words(wording.scale(of)), class_="basis"), _reasons(told)),
        section("What of the policy spoke", items(spoke)) if spoke else "",
        section("What happened since", items(since or ["Nothing was told of it."])),
        *_values(of),
    ]


def _fact(name: str, text: str) -> str:
    return element("dt", words(name)) + element("dd", words(text))


def _reasons(told: Sequence[Told]) -> str:
    return element("ul", *(_reason(one, told) for one in told), class_="reasons") if told else ""


def _reason(one: Told, told: Sequence[Told]) -> str:
    side = "for" if one.is_for else "against"
    figure = wording.figure(one)
    beside = element("small", element("span", words(one.name)), element("span", words(f"{figure} {side} fraud".strip())))
    track = ""
    if one.contribution is not None:
        width = HALF * wording.share(one, told)
        left = HALF if one.is_for else HALF - width
        bar = element("span", class_=side, style=f"left: {left:.2f}%; width: {width:.2f}%")
        track = element(
            "div", element("span", class_="zero"), bar, class_="track", role="img", **{"aria-label": f"{figure} {side} fraud"}
        )
    return element("li", element("p", words(one.text)), track, beside)


def _values(of: Explanation) -> list[str]:
    if of["unnamed"]:
        listed = ", ".join(wording.value(one) for one in of["unnamed"])
        return [
            section(f"The values it was decided on, in the order of manifest {of['manifest_version']}", element("p", words(listed)))
        ]
    if not of["features"]:
        return []
    tables = [element("h3", words(label)) + _table(features) for label, features in wording.grouped(of)]
    return [section("The values it was decided on", *tables)]


def _table(features: Sequence[Mapping[str, Any]]) -> str:
    rows = [
        element(
            "tr",
            element("td", words(one["name"]), class_="name"),
            element("td", words(wording.value(one["value"])), class_="number", title=repr(one["value"])),
            element("td", words(one["text"])),
        )
        for one in features
    ]
    return element("div", element("table", element("tbody", *rows)), class_="scroll", tabindex="0")
