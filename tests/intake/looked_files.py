"""Files of the kinds that people have, written for a test: a header, rows, and how they are written."""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from intake.description import Description
from intake.look.findings import Look
from intake.look.glance import Asked, glance_at
from intake.look.looking import look_through

OWN = ("transaction_id", "occurred_at", "customer_id", "terminal_id", "amount", "is_fraud")
TODAY = date(2026, 6, 1)
FIRST = datetime(2026, 1, 5)  # noqa: DTZ001 - written without an offset


def text_of(header: Sequence[str], rows: Iterable[Sequence[object]], separator: str = ",") -> str:
    """Return a header and rows as a CSV."""
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=separator, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return stream.getvalue()


def packed(path: Path, content: bytes) -> Path:
    """Write bytes as the name says: gzip, zip, or as they are."""
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(content))
    elif path.suffix == ".zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("f.csv", content)
    else:
        path.write_bytes(content)
    return path


def own_rows(days: int, *, frauds_a_day: int = 0, payments_a_day: int = 10, customers: int = 40) -> list[list[str]]:
    """Return rows under our own names: on each day so many payments, of which the first so many are frauds."""
    found = []
    for day in range(days):
        for number in range(payments_a_day):
            at = FIRST + timedelta(days=day, minutes=30 * number)
            who = (day * payments_a_day + number) % customers
            found.append(
                [
                    f"t{day}-{number}",
                    f"{at:%Y-%m-%dT%H:%M:%SZ}",
                    f"c{who}",
                    f"m{number % 3}",
                    "12.50",
                    str(int(number < frauds_a_day)),
                ]
            )
    return found


def looked(path: Path, **asked: object) -> Look:
    """Return a look at a file, on a day after all of its payments."""
    return look_through(glance_at(path, Asked(**{"today": TODAY, **asked})))  # type: ignore[arg-type]


def described(text: str) -> Description:
    """Return the description that TOML says."""
    import tomllib

    return Description.model_validate(tomllib.loads(text))
