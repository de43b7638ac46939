"""The accounts on a terminal: stages, families and chunks, 1,000 scores by their parts, and how all of it was found."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from cli.carbon.accounts import Account, PerThousand, Records, by, per_thousand
from cli.progress import grams
from cli.screen import Screen
from greenfraud.carbon import RESERVED

AMOUNTS = ("records", "held", "kWh", "of use", "of making", "CO2e", "CodeCarbon saw")


def show(screen: Screen, records: Records) -> None:
    """Print everything, unknown figures as a dash."""
    screen.table(table_of(("stage",), [*by(records, lambda one: one.stage), Account.of(records, "all")]))
    trained = [one for one in records if one.stage == "train"]
    if trained:
        screen.line()
        screen.table(table_of(("family", "chunk"), by(trained, lambda one: one.family, lambda one: one.chunk)))
    screen.line()
    for line in (*scores_lines(per_thousand(records)), *method_lines(records)):
        screen.line(line)


def table_of(names: Sequence[str], accounts: Sequence[Account]) -> Table:
    """A line per account."""
    table = Table(box=None, pad_edge=False, padding=(0, 1))
    for name in names:
        table.add_column(f"  {name}" if name == names[0] else name)
    for title in AMOUNTS:
        table.add_column(title, justify="right", no_wrap=True)
    for one in accounts:
        first, *others = one.name
        table.add_row(f"  {first}", *others, *_cells(one))
    return table


def _cells(one: Account) -> list[str]:
    measured = f"{one.measured_kwh:.3g} kWh" if one.measured_kwh else "-"
    making = grams(None if one.without_embodied else one.embodied_g)
    return [
        f"{one.records:,}",
        _time(one.seconds),
        f"{one.energy_kwh:.3g}",
        grams(one.emissions_g),
        making,
        grams(one.total_g),
        measured,
    ]


def _time(seconds: float) -> str:
    return f"{seconds / 3600:.1f} h" if seconds >= 3600 else f"{seconds:.1f} s"


def scores_lines(found: PerThousand | None) -> list[str]:
    """Say what 1,000 scores emit, by parts."""
    if found is None:
        return ["1,000 scores: no score was made yet"]
    parts = f"use {grams(found.answering_g)}, making {grams(found.embodied_g)}"
    return [
        f"1,000 scores: {grams(found.sci_g)} CO2e ({parts}), of {found.scores:,} scores",
        f"              {grams(found.everything_g)} with all jobs so far shared among them ({grams(found.jobs_g)})",
    ]


def method_lines(records: Records) -> list[str]:
    """Say how the figures were found; records of earlier releases are told apart."""
    now = [one for one in records if one.method == RESERVED]
    old = sorted({one.method for one in records if one.method != RESERVED})
    grids = dict.fromkeys(
        f"{one.intensity_g_per_kwh:g} g/kWh in {one.region}, {one.intensity_source}, PUE {one.pue:g}" for one in records
    )
    hardware = ", ".join(sorted({one.hardware for one in now if one.hardware}))
    estimated, held = (sum(getattr(one, name) or 0.0 for one in now) for name in ("estimated_seconds", "duration_seconds"))
    lines = [f"grid          {one}" for one in grids]
    if now:
        share = f"{estimated / held:.0%}" if held else "0%"
        lines.append(f"method        {RESERVED}: what was held from start to end, {share} of the time estimated: {hardware}")
    if old:
        count = len(records) - len(now)
        lines.append(f"method        {', '.join(old)}: {count:,} records of an earlier release, which do not know the making")
    return lines
