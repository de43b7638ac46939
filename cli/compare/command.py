"""The command `greenfraud compare`: read the history and what scored it, train and judge, show the answer."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.errors import InputError
from cli.options import Currency, Mapping, Maturity, Rates, Timezone, import_options
from cli.screen import Screen
from greenfraud.errors import InvalidInput
from greenfraud.families import FAMILIES
from greenfraud.money import EURO, minor_of_text


def compare_command(  # noqa: PLR0913 - the options of a command
    *,
    data: Annotated[Path, typer.Option(help="your history with its frauds, Parquet or CSV, as `greenfraud import` takes it")],
    score: Annotated[
        str, typer.Option(metavar="COLUMN", help="what you run today said: a score on any scale, higher is riskier")
    ] = "",
    decision: Annotated[
        str, typer.Option(metavar="COLUMN", help="instead of a score, what it decided: approve, review, decline")
    ] = "",
    words: Annotated[str, typer.Option(help="what its words decide where they are its own: ok=allow,stop=block")] = "",
    is_reversed: Annotated[bool, typer.Option("--reversed", help="the lowest score is the riskiest")] = False,
    mapping: Mapping = "",
    timezone: Timezone = "",
    maturity_days: Maturity = 7,
    currency: Currency = "",
    rates: Rates = None,
    weeks: Annotated[int, typer.Option(min=1, max=52, help="how many weeks are judged: the newest whose frauds are reported")] = 4,
    capacity: Annotated[int, typer.Option(min=1, max=1_000_000, help="payments that your team can look at in a day")] = 100,
    review_cost: Annotated[str, typer.Option(help="what looking at one payment costs, such as 5.00")] = "5",
    hindered_cost: Annotated[str, typer.Option(help="what it costs to trouble a good customer on a day, such as 12.50")] = "0",
    families: Annotated[str, typer.Option(help="which of ours, separated by commas")] = ",".join(FAMILIES),
    page: Annotated[Path | None, typer.Option(help="write a page to send on: one HTML file that fetches nothing")] = None,
    to_json: Annotated[Path | None, typer.Option("--json", help="write every figure as JSON")] = None,
) -> None:
    """Is it better than what you run today? Yours beside ours, on the same weeks of your own history.

    Ours are trained on this machine, week after week, each on what was known before the week it is judged on. Nothing is sent
    anywhere, and no platform needs to be up. Money: of the payments with the highest scores of each day, as many as your team can
    look at; what they would have cost if frauds, less what looking at them costs. Yours and ours are judged on the same rows;
    where yours has no score, neither is judged.

    greenfraud compare --data history.parquet --score old_score --capacity 200 --page compare.html

    greenfraud compare --data history.csv --map is_fraud=chargeback --decision verdict --words ok=allow,stop=block
    """
    from cli.compare.incumbent import parse_words, read_incumbent, table_of
    from cli.compare.job import run_comparison
    from cli.compare.table import show
    from cli.data.importing import load_file

    if bool(score) == bool(decision):
        raise InputError("name the column of what you run today, once: --score COLUMN, or --decision COLUMN")
    if decision and is_reversed:
        raise InputError("--reversed is for a score that falls with the risk: say by --words which decision is which")
    if words and not decision:
        raise InputError("--words says what the words of a decision mean: name its column by --decision COLUMN")
    own, screen = currency or EURO, Screen()
    orders: dict[str, Any] = {
        "families": ",".join(_families(families)),
        "weeks": weeks,
        "capacity": capacity,
        "review_cost_minor": _minor("--review-cost", review_cost, own),
        "hindered_cost_minor": _minor("--hindered-cost", hindered_cost, own),
        "is_decision": bool(decision),
    }
    options = import_options(mapping, timezone, maturity_days, own, rates)
    spoken = parse_words(words) if decision else None
    with screen.step("read", f"reading {data}"):
        incumbent = read_incumbent(data, options.mapping, score or decision, words=spoken, is_reversed=is_reversed)
        dataset = load_file(data, options, note=lambda _: None)
    screen.line(f"  {dataset.table.num_rows:,} transactions from {dataset.first_day}; {incumbent.told}")
    with screen.step("compare", "training week after week, and judging"):
        told = screen.doing if screen.console.is_terminal else lambda line: screen.line(f"  {line}")
        document = run_comparison(dataset, table_of(incumbent, dataset.table), orders, told)
    document |= {"currency": own, "options": orders, "data": dataset.document(), "incumbent_told": incumbent.told}
    show(screen, document)
    if to_json:
        to_json.write_text(json.dumps(document, indent=1, allow_nan=False), encoding="utf-8")
        screen.line(f"{to_json} has every figure")
    if page:
        from cli.compare.page import page_of
        from cli.dashboard.build import write_page

        write_page(page_of(document, datetime.now(UTC)), page)
        screen.line(f"{page} is ready: open it in a browser, {page.resolve().as_uri()}")


def _families(text: str) -> list[str]:
    wanted = [name.strip() for name in text.split(",") if name.strip()]
    unknown = [name for name in wanted if name not in FAMILIES]
    if unknown or not wanted:
        raise InputError(f"--families: {', '.join(unknown) or 'none'}. Ours are {', '.join(FAMILIES)}")
    return list(dict.fromkeys(wanted))


def _minor(option: str, text: str, currency: str) -> int:
    try:
        return minor_of_text(text, currency)
    except InvalidInput as error:
        raise InputError(f"{option}: {error.reason}") from None
