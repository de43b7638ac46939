"""What a backtest found, on a terminal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cli.policy.trial_table import UNAVAILABLE, show_examples, show_table, table_of
from cli.screen import Screen
from greenfraud.money import in_words

Told = Mapping[str, float | None]


def show_backtest(screen: Screen, document: Mapping[str, Any]) -> None:
    """Print the whole, each rule, what nobody knows, and the missed ones."""
    currency = document["currency"]
    told = f"{document['candidate']} beside {document['now']}, which decides now"
    screen.line(f"{told}: {document['from'][:10]} to {document['to'][:10]}, whose labels are mature", style="bold")
    for note in _notes(document):
        screen.line(f"  note: {note}", style="yellow")
    title = f"{document['known']:,} payments of which it is known what they were: {document['frauds']:,} frauds"
    show_table(screen, table_of(title, ("", "now", "then", "difference", "95 % of it"), _whole(document, currency)))
    show_table(
        screen, table_of("When each speaks", ("", "frauds", "good", "never labelled", "frauds of known", "95 %"), _rules(document))
    )
    _show_never_labelled(screen, document["never_labelled"])
    show_examples(screen, "Frauds that it would miss, the largest", document["missed_examples"], currency)


def _notes(document: Mapping[str, Any]) -> list[str]:
    notes = []
    if document["not_judged"]:
        notes.append(f"{document['not_judged']:,} more did not keep a value that the policies ask for")
    if document["without_probability"]:
        notes.append(f"{document['without_probability']:,} had no model's probability; rules decide them")
    return notes


def _whole(document: Mapping[str, Any], currency: str) -> list[tuple[str, ...]]:
    def money(value: float) -> str:
        return f"{'-' if value < 0 else ''}{in_words(abs(round(value)), currency)}"

    rows = [
        _counted("frauds caught", document["caught"]),
        _compared("  share", document["caught_share"], _percent),
        _counted("frauds missed", document["missed"]),
        _compared(f"  their {currency}", document["missed_minor"], money),
        _counted("good payments hindered", document["hindered"]),
        _compared("  share", document["hindered_share"], _percent),
        _counted("  their customers", document["customers_hindered"]),
    ]
    if "unavailable" in document["money"]:
        return [*rows, (f"cost {UNAVAILABLE}: {document['money']['unavailable']}", "", "", "", "")]
    return [*rows, _compared(f"cost, {currency}", document["money"], money)]


def _counted(name: str, sides: Mapping[str, int]) -> tuple[str, ...]:
    return name, f"{sides['now']:,}", f"{sides['then']:,}", f"{sides['then'] - sides['now']:+,}", ""


def _compared(name: str, told: Mapping[str, Told], words: Callable[[float], str]) -> tuple[str, ...]:
    sides = [_value(told[side], words) for side in ("now", "then", "difference")]
    return name, *sides, _interval(told["difference"], words)


def _value(told: Told, words: Callable[[float], str]) -> str:
    return UNAVAILABLE if told["value"] is None else words(told["value"])


def _interval(told: Told, words: Callable[[float], str]) -> str:
    low, high = told["low"], told["high"]
    return "" if low is None or high is None else f"{words(low)} to {words(high)}"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _rules(document: Mapping[str, Any]) -> list[tuple[str, ...]]:
    return [
        (
            name,
            f"{one['frauds']:,}",
            f"{one['good']:,}",
            f"{one['never_labelled']:,}",
            _value(one["precision"], _percent),
            _interval(one["precision"], _percent),
        )
        for name, one in document["rules"].items()
    ]


def _show_never_labelled(screen: Screen, apart: Mapping[str, Any]) -> None:
    """What was declined or held, and never labelled: counted, and estimated by what chance let through."""
    screen.line()
    would = ", ".join(f"{decision} {count:,}" for decision, count in sorted(apart["then"].items())) or "nothing"
    screen.line(f"Never labelled, because they never went through: {apart['decisions']:,}; of them it would {would}")
    estimate = apart["by_exploration"]
    if "unavailable" in estimate:
        screen.line(f"  what they were is {UNAVAILABLE}: {estimate['unavailable']}")
        return
    stand, share = (f"{_value(estimate[name], words)} ({_interval(estimate[name], words)})" for name, words in HONEST)
    screen.line(
        f"  {estimate['explored']:,} let through by chance stand for {stand} refused like them; frauds among those: {share}"
    )
    passed, frauds = (_value(estimate[name], _rounded) for name in ("let_through_then", "frauds_let_through_then"))
    screen.line(f"  of those it would let {passed} through, {frauds} of them frauds")


def _rounded(value: float) -> str:
    return f"{value:,.0f}"


HONEST: tuple[tuple[str, Callable[[float], str]], ...] = (("stand_for", _rounded), ("fraud_share", _percent))
