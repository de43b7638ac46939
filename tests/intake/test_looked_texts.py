"""How times, amounts and labels are written is told from the values, and what two readings allow is told as such."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.look.choosing import quoted
from intake.look.label_words import meanings
from intake.look.money_texts import amounts_as
from intake.look.numbered_times import epoch_of, units_possible
from intake.look.time_texts import written_as

PATTERNS = (
    "%Y-%m-%dT%H:%M:%S%z",
    "%Y-%m-%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%d.%m.%Y %H:%M:%S",
    "%m/%d/%Y %H:%M",
    "%d/%m/%Y %I:%M %p",
    "%Y%m%d",
    "%d-%b-%Y %H:%M",
    "%b %d, %Y %H:%M",
    "%m/%d/%y %H:%M",
    "%y-%m-%d %H:%M",
    "%d.%m.%y",
)
EARLIEST, LATEST = datetime(1995, 1, 1), datetime(2026, 1, 1)  # noqa: DTZ001 - hypothesis wants them so


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_pattern_is_told_from_what_it_wrote(pattern):
    """Of a whole year, in which no day is also a month."""
    moments = [datetime(2024, 1, 1, 9, 30, 5, tzinfo=UTC) + timedelta(hours=31 * n) for n in range(280)]
    written = written_as([moment.strftime(pattern) for moment in moments])
    assert (written.pattern, written.others) == (pattern, ())


@given(st.lists(st.datetimes(EARLIEST, LATEST), min_size=1, max_size=40), st.sampled_from(PATTERNS))
def test_a_pattern_that_was_found_reads_every_value_as_it_was(moments, pattern):
    """Or the other one does, where day and month may be the other way round: never neither."""
    texts = [moment.replace(tzinfo=UTC, second=0).strftime(pattern) for moment in moments]
    written = written_as(texts)
    known = [pd.to_datetime(texts, format=one, utc=True) for one in (written.pattern, *written.others)]
    true = pd.to_datetime(texts, format=pattern, utc=True)
    assert any((one == true).all() for one in known)


@pytest.mark.parametrize(
    ("texts", "patterns"),
    [
        (["03/04/2026", "05/06/2026"], {"%d/%m/%Y", "%m/%d/%Y"}),
        (["03/04/2026", "13/06/2026"], {"%d/%m/%Y"}),
        (["03/04/2026", "03/13/2026"], {"%m/%d/%Y"}),
        (["26-03-18 09:30"], {"%d-%m-%y %H:%M", "%y-%m-%d %H:%M"}),
        (["26-03-18", "26-03-31"], {"%y-%m-%d"}),
        (["18.03.26", "31.03.26"], {"%d.%m.%y"}),
        (["05/06/07"], {"%d/%m/%y", "%m/%d/%y", "%y/%m/%d"}),
        (["01/01/01", "01/01/12"], {"%d/%m/%y", "%m/%d/%y", "%y/%m/%d"}),
        (["18-Mar-26"], {"%d-%b-%y", "%y-%b-%d"}),
        (["18-Mar-26", "30-Mar-26"], {"%d-%b-%y"}),
    ],
)
def test_day_and_month_are_never_guessed(texts, patterns):
    """Until a number above twelve tells."""
    written = written_as(texts)
    assert {written.pattern, *written.others} == patterns


@pytest.mark.parametrize("texts", [[], ["hello"], ["12.50", "7"], ["2026-99-99"], ["1/2"], ["c1"], ["31/31/2026"]])
def test_what_is_no_time_has_no_pattern(texts):
    """Also where it has the marks of one."""
    assert written_as(texts) is None


@pytest.mark.parametrize(
    ("texts", "decimal", "thousands", "is_ambiguous"),
    [
        (["12.50", "7"], ".", "", False),
        (["$134.09 ", "1,250.00", "£8,100.50"], ".", ",", False),
        (["12,50"], ",", "", False),
        (["1.250,00", "7,10"], ",", ".", False),
        (["1.250.000", "12"], ",", ".", False),
        (["1 250,00", "7,10"], ",", " ", False),
        (["1'250.00"], ".", "'", False),
        (["1,250", "2,500"], ".", ",", True),
        (["75.887"], ".", "", True),
        (["75.887", "1234.500"], ".", "", False),
        (["(12.50)", "-3"], ".", "", False),
    ],
)
def test_marks_of_amounts_are_told_from_where_they_stand(texts, decimal, thousands, is_ambiguous):
    """A mark before three digits alone may be either."""
    found = amounts_as(texts)
    assert (found.decimal, found.thousands, found.is_ambiguous) == (decimal, thousands, is_ambiguous)


def test_signs_and_negative_amounts_are_counted():
    """In brackets, before and behind."""
    found = amounts_as(["-$5.00", "(7.00)", "3.00-", "0.00", "-0.00"])
    assert (found.negative, found.marks) == (3, ("$",))


@given(st.lists(st.text(max_size=12), min_size=1, max_size=20))
def test_any_text_is_an_amount_a_time_or_neither(texts):
    """Nothing that a column may hold is met with a fault."""
    for reader in (amounts_as, written_as, epoch_of):
        reader(texts)
    meanings("x", dict.fromkeys(texts, 1), 0)


def test_an_epoch_is_told_by_its_size():
    """A number of a year long gone is none."""
    now = datetime(2026, 6, 1, tzinfo=UTC)
    assert [epoch_of([text], now) for text in ("1772357400", "1772357400000", "1772357400000000", "86400", "9999999999")] == [
        "epoch-s",
        "epoch-ms",
        "epoch-us",
        "",
        "",
    ]


def test_steps_may_be_of_every_unit_in_which_they_last_a_day_to_ten_years():
    """The one that a name is known for comes first."""
    assert units_possible(0, 172_792, "Time") == ["seconds", "minutes"]
    assert units_possible(1, 743, "step") == ["hours", "days"]
    assert units_possible(0, 15_811_131, "TransactionDT") == ["seconds"]


def test_a_word_that_nobody_knows_is_not_given_a_meaning():
    """It is asked for."""
    found = meanings("Labels", {"0": 90, "1": 5, "2": 40, "pending": 1}, 3)
    assert (found.fraud, found.legitimate, found.uninvestigated, found.unknown) == (("1",), ("0",), ("pending",), ("2",))
    assert (found.absent, found.rows) == (3, 139)
    assert meanings("city", {"Rome": 3, "Oslo": 2}, 0) is None


@given(st.text(st.characters(codec="utf-8", max_codepoint=0xFFFF), max_size=12))
def test_a_name_as_toml_writes_it_is_read_as_it_is(name):
    """Whatever somebody called a column."""
    assert tomllib.loads(f"column = {quoted(name)}") == {"column": name}


def test_accents_before_plain_letters_are_no_chinese():
    """Two bytes of Référence could be one character of GB 18030, and a rare one."""
    from intake.look.opening import encoding_of

    assert encoding_of("Référence;Date;Créé à".encode("cp1252")) == ("cp1252", False)
    assert encoding_of("交易时间,客户编号,交易金额".encode("gb18030")) == ("gb18030", False)


@pytest.mark.parametrize("texts", [["1.2.3.4"], ["10.0.0.1", "192.168.100.200"], ["2.11.3"]])
def test_an_address_or_a_version_is_no_amount(texts):
    """Whatever stands between its points."""
    from intake.look.money_texts import amounts_as

    assert amounts_as(texts) is None
    assert amounts_as(["1.234.567,00"]).thousands == "."
