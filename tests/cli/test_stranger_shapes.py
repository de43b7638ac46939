"""Whatever shape a file has: who agrees, and answers what is asked, gets the payments that were written, or a sentence."""

from __future__ import annotations

import csv

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stranger_reader import as_a_person
from stranger_shapes import written
from stranger_tables import DIGITS, LABELS, MONEY, NAMES, SCRIPTS, TIMES, WRITTEN, ZONES, Shape

UNICODE = ["utf-8", "utf-8-sig", "utf-16"]
MOST_NAMES = max(map(len, NAMES.values()))
PLAIN = Shape(
    seed=1,
    rows=8,
    encoding="utf-8",
    separator=",",
    quoting=csv.QUOTE_MINIMAL,
    line_end="\n",
    packing="",
    time="iso_z",
    zone="UTC",
    money="plain",
    currency="EUR",
    trims_decimals=False,
    refunds="",
    label="digits",
    names=1,
    has_ids=True,
    has_terminal=True,
    oddity="",
)


@st.composite
def shapes(draw: st.DrawFn) -> Shape:
    """Any of them: what cannot be written in an encoding is not."""
    money, label, encoding = (draw(st.sampled_from([*table])) for table in (MONEY, LABELS, SCRIPTS))
    if label == "korean":
        encoding = draw(st.sampled_from([*UNICODE, "cp949"]))
    if money == "french" or money.startswith("sign"):
        encoding = draw(st.sampled_from(UNICODE))
    return Shape(
        seed=draw(st.integers(0, 10_000)),
        rows=120 if money == "whole_units" else draw(st.sampled_from([4, 8, 30])),
        encoding=encoding,
        separator=draw(st.sampled_from([",", ";", "\t", "|"])),
        quoting=draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])),
        line_end=draw(st.sampled_from(["\n", "\r\n", "\r"])),
        packing=draw(st.sampled_from(["", "gzip", "zip"])),
        time=draw(st.sampled_from(TIMES)),
        zone=draw(st.sampled_from(ZONES)),
        money=money,
        currency=draw(st.sampled_from(["EUR", "USD"] if money.startswith("sign") else [*DIGITS])),
        trims_decimals=draw(st.booleans()),
        refunds=draw(st.sampled_from(["", "-", "("])),
        label=label,
        names=draw(st.integers(0, MOST_NAMES - 1)),
        has_ids=draw(st.booleans()),
        has_terminal=draw(st.booleans()),
        has_late_days=draw(st.booleans()),
        oddity=draw(st.sampled_from(["", "blanks", "index", "twice"])),
    )


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(shape=shapes())
def test_any_strangers_file_is_read_as_it_was_written_or_refused_in_a_sentence(tmp_path_factory, shape):
    """Moments, amounts, labels and ids: never others than were written."""
    file = written(shape, tmp_path_factory.mktemp("stranger"))
    outcome, what = as_a_person(file, shape)
    if outcome == "refused":
        assert "clocks are changed" in str(what), what
        assert file.path.name in str(what)
    else:
        assert outcome == "read", what


@pytest.mark.parametrize(
    "changed",
    [
        *({"time": time} for time in TIMES if time not in {"iso_z", *list(WRITTEN)[5:]}),
        *({"money": money, "rows": 120} for money in MONEY if money != "plain"),
        *({"money": "plain", "currency": currency, "trims_decimals": True} for currency in DIGITS),
        *({"money": "english", "currency": currency, "trims_decimals": True} for currency in DIGITS),
        *({"label": label} for label in LABELS if label != "digits"),
        *({"encoding": encoding} for encoding in SCRIPTS if encoding != "utf-8"),
        *({"names": place} for place in range(MOST_NAMES)),
        *(
            {"time": time, "has_late_days": False}
            for time in ("day_first", "month_first", "short_year", "year_first", "two_columns")
        ),
        {"refunds": "-"},
        {"refunds": "("},
        {"has_ids": False},
    ],
    ids=str,
)
def test_each_oddity_by_itself_is_read_as_it_was_written(tmp_path, changed):
    """One at a time, so that none hides behind another."""
    shape = Shape(**{**vars(PLAIN), **changed})
    assert as_a_person(written(shape, tmp_path), shape)[0] == "read"


@pytest.mark.parametrize("time", ["day_first", "iso_blank", "two_columns"])
def test_a_local_time_that_came_twice_is_refused_by_its_line(tmp_path, time):
    """When clocks are put back, nobody can tell which it was."""
    shape = Shape(**{**vars(PLAIN), "time": time, "zone": "Europe/Stockholm"})
    file = written(shape, tmp_path)
    text = file.path.read_text()
    moment = text.splitlines()[3]
    for day, other in ((f"{one[8:10]}/{one[5:7]}/{one[:4]}", one) for one in [_iso_day(moment)]):
        text = text.replace(moment, moment.replace(day, "26/10/2025").replace(other, "2025-10-26"))
    clock = next(part for part in moment.replace(",", " ").split() if part.count(":") == 2)
    file.path.write_text(text.replace(clock, "02:30:00", 1))
    outcome, what = as_a_person(file, shape)
    assert outcome == "refused"
    assert "or two: clocks are changed then" in str(what)
    assert "f.csv: column" in str(what)
    assert "(line " in str(what)


def _iso_day(line: str) -> str:
    """The day in a line, as YYYY-MM-DD."""
    import re

    if found := re.search(r"\d{4}-\d{2}-\d{2}", line):
        return found[0]
    day, month, year = re.search(r"(\d{2})/(\d{2})/(\d{4})", line).groups()  # type: ignore[union-attr]
    return f"{year}-{month}-{day}"
