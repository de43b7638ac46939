"""What a benchmark found: a table for a person, and `.local/bench/<name>.json` for a program."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.machine import machine

FOLDER = Path(__file__).resolve().parents[1] / ".local" / "bench"
PLAIN_WIDTH = 120


def publish(name: str, measures: Mapping[str, float], peers: Mapping[str, str]) -> Path:
    """Print and store flat `measures` and how each of the `peers` was built; returns the written file.

    Units stand in the measures' names. Raises ValueError for a measure that is not a finite number: what could not be
    measured is left out, never invented.
    """
    broken = sorted(measure for measure, value in measures.items() if not math.isfinite(value))
    if broken:
        raise ValueError(f"not finite: {', '.join(broken)}")
    document = {"name": name, "machine": machine(), "measures": dict(measures), "peers": dict(peers)}
    path = FOLDER / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    console = Console(highlight=False)
    console = console if console.is_terminal else Console(highlight=False, width=PLAIN_WIDTH)
    console.print(_table(name, measures))
    for peer, built in peers.items():
        console.print(f"  {peer}: {built}", markup=False)
    return path


def readable(value: float) -> str:
    """Return a number with as many decimals as matter.

    >>> [readable(value) for value in (1_748_622, 12.3456, 0.00012345, 0, 3.0)]
    ['1,748,622', '12.35', '0.0001234', '0', '3']
    """
    if float(value).is_integer():
        return f"{int(value):,}"
    return f"{value:,.2f}" if abs(value) >= 1 else f"{value:.4g}"


def _table(name: str, measures: Mapping[str, float]) -> Table:
    table = Table(title=name, title_justify="left", title_style="bold", box=None, pad_edge=False, show_header=False)
    table.add_column("measure", no_wrap=True)
    table.add_column("value", justify="right", no_wrap=True)
    for measure, value in measures.items():
        table.add_row(measure, readable(value))
    return table
