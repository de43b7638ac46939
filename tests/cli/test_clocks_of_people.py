"""Times as logs, databases and mail write them: read as they are, or refused with what would mend them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from cli.data.importing import ImportOptions, load_file
from cli.errors import InputError
from intake.description import Times
from intake.look.time_texts import written_as
from tests.intake.looked_files import OWN, described, looked, own_rows, text_of

FIRST = datetime(2026, 1, 5, 14, 20, 29, 250_000, tzinfo=UTC)
PATTERNS = [
    "%Y-%m-%d %H.%M.%S",
    "%d.%m.%Y %H.%M",
    "%a, %d %b %Y %H:%M:%S GMT",
    "%A, %B %d, %Y %I:%M %p",
    "%Y-%m-%d %H:%M:%S,%f",
    "%d-%b-%y %I.%M.%S.%f %p",
    "%Y-%m-%d %H:%M:%S %Z",
]


def stamped(tmp_path, text):
    """A file whose payments are two hours apart, each moment as `text` writes it."""
    moments = [FIRST + timedelta(hours=2 * row) for row in range(400)]
    rows = [[row[0], text(at), *row[2:]] for row, at in zip(own_rows(40, frauds_a_day=1), moments, strict=True)]
    path = tmp_path / "f.csv"
    path.write_text(text_of(OWN, rows))
    return path, moments


@pytest.mark.parametrize("pattern", PATTERNS)
def test_the_moments_that_were_written_come_back(tmp_path, pattern):
    """With points between hours and minutes, a day of the week before, a comma before fractions, a zone behind."""
    path, moments = stamped(tmp_path, lambda at: at.strftime(pattern))
    look = looked(path)
    assert not look.questions
    table = load_file(path, ImportOptions(description=look.proposal)).table
    kept = [datetime.strptime(at.strftime(pattern), pattern.replace("%Z", "UTC")).replace(tzinfo=UTC) for at in moments]
    assert table["occurred_us"].to_pylist() == [round(at.timestamp() * 1e6) for at in kept]
    assert look.readiness.weeks


def _half(at: datetime, morning: str, afternoon: str) -> str:
    return afternoon if at.hour > 11 else morning


WRITTEN = {
    "a service in a browser": lambda at: f"{at.month}/{at.day}/{at.year}, {int(f'{at:%I}')}:{at:%M:%S}\u202f{at:%p}",
    "a database's default": lambda at: f"{at:%b} {at.day:2d} {at.year} {int(f'{at:%I}'):2d}:{at:%M:%S%p}",
    "Ruby": lambda at: f"{at:%Y-%m-%d %H:%M:%S} +0000",
    "Ruby in words": lambda at: f"{at:%Y-%m-%d %H:%M:%S} UTC",
    "a blank before Z": lambda at: f"{at:%Y-%m-%d %H:%M:%S} Z",
    "a blank before an hour": lambda at: f"{at:%Y/%m/%d %H:%M:%S} +00",
    "SAS": lambda at: f"{at:%d%b%Y:%H:%M:%S}".upper(),
    "a web server": lambda at: f"{at:%d/%b/%Y:%H:%M:%S} +0000",
    "Spanish": lambda at: f"{at:%d/%m/%Y %I:%M:%S} {_half(at, 'a.m.', 'p.m.')}".replace(".m", ".\u00a0m"),
    "Korean": lambda at: f"{at.year}. {at.month}. {at.day}. {_half(at, '오전', '오후')} {int(f'{at:%I}')}:{at:%M:%S}",
    "Korean in words": lambda at: f"{at.year}년 {at.month}월 {at.day}일 {at:%H:%M:%S}",
    "Japanese": lambda at: f"{at.year}年{at.month}月{at.day}日 {at:%H:%M:%S}",
    "a blank that does not break": lambda at: f"{at:%Y-%m-%d}\u00a0{at:%H:%M:%S}",
    "told to be text": lambda at: f"'{at:%Y-%m-%d %H:%M:%S}",
    "digits alone": lambda at: f"{at:%Y%m%d %H%M%S}",
}


@pytest.mark.parametrize("where", WRITTEN)
def test_times_as_places_and_programs_write_them_come_back(tmp_path, where):
    """Whatever a look promises to read is read, and its weeks are counted."""
    path, moments = stamped(tmp_path, WRITTEN[where])
    look = looked(path)
    assert not look.questions
    table = load_file(path, ImportOptions(description=look.proposal)).table
    assert table["occurred_us"].to_pylist() == [int(at.timestamp()) * 10**6 for at in moments]
    assert sum(week.payments for week in look.readiness.weeks) > 300


def test_a_format_may_have_the_marks_of_its_place(tmp_path):
    """As it was written by hand, it fits as it stands."""
    path, moments = stamped(tmp_path, lambda at: f"{at:%Y년 %m월 %d일 %H:%M:%S}")
    said = described('times.format = "%Y년 %m월 %d일 %H:%M:%S"\ntimes.timezone = "UTC"')
    assert load_file(path, ImportOptions(description=said)).table["occurred_us"][3].as_py() == int(moments[3].timestamp()) * 10**6


@pytest.mark.parametrize("text", ["10ABC20", "12-XYZ-2026", "7AAA19"])
def test_letters_that_are_no_month_make_no_time(text):
    """Ids of letters between digits."""
    assert written_as([text]) is None


@pytest.mark.parametrize(("name", "hours"), [("EST", -5), ("CEST", 2), ("CET", 1), ("MSK", 3)])
def test_a_short_name_of_one_clock_is_its_offset_also_in_summer(tmp_path, name, hours):
    """CET in July is an hour ahead."""
    zone = timezone(timedelta(hours=hours), name)
    path, moments = stamped(tmp_path, lambda at: at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S.%f %Z"))
    table = load_file(path, ImportOptions(description=looked(path).proposal)).table
    assert table["occurred_us"].to_pylist() == [round(at.timestamp() * 1e6) for at in moments]


def test_a_name_of_several_clocks_is_refused_and_what_mends_it_does(tmp_path):
    """IST is India's, Israel's and Ireland's."""
    path, _ = stamped(tmp_path, lambda at: at.strftime("%Y-%m-%d %H:%M:%S IST"))
    with pytest.raises(InputError, match=r"line 2.*single clock's.*--time-format '%Y-%m-%d %H:%M:%S IST' --timezone Asia/Kolkata"):
        load_file(path, ImportOptions(description=described('times.format = "%Y-%m-%d %H:%M:%S %Z"')))
    said = 'times.format = "%Y-%m-%d %H:%M:%S IST"\ntimes.timezone = "Asia/Kolkata"'
    first = load_file(path, ImportOptions(description=described(said))).table["occurred_us"][0].as_py()
    assert first == datetime(2026, 1, 5, 8, 50, 29, tzinfo=UTC).timestamp() * 1e6


def test_an_hour_of_24_beside_am_and_pm_is_no_format():
    """What reads it passes over the half of the day, and 2 in the afternoon would be 2 at night."""
    with pytest.raises(ValueError, match="Write %I"):
        Times(format="%m/%d/%Y %H:%M %p")


def test_what_nobody_can_read_is_shown(tmp_path):
    """One of each shape, so that the question can be answered without opening the file."""
    path, _ = stamped(tmp_path, lambda at: f"{at:%d/%m/%Y %H:%M}" if at.hour % 4 else at.isoformat())
    (question,) = looked(path).questions
    assert "such as `2026-01-05T16:20:29" in question.what or "such as `05/01/2026 14:20` and `2026-01-05T16" in question.what


def test_a_few_that_cannot_be_read_hide_no_pattern():
    """One of twenty: reading names its line."""
    assert written_as(["2026-03-02T17:20:29Z"] * 19 + ["never"]).is_iso
    assert written_as(["12.50", "3.20"]) is None
