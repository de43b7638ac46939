"""The page to send on: the answer, what it rests on, and what must be known before believing it; one file, no script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from cli.compare import wording
from cli.compare.drawing import Range, ranges
from greenfraud.money import in_words
from reporting.frame import framed, noted, section
from reporting.markup import element, items, words
from reporting.tile import Tile
from reporting.units import moment

OWN_STYLE = Path(__file__).with_name("page.css")
TILES = ("saved_minor_a_day", "frauds_found_share", "hindered_customers_a_day", "average_precision")

Document = Mapping[str, Any]


def page_of(document: Document, made_at: datetime) -> str:
    """Return the whole page as text."""
    content = _header(document), element("main", *_sections(document)), _footer(document, made_at)
    return framed("GreenFraud compared", *content, styles=[OWN_STYLE])


def _sections(document: Document) -> list[str]:
    currency, capacity = document["currency"], document["options"]["capacity"]
    answer = element("p", words(wording.sentence(document, currency)), class_="answer")
    shown = [answer, noted("Before you believe it", document["remarks"])]
    if not document["unavailable"]:
        measures = wording.lines(capacity, currency)
        shown += [_tiles(document, measures), _drawn(document, currency)]
        shown.append(section(f"At {capacity:,} alerts a day", _beside(document, measures, ("measures", "difference"))))
        if "as_decided" in document["incumbent"]:
            of = ("as_decided", "as_decided_difference")
            shown.append(section("At as many alerts as its decisions raised", _beside(document, wording.counted(currency), of)))
    return [*shown, section("Week by week", _by_week(document)), section("How it was found", items(_method(document)))]


def _tiles(document: Document, measures: Sequence[wording.Line]) -> str:
    ours, theirs = wording.chosen(document), document["incumbent"]
    shown = []
    for line in sorted((one for one in measures if one.measure in TILES), key=lambda one: TILES.index(one.measure)):
        figures, differences = (
            wording.headline(document) if line.measure in theirs.get("as_decided", {}) else ("measures", "difference")
        )
        apart = ours[differences][line.measure]
        basis = (
            f"incumbent {wording.value(theirs[figures][line.measure], line)}; difference {wording.difference(apart, line)}, 95 %: "
        )
        basis += wording.interval(apart, line, is_difference=True)
        shown.append(Tile(line.title, wording.value(ours[figures][line.measure], line), basis).html())
    return element("dl", *shown, class_="tiles")


def _drawn(document: Document, currency: str) -> str:
    """Money saved by everybody, and how far each of ours lies apart from the incumbent."""
    measure, written = "saved_minor_a_day", wording.money(currency)
    figures_of, apart_of = wording.headline(document)
    everybody = [_range(one["name"], one[figures_of][measure]) for one in (document["incumbent"], *document["candidates"])]
    apart = [_range(one["name"], one[apart_of][measure]) for one in document["candidates"]]
    said = "Bars are 95 % intervals over resamples of customers; the line is zero."
    pair = "The same customers are drawn for both, so the difference is often surer than either figure."
    saved = ("Saved a day", everybody, said), ("Saved a day more than the incumbent", apart, pair)
    figures = [
        element(
            "figure", element("h3", words(f"{title}, {currency}")), ranges(lines, written), element("figcaption", words(caption))
        )
        for title, lines, caption in saved
    ]
    return section("Money", element("div", *figures, class_="plots"))


def _range(name: str, figure: wording.Figure) -> Range:
    value, low, high = (figure[part] or 0.0 for part in ("value", "low", "high"))
    return Range(name, "rules" if name == "incumbent" else name, value, low, high)


def _beside(document: Document, measures: Sequence[wording.Line], of: tuple[str, str]) -> str:
    ours, theirs = wording.chosen(document), document["incumbent"]
    rows = []
    for line in measures:
        apart = ours[of[1]][line.measure]
        verdict = wording.judged(apart, line)
        cells = (
            wording.value(theirs[of[0]][line.measure], line),
            wording.value(ours[of[0]][line.measure], line),
            wording.difference(apart, line),
            wording.interval(apart, line, is_difference=True),
        )
        row = [element("td", words(line.title)), *(element("td", words(cell), class_="number") for cell in cells)]
        rows.append(element("tr", *row, element("td", words(verdict), class_=verdict or None)))
    return _table(("", "incumbent", f"ours ({document['chosen']})", "difference", "95 % of it", ""), rows)


def _by_week(document: Document) -> str:
    names = ["incumbent", *(one["name"] for one in document["candidates"])]
    headings = ("week", "payments", "frauds", "without a score", *(f"AP, {name}" for name in names))
    rows = []
    for week in document["weeks"]:
        precision = week.get("average_precision", {})
        found = ["unavailable" if precision.get(name) is None else f"{precision[name]:.3f}" for name in names if precision]
        cells = (f"{week['rows']:,}", f"{week['frauds']:,}", f"{week['unscored_rows']:,}", *found)
        first = element("td", words(_first_day(week["chunk"])), class_="day")
        rows.append(element("tr", first, *(element("td", words(cell), class_="number") for cell in cells)))
    return _table(headings if not document["unavailable"] else headings[:4], rows)


def _first_day(chunk: str | None) -> str:
    return f"{chunk[:4]}-{chunk[4:6]}-{chunk[6:8]}" if chunk else ""


def _table(headings: Sequence[str], rows: Sequence[str]) -> str:
    head = [
        element("th", words(heading), scope="col", class_="number" if number else None) for number, heading in enumerate(headings)
    ]
    table = element("table", element("thead", element("tr", *head)), element("tbody", *rows))
    return element("div", table, class_="scroll", tabindex="0")


def _method(document: Document) -> list[str]:
    options, currency = document["options"], document["currency"]
    review, hindered = (in_words(options[name], currency) for name in ("review_cost_minor", "hindered_cost_minor"))
    told = "the newest weeks whose frauds had time to be reported; each is judged on what was known by then"
    on = document["chosen_on"]
    chosen = f"{document['chosen']} is ours here because it ranked best in the week of {_first_day(on)}, before all judged weeks."
    return [
        f"Judged: {told}. Ours learned only weeks whose frauds were reported before the judged week began.",
        f"Incumbent: {document['incumbent_told'].replace('`', '')}.",
        chosen if on else f"{document['chosen']} is ours here: no earlier week had frauds to choose by.",
        f"Each day the {options['capacity']:,} payments with the highest scores are looked at.",
        f"Looking at one costs {currency} {review}, troubling a good customer on a day {currency} {hindered}.",
        "A fraud that nobody looked at costs its amount.",
        "Saved: beside a team that looks at nothing. Of equal scores every order is as likely, and figures are expected values.",
        "Customers whose fraud is known leave the judged weeks, as in the Fraud Detection Handbook.",
        "AP: average precision, a week's mean precision over its frauds.",
        "Card precision: of the customers with the highest scores of a day, how many were defrauded.",
    ]


def _header(document: Document) -> str:
    known = document["data"]
    when = f"from {known['first_day']} to {known['newest_occurred_at'][:10]}"
    about = f"{known['rows']:,} transactions {when}, {known['frauds']:,} frauds"
    return element(
        "header", element("h1", words("Compared with what runs today")), element("p", words(f"{known['name']}: {about}."))
    )


def _footer(document: Document, made_at: datetime) -> str:
    resampled = f"Intervals: {document['customers']:,} customers, drawn anew 200 times."
    return element("footer", element("p", words(f"{resampled} Made {moment(made_at)} UTC by GreenFraud.")))
