"""`logs/emissions.csv` read back."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cli.emissions import COLUMNS
from cli.errors import CommandError, InputError
from greenfraud.carbon import EmissionsRecord

AMOUNTS = ("duration_seconds", "energy_kwh", "emissions_g", "intensity_g_per_kwh", "pue")
# Numbers that an earlier release did not know.
LATER = (
    *("embodied_g", "vcpus", "memory_gb", "estimated_seconds", "cpu_seconds"),
    *("measured_energy_kwh", "measured_cpu_kwh", "measured_memory_kwh", "measured_gpu_kwh"),
)
COUNTS = ("gpus", "intensity_year")
REQUIRED = (*AMOUNTS, "stage", "intensity_source", "method", "region", "functional_unit", "functional_units")
REMEDY = "Run `make run` (or `make run EXIT=1`), which writes it"


def read_csv(path: Path) -> list[EmissionsRecord]:
    """Every record, in the file's order. CommandError when there is none, InputError naming the line that is damaged."""
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            rows = csv.DictReader(stream)
            missing = [column for column in REQUIRED if column not in (rows.fieldnames or ())]
            records = [] if missing else [_record(row, path, rows.line_num) for row in rows]
    except FileNotFoundError:
        raise CommandError(f"there is no {path}. {REMEDY}") from None
    if missing:
        raise InputError(f"{path} has no column {', '.join(missing)}. {REMEDY}")
    if not records:
        raise CommandError(f"{path} has no records. {REMEDY}")
    return records


def _record(row: Mapping[str, Any], path: Path, line: int) -> EmissionsRecord:
    values: dict[str, Any] = {name: row.get(name) or None for name in COLUMNS}
    try:
        values |= {name: float(row[name]) for name in AMOUNTS}
        values["functional_units"] = int(row["functional_units"])
        values |= {name: float(row[name]) for name in LATER if row.get(name)}
        values |= {name: int(row[name]) for name in COUNTS if row.get(name)}
    except (TypeError, ValueError):
        raise InputError(f"{path}, line {line}: a number is missing or damaged. {REMEDY}") from None
    return EmissionsRecord.from_json(values)
