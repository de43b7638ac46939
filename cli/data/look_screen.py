"""What a look at a file found, for a person: which column is which field, money, labels, weeks, and what is to decide."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from intake.look.counting import counted
from intake.look.written import suggested_lines
from intake.shown import shown

if TYPE_CHECKING:
    from cli.screen import Screen
    from intake.look.findings import ColumnSeen, Entities, Form, Look, Readiness

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
UNITS = ((1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB"))
MOST_COLUMNS = 40
MOST_WEEKS = 12
NARROW = 100  # characters; below, one value of each column is enough
GOOD, CAREFUL, BAD = "green", "yellow", "red"


def show_look(look: Look, screen: Screen, *, told: frozenset[str] = frozenset()) -> None:
    """Print all of it; texts of the file are never taken for markup. Of columns that were `told` of before no line is proposed."""
    screen.line(f"{shown(look.name)}: {form_told(look.form)}; {counted(look.rows, 'row')}, {counted(len(look.columns), 'column')}")
    screen.line()
    screen.table(_columns(look, is_narrow=screen.console.width < NARROW))
    if len(look.columns) > MOST_COLUMNS:
        screen.line(f"and {counted(len(look.columns) - MOST_COLUMNS, 'more column')}")
    screen.line()
    screen.table(_pairs(dict(_facts(look))))
    for text in look.assumed:
        screen.line(f"  taken for granted: {shown(text)}", style=CAREFUL)
    for text in look.warnings:
        screen.line(f"  odd: {shown(text)}", style=CAREFUL)
    _show_unused(look, screen, told)
    if look.readiness is not None:
        screen.line()
        show_readiness(look.readiness, screen)


def _show_unused(look: Look, screen: Screen, told: frozenset[str]) -> None:
    """Say how columns that no field takes would become features."""
    found = [one for one in look.suggested if one.column not in told]
    if not found:
        return
    screen.line()
    screen.line("not used; these lines of dataset.toml would make features of them (--declare; docs/columns.md):")
    for line in suggested_lines(found[:MOST_COLUMNS]):
        screen.line(f"  {line}", style=CAREFUL if line.startswith("# mind") else None)


def form_told(form: Form) -> str:
    """What kind of file it is, in words."""
    parts = [form.kind, form.compression, form.encoding + (" with a byte order mark" if form.has_bom else "")]
    parts.append(f"separated by {SEPARATORS.get(form.separator, form.separator)}" if form.separator else "")
    return ", ".join([part for part in parts if part] + [size_told(form.size_bytes)])


def size_told(size_bytes: int) -> str:
    """A size as people say it.

    >>> size_told(300), size_told(10_768_724)
    ('300 bytes', '10.3 MiB')
    """
    for unit, name in UNITS:
        if size_bytes >= unit:
            return f"{size_bytes / unit:.1f} {name}"
    return counted(size_bytes, "byte")


def _columns(look: Look, *, is_narrow: bool) -> Table:
    """One row per column: what it holds, a few values, which field it is, and why."""
    fields = {name: of for of, names in look.chosen.items() for name in names}
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("column", overflow="fold")
    table.add_column("holds", no_wrap=True)
    table.add_column("such as", overflow="ellipsis", no_wrap=True, max_width=18 if is_narrow else 44)
    table.add_column("is", no_wrap=True)
    table.add_column("because", overflow="fold")
    for column in look.columns[:MOST_COLUMNS]:
        of = fields.get(column.name, "")
        why = (*look.reasons.get(of, ()), *(f"but {doubt}" for doubt in look.doubts.get(of, ()))) if of else ()
        such_as = " · ".join(column.examples[: 1 if is_narrow else None])
        field = Text(of or "not used", style="" if of else "dim")
        table.add_row(Text(shown(column.name)), _holds(column), Text(such_as), field, Text(shown("; ".join(why))))
    return table


def _holds(column: ColumnSeen) -> str:
    absent = f", {column.absent / column.rows:.0%} absent" if column.absent and column.kind != "empty" else ""
    return f"{column.kind}{absent}"


def _facts(look: Look) -> Iterator[tuple[str, str]]:
    """What is told of each field, by its name."""
    if look.time is not None:
        yield "times", time_told(look)
    if look.money is not None:
        yield "amounts", money_told(look)
    if look.labels is not None:
        yield "labels", labels_told(look)
    if look.currencies:
        most = sorted(look.currencies.items(), key=lambda pair: -pair[1])
        yield "currencies", ", ".join(f"{shown(code)} {count:,}" for code, count in most[:8])
    yield "customers", entities_told(look.customers) if look.customers else "nobody is known"
    yield "terminals", entities_told(look.terminals) if look.terminals else "none is known"
    if look.readiness is not None and (fullest := look.readiness.fullest):
        weeks = look.readiness.weeks
        fullest_told = f"{counted(fullest.payments, 'payment')} on {counted(fullest.days, 'day')}"
        yield "weeks", f"{len(weeks)}, from {weeks[0].first_day}; the fullest from {fullest.first_day} with {fullest_told}"
        before = f"the last {MOST_WEEKS}: " if len(weeks) > MOST_WEEKS else ""
        yield "frauds a week", before + " ".join(f"{week.frauds:,}" for week in weeks[-MOST_WEEKS:])
    if look.sampled < look.rows:
        yield "columns", f"told from the first {look.sampled:,} rows; everything else from all {look.rows:,}"


def time_told(look: Look) -> str:
    """How moments are written, and from when to when."""
    form = look.time
    if form is None:
        return ""
    style = {"written": f"written as {form.format}", "stored": "stored as times", "steps": f"steps of {' or '.join(form.units)}"}
    told = "as RFC 3339 has them" if form.is_iso and form.style == "written" else style.get(form.style, form.style)
    if form.other_formats:
        told = f"written as {' or '.join((form.format, *form.other_formats))}: nothing tells which"
    days = sorted(week.first_day for week in look.readiness.weeks) if look.readiness else []
    return f"{told}{'' if form.has_offset else ', without an offset'}{f'; from {days[0]} on' if days else ''}"


def money_told(look: Look) -> str:
    """Marks, signs and decimals of amounts."""
    form = look.money
    if form is None:
        return ""
    told = [f"up to {counted(form.decimals, 'decimal')}" if form.decimals else "whole numbers: of the currency, or of its cents?"]
    told += [f"after a decimal mark `{form.decimal}`"] if form.decimals and form.decimal != "." else []
    told += [f"thousands by `{form.thousands}`"] if form.thousands else []
    told += [f"signs {' '.join(form.marks)}"] if form.marks else []
    told += [f"{counted(form.negative, 'negative one')}"] if form.negative else []
    return ", ".join(told)


def labels_told(look: Look) -> str:
    """The words of labels, how often each stands there, and what it means."""
    form = look.labels
    if form is None:
        return ""
    meanings = {
        **dict.fromkeys(form.fraud, "fraud"),
        **dict.fromkeys(form.legitimate, "legitimate"),
        **dict.fromkeys(form.uninvestigated, "not investigated"),
    }
    most = sorted(form.counts.items(), key=lambda pair: -pair[1])[:8]
    told = [f"{shown(word)} {count:,} ({meanings.get(word, '?')})" for word, count in most]
    return ", ".join([*told, *([f"{form.absent / form.rows:.1%} unlabelled"] if form.absent else [])])


def entities_told(found: Entities) -> str:
    """How many there are, and payments of each."""
    least = "at least " if found.is_at_least else ""
    return f"{least}{found.distinct:,}, with {found.mean:.1f} payments each, {found.most:,} at most"


def show_readiness(found: Readiness, screen: Screen) -> None:
    """Say whether a first model can be trained on this, and if not what is missing and from when on it could be."""
    for text, style in readiness_told(found):
        screen.line(text, style=style)


def readiness_told(found: Readiness | None) -> Iterator[tuple[str, str]]:
    """What is said of it, line by line, each with its colour; nothing where it could not be told."""
    if found is None:
        return
    learned, frauds = counted(len(found.learned), "week"), counted(found.judged_frauds, "fraud")
    if found.state == "ready":
        yield f"a first model: possible. {learned} to learn from, {found.judged[-1]} to be judged on, with {frauds}", GOOD
    elif found.state == "pooled":
        together = f"one week has too few frauds to judge by, so {len(found.judged)} are judged together, with {frauds}"
        yield f"a first model: possible. {learned} to learn from; {together}", GOOD
    else:
        for reason in found.reasons:
            yield f"a first model: not yet. {reason}", BAD
        if found.possible_on:
            yield f"  if payments and frauds go on like this: from about {found.possible_on} on", CAREFUL
        for remedy in found.remedies:
            yield f"  {remedy}", CAREFUL
        yield "  until then the rules decide", CAREFUL
    for warning in found.warnings:
        yield f"  mind: {warning}", CAREFUL


def _pairs(told: Mapping[str, str]) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, text in told.items():
        table.add_row(name, Text(text))
    return table
