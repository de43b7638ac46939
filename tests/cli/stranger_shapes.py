"""Files as strangers write them: the same payments in any shape, with what the person who wrote them knows of it."""

from __future__ import annotations

import csv
import gzip
import io
import random
import zipfile
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from stranger_tables import (
    COUNTED,
    DIGITS,
    LABELS,
    MONEY,
    NAMES,
    SCRIPTS,
    SERIAL_START,
    SIGNS,
    START,
    VERDICTS,
    WRITTEN,
    Shape,
)


@dataclass
class Written:
    """A file, the rows that are in it as the lake should have them, and what its writer knows, as dataset.toml says it."""

    path: Path
    rows: list[dict[str, Any]]
    truth: dict[str, dict[str, Any]] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)  # what its writer was told already


def written(shape: Shape, folder: Path) -> Written:
    """Write the file, and beside it one of labels where the shape has them there."""
    chance = random.Random(shape.seed)
    truth: dict[str, dict[str, Any]] = {"times": {}, "money": {}, "labels": {}, "rows": {}, "columns": {}, "file": {}}
    payments = [_payment(chance, shape, number) for number in range(shape.rows)]
    columns: dict[str, list[str]] = {}
    for of, some in _columns(shape, payments, truth, chance).items():
        names = _named(of, shape) if isinstance(of, str) else of
        columns |= some if names is None else {names: next(iter(some.values()))}
    header, lines = list(columns), list(zip(*columns.values(), strict=True))
    header, lines = _odd(shape, header, lines)
    path = folder / {"gzip": "f.csv.gz", "zip": "f.zip"}.get(shape.packing, "f.csv")
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=shape.separator, quoting=shape.quoting, lineterminator=shape.line_end)
    writer.writerow(header)
    writer.writerows(lines)
    _pack(path, text.getvalue().encode(shape.encoding), shape.packing)
    if shape.label == "elsewhere":
        told = "".join(
            f"{one['id']},{one['at'] + timedelta(days=3):%Y-%m-%dT%H:%M:%SZ}\n" for one in payments if one["verdict"] == "fraud"
        )
        (folder / "bank.csv").write_text(f"transaction_id,reported_at\n{told}")
    kept = [one for one in payments if not one["is_refund"]]
    return Written(path, [_expected(one, shape) for one in kept], truth)


def _payment(chance: random.Random, shape: Shape, number: int) -> dict[str, Any]:
    third = LABELS[shape.label][2] is not None
    verdict = VERDICTS[number % 3] if number < 3 else chance.choice(VERDICTS)
    step = {"hours": 3_600, "parts": 3_600, "day_dots": 60, "month_first": 60, "month_words": 60, "short_year": 60}.get(
        shape.time, 1
    )
    second = chance.randrange(0, 300 * 86_400) // step * step if number > 1 else number * 250 * 86_400
    moment = START + timedelta(seconds=second)
    units = chance.choice([0, 1, 12, 250, 999, 1000, 1250, 12_500, 1_234_567])
    digits = DIGITS[shape.currency]
    fraction = chance.choice([0, 0, 50, 5, 99]) * 10 ** (digits - 2) if digits > 1 else 0
    return {
        "id": f"{number:05d}" if shape.names % 2 else f"t{number}",
        "at": moment if shape.has_late_days else _early(moment),
        "customer": f"{chance.choice(['007', 'c1', 'c2', SCRIPTS[shape.encoding]])}",
        "terminal": f"m{chance.randrange(4)}",
        "minor": units * 10**digits + fraction,
        "verdict": verdict if third or verdict != "not_investigated" else "legitimate",
        "is_refund": bool(shape.refunds) and number % 5 == 4,
    }


def _early(moment: datetime) -> datetime:
    """The same time on one of the first ten days of its month, wherever the clock stands."""
    return moment.replace(day=2 + moment.day % 9)


def _columns(
    shape: Shape, payments: list[dict[str, Any]], truth: dict[str, Any], chance: random.Random
) -> dict[Any, dict[str, list[str]]]:
    payments.sort(key=lambda one: one["at"])
    for number, one in enumerate(payments):
        one["number"] = number
    found: dict[Any, dict[str, list[str]]] = {}
    known = ["occurred_at", "customer_id", "is_fraud", *(["terminal_id"] if shape.has_terminal else [])]
    truth["columns"] = {of: [_named(of, shape)] for of in known}
    if shape.has_ids or shape.label == "elsewhere":
        found["transaction_id"] = {"": [one["id"] for one in payments]}
        truth["columns"]["transaction_id"] = [_named("transaction_id", shape)]
    else:
        truth["rows"]["generate_ids"] = True
    found |= _times(shape, [one["at"] for one in payments], truth)
    found["customer_id"] = {"": [one["customer"] for one in payments]}
    if shape.has_terminal:
        found["terminal_id"] = {"": [one["terminal"] for one in payments]}
    found |= _money(shape, payments, truth)
    found |= _labels(shape, payments, truth)
    if shape.refunds:
        found["kind"] = {"": ["refund" if one["is_refund"] else "sale" for one in payments]}
        truth["rows"]["kind"] = {"column": "kind", "refund": ["refund"]}
    items = list(found.items())
    chance.shuffle(items)
    return dict(items)


def _times(shape: Shape, moments: list[datetime], truth: dict[str, Any]) -> dict[Any, dict[str, list[str]]]:
    times, form = truth["times"], shape.time
    local = [one.astimezone(ZoneInfo(shape.zone)) for one in moments]
    name = _named("occurred_at", shape)
    if form in COUNTED:
        times["format"] = form
        return {name: {"": [str(int(one.timestamp()) * COUNTED[form]) for one in moments]}}
    if form in {"seconds", "hours", "serial"}:
        unit = {"seconds": 1, "hours": 3_600, "serial": 86_400}[form]
        start = SERIAL_START if form == "serial" else START
        times |= {"format": "steps", "step": "days" if form == "serial" else form, "start": start}
        counts = [(one - start).total_seconds() / unit for one in moments]
        truth["columns"]["occurred_at"] = [name := name if form != "hours" else "step"]
        return {name: {"": [repr(one) if form == "serial" else str(int(one)) for one in counts]}}
    if form == "iso_offset":
        return {name: {"": [one.isoformat() for one in local]}}
    if form != "iso_z":
        times["timezone"] = shape.zone
    if form == "parts":
        truth["columns"]["occurred_at"] = ["Year", "Month", "Day", "Hour"]
        times["format"] = "%Y %m %d %H"
        return {
            part: {"": [one.strftime(code) for one in local]}
            for part, code in zip(("Year", "Month", "Day", "Hour"), ("%Y", "%m", "%d", "%H"), strict=True)
        }
    if form in {"two_columns", "clock_of_digits"}:
        clock = "%H:%M:%S" if form == "two_columns" else "%H%M%S"
        truth["columns"]["occurred_at"] = ["Date", "Time"]
        times["format"] = f"%d/%m/%Y {clock}"
        return {"Date": {"": [one.strftime("%d/%m/%Y") for one in local]}, "Time": {"": [one.strftime(clock) for one in local]}}
    pattern = WRITTEN[form]
    if not form.startswith("iso"):
        times["format"] = pattern
    return {name: {"": [(moments if form == "iso_z" else local)[place].strftime(pattern) for place in range(len(local))]}}


def _money(shape: Shape, payments: list[dict[str, Any]], truth: dict[str, Any]) -> dict[Any, dict[str, list[str]]]:
    decimal, thousands, before, behind = MONEY[shape.money]
    name, digits = _named("amount", shape), DIGITS[shape.currency]
    if shape.money == "minor":
        truth["columns"]["amount_minor"] = ["amount_cents"]
        return {"amount_cents": {"": [_signed(str(one["minor"]), one, shape) for one in payments]}}
    if shape.money == "whole_units":
        truth["columns"]["amount_minor"] = [name]
        return {name: {"": [_signed(str(one["minor"]), one, shape) for one in payments]}}
    truth["money"] |= {"decimal": decimal, **({"thousands": {"\u202f": " "}.get(thousands, thousands)} if thousands else {})}
    truth["columns"]["amount"] = [name]
    marks = {"sign": SIGNS[shape.currency], "code": shape.currency, "": ""}

    def paid(one: dict[str, Any]) -> str:
        whole = f"{one['minor'] // 10**digits:,}".replace(",", thousands)
        fraction = f"{one['minor'] % 10**digits:0{digits}d}" if digits else ""
        fraction = fraction.rstrip("0") if shape.trims_decimals else fraction
        text = f"{whole}{decimal if fraction else ''}{fraction}"
        blank = " " if behind.startswith(" ") else ""
        return _signed(f"{marks[before]}{text}{blank}{marks[behind.strip()]}", one, shape)

    return {name: {"": [paid(one) for one in payments]}}


def _signed(text: str, one: dict[str, Any], shape: Shape) -> str:
    if not one["is_refund"]:
        return text
    return f"({text})" if shape.refunds == "(" else f"-{text}"


def _labels(shape: Shape, payments: list[dict[str, Any]], truth: dict[str, Any]) -> dict[Any, dict[str, list[str]]]:
    if shape.label == "elsewhere":
        truth["labels"]["file"] = "bank.csv"
        return {}
    words = dict(zip(VERDICTS, LABELS[shape.label], strict=True))
    name = "is_legit" if shape.label == "inverse" else _named("is_fraud", shape)
    truth["labels"] |= {meaning: [word] for meaning, word in words.items() if word is not None}
    truth["columns"]["is_fraud"] = [name]
    return {name: {"": [str(words[one["verdict"]]) for one in payments]}}


def _named(of: str, shape: Shape) -> str:
    names = NAMES.get(of, [of])
    name = names[shape.names % len(names)]
    return name if name.isascii() or shape.encoding not in {"ascii", "cp949", "shift_jis", "utf-16-le"} else names[0]


def _odd(shape: Shape, header: list[str], lines: list[tuple[str, ...]]) -> tuple[list[str], list[tuple[str, ...]]]:
    """The header with what is odd about it; a column that nobody needs stands in front, or behind."""
    if shape.oddity == "blanks":
        return [f" {name} " for name in header], lines
    if shape.oddity == "index":
        return ["", *header], [(str(place), *line) for place, line in enumerate(lines)]
    if shape.oddity == "twice":
        return [*header, "note", "note"], [(*line, "a", "two\nlines" if shape.line_end == "\n" else "two") for line in lines]
    return header, lines


def _pack(path: Path, content: bytes, packing: str) -> None:
    if packing == "zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("export/f.csv", content)
    else:
        path.write_bytes(gzip.compress(content) if packing == "gzip" else content)


def _expected(one: dict[str, Any], shape: Shape) -> dict[str, Any]:
    return {
        "occurred_us": int(one["at"].timestamp()) * 10**6,
        "amount_minor": one["minor"],
        "is_fraud": one["verdict"] == "fraud",
        "is_investigated": one["verdict"] != "not_investigated",
        "customer_id": one["customer"],
        "terminal_id": one["terminal"] if shape.has_terminal else None,
        **({"transaction_id": one["id"]} if shape.has_ids or shape.label == "elsewhere" else {}),
    }
