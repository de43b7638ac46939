"""The comparison's measures as a person reads them: names, units, and which direction is the better one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from greenfraud.money import in_words

Figure = Mapping[str, float | None]


class Line(NamedTuple):
    """One measure: its name in the document, what it is called, how its numbers are written, whether more is better."""

    measure: str
    title: str
    written: Callable[[float], str]
    is_more_better: bool | None


def money(currency: str) -> Callable[[float], str]:
    """Return how amounts of minor units are written: whole, with their sign.

    >>> money("EUR")(-123456.4), money("EUR")(9.6)
    ('-1,234.56', '0.10')
    """
    return lambda minor: ("-" if round(minor) < 0 else "") + in_words(abs(round(minor)), currency)


def share(value: float) -> str:
    """Return a share in words."""
    return f"{100 * value:.1f} %"


def lines(capacity: int, currency: str) -> list[Line]:
    """Return the measures in the order in which they are shown."""
    return [
        Line("average_precision", "average precision", lambda value: f"{value:.3f}", True),
        Line(f"card_precision_at_{capacity}", f"card precision at {capacity:,}", lambda value: f"{value:.3f}", True),
        *counted(currency),
    ]


def counted(currency: str) -> list[Line]:
    """Return the measures of payments that somebody looks at."""
    return [
        Line("alerts_a_day", "alerts a day", lambda value: f"{value:,.1f}", None),
        Line("alerts_that_are_fraud_share", "alerts that are fraud", share, True),
        Line("frauds_found_share", "frauds found", share, True),
        Line("hindered_customers_a_day", "good customers hindered a day", lambda value: f"{value:,.1f}", False),
        Line("expected_cost_minor_a_day", f"expected cost a day, {currency}", money(currency), False),
        Line("saved_minor_a_day", f"saved a day, {currency}", money(currency), True),
    ]


def value(figure: Figure, line: Line) -> str:
    """Return a value in words."""
    return "unavailable" if figure["value"] is None else line.written(figure["value"])


def interval(figure: Figure, line: Line, *, is_difference: bool = False) -> str:
    """Return the 95 % interval in words."""
    low, high = figure["low"], figure["high"]
    if low is None or high is None:
        return ""
    first, last = line.written(low), line.written(high)
    return f"{first.removesuffix(' %') if is_difference else first} to {_apart(last) if is_difference else last}"


def difference(figure: Figure, line: Line) -> str:
    """Return a difference with its sign; shares differ by points."""
    found = figure["value"]
    if found is None:
        return "unavailable"
    text = _apart(line.written(found))
    return text if text.startswith("-") else f"+{text}"


def _apart(text: str) -> str:
    return text.replace("%", "points")


def judged(figure: Figure, line: Line) -> str:
    """Return whether the interval of a difference leaves open who is better."""
    low, high = figure["low"], figure["high"]
    if line.is_more_better is None or low is None or high is None:
        return ""
    if low <= 0 <= high:
        return "open"
    return "better" if (low > 0) == line.is_more_better else "worse"


def sentence(document: Mapping[str, Any], currency: str) -> str:
    """Return the answer in one sentence, or why there is none."""
    if document["unavailable"]:
        return f"Unavailable: {document['unavailable']}."
    found = chosen(document)[headline(document)[1]]["saved_minor_a_day"]
    line, count = counted(currency)[-1], len(document["weeks"])
    amount, at = money(currency)(abs(found["value"])), f"at {document['options']['capacity']:,} alerts a day"
    if is_at_its_own(document):
        at = "at as many alerts as its decisions raised"
    weeks = "a week" if count == 1 else f"{count} weeks"
    said = f"In {weeks} that no model had seen, our model {document['chosen']} would have saved {currency} {amount} a day"
    verdict = judged(found, line)
    if verdict == "open":
        more = "more" if found["value"] >= 0 else "less"
        return f"{said} {more} than the incumbent {at}; the interval, {interval(found, line)}, leaves open who is better."
    return f"{said} {'more' if verdict == 'better' else 'less'} than the incumbent {at} (95 %: {interval(found, line)})."


def is_at_its_own(document: Mapping[str, Any]) -> bool:
    """Return whether the incumbent decides by itself: beyond its own alerts it would be filled up with payments that it allowed."""
    return "as_decided" in document["incumbent"]


def headline(document: Mapping[str, Any]) -> tuple[str, str]:
    """Return under which names a document has the figures, and the differences, that the answer is given by."""
    return ("as_decided", "as_decided_difference") if is_at_its_own(document) else ("measures", "difference")


def chosen(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the family that the incumbent is compared with."""
    return next(one for one in document["candidates"] if one["name"] == document["chosen"])
