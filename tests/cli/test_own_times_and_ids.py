"""Times as people write them, and rows without ids, are read when it is said how; nothing is guessed."""

from datetime import datetime

import pytest

from cli.errors import InputError
from greenfraud.instants import parse_rfc3339

HEADER = "transaction_id,occurred_at,customer_id,amount,is_fraud\n"


def one(when: str) -> str:
    """A file of one payment."""
    return f"{HEADER}a1,{when},c1,12.50,0\n"


@pytest.mark.parametrize(
    ("when", "typed", "expected"),
    [
        ("18.03.2026 02:47:11", {"time_format": "%d.%m.%Y %H:%M:%S", "timezone": "UTC"}, "2026-03-18T02:47:11Z"),
        ("3/4/26 2:47", {"time_format": "%m/%d/%y %H:%M", "timezone": "UTC"}, "2026-03-04T02:47:00Z"),
        ("3/4/26 2:47", {"time_format": "%d/%m/%y %H:%M", "timezone": "UTC"}, "2026-04-03T02:47:00Z"),
        ("20260318 0247 +0100", {"time_format": "%Y%m%d %H%M %z"}, "2026-03-18T01:47:00Z"),
        ("1772357400123456789", {"time_format": "epoch-ns"}, "2026-03-01T09:30:00.123456Z"),
        ("18.07.2025 02:47", {"time_format": "%d.%m.%Y %H:%M", "timezone": "Europe/Stockholm"}, "2025-07-18T00:47:00Z"),
        ("2026/03/01 09:30:00", {"timezone": "UTC"}, "2026-03-01T09:30:00Z"),
        ("2026/03/01T09:30:00Z", {}, "2026-03-01T09:30:00Z"),
        ("1772357400", {"time_format": "epoch-s"}, "2026-03-01T09:30:00Z"),
        ("1772357400.25", {"time_format": "epoch-s"}, "2026-03-01T09:30:00.25Z"),
        ("1772357400123", {"time_format": "epoch-ms"}, "2026-03-01T09:30:00.123Z"),
        ("1772357400123456", {"time_format": "epoch-us"}, "2026-03-01T09:30:00.123456Z"),
        ("26", {"time_unit": "hours", "start": datetime(2024, 1, 1)}, "2024-01-02T02:00:00Z"),  # noqa: DTZ001
        ("0.5", {"time_unit": "days", "start": datetime(2024, 1, 1)}, "2024-01-01T12:00:00Z"),  # noqa: DTZ001
    ],
)
def test_a_stated_form_of_time_is_read(read, when, typed, expected):
    """Exactly, in UTC."""
    assert read(one(when), **typed)[0]["occurred_us"] == parse_rfc3339(expected)


@pytest.mark.parametrize(
    ("when", "typed", "said"),
    [
        ("1772357400", {}, "--time-format epoch-s"),
        ("3/18/26 2:47", {}, r"--time-format '%d/%m/%Y %H:%M' \(day first\)"),
        ("31.02.2026", {"time_format": "%d.%m.%Y", "timezone": "UTC"}, "no time as %d.%m.%Y"),
        ("18.03.2026", {"time_format": "%d.%m.%Y"}, "`18.03.2026` is a time without an offset.*--timezone UTC"),
        ("18.03.2026", {"time_format": "epoch-s"}, "no count of time"),
        ("1772357400123", {"time_format": "epoch-s"}, "no time of the calendar.*epoch-ms"),
        ("2199-01-01T00:00:00Z", {}, "ahead of now"),
        ("x", {"time_format": "%Q"}, "times.format = `%Q` is no format"),
        ("5", {"time_unit": "weeks"}, r"times.step = `weeks` cannot be used: write 'seconds'"),
        ("5", {"time_unit": "hours"}, "start .* go together"),
    ],
)
def test_what_is_no_such_time_is_told_with_the_option_that_mends_it(read, when, typed, said):
    """File, column, line, value, option."""
    with pytest.raises(InputError, match=said) as caught:
        read(one(when), **typed)
    assert "options" in str(caught.value) or "mine.csv: column `occurred_at`, row 1 (line 2): `" in str(caught.value)


def test_a_date_and_a_time_in_two_columns_are_one_moment(read):
    """Said by a plus."""
    rows = read(
        "id,date,time,customer_id,amount,is_fraud\n1,01/03/2026,09:30,c1,1,0\n",
        mapping="transaction_id=id,occurred_at=date+time",
        time_format="%d/%m/%Y %H:%M",
        timezone="UTC",
    )
    assert rows[0]["occurred_us"] == parse_rfc3339("2026-03-01T09:30:00Z")


def test_several_columns_make_one_customer_and_no_two_lists_the_same(read):
    """A mark inside a part is escaped."""
    rows = read(
        "transaction_id,occurred_at,bank,account,amount,is_fraud\n"
        "1,2026-03-01T09:30:00Z,b|a,7,1,0\n2,2026-03-01T09:31:00Z,b,a|7,1,0\n",
        mapping="customer_id=bank+account",
    )
    assert [row["customer_id"] for row in rows] == ["b\\|a|7", "b|a\\|7"]


def test_only_times_and_ids_are_made_of_several_columns(read):
    """An amount is not."""
    with pytest.raises(InputError, match="`amount` is of 2 columns"):
        read(one("2026-03-01T09:30:00Z"), mapping="amount=amount+is_fraud")


ROWS = [
    "2026-03-01T09:30:00Z,c1,12.50,0",
    "2026-03-01T09:30:00Z,c1,12.50,0",
    "2026-03-01T09:30:00Z,c1,12.5,0",
    "2026-03-02T09:30:00Z,c2,7,1",
]


def ids_of(read, rows):
    """The ids made for some rows."""
    text = "occurred_at,customer_id,amount,is_fraud\n" + "\n".join(rows) + "\n"
    return sorted(row["transaction_id"] for row in read(text, generate_ids=True))


def test_ids_are_made_of_what_rows_say_and_are_the_same_again(read):
    """Equal rows are counted; a longer file, in another order, gives its rows the ids they had."""
    made = ids_of(read, ROWS)
    assert len(set(made)) == len(ROWS)
    assert set(ids_of(read, ROWS[:2])) < set(made)
    assert ids_of(read, [*reversed(ROWS)]) == made


def test_an_id_outlives_a_label(read):
    """Which comes later."""
    assert ids_of(read, ROWS[3:]) == ids_of(read, ["2026-03-02T09:30:00Z,c2,7.00,0"])


def test_a_file_without_ids_is_told_that_they_can_be_made(read):
    """And one with ids, that there are two of them."""
    with pytest.raises(InputError, match="--generate-ids"):
        read("occurred_at,customer_id,amount,is_fraud\n" + ROWS[0])
    with pytest.raises(InputError, match="`transaction_id` is given by column `transaction_id` and by --generate-ids"):
        read(one("2026-03-01T09:30:00Z"), generate_ids=True, mapping="transaction_id=transaction_id")


def test_where_nobody_is_known_every_payment_is_a_strangers(read):
    """Terminals are known all the same, and it is said."""
    rows = read("occurred_at,terminal_id,amount,is_fraud\n2026-03-01T09:30:00Z,m1,1,0\n", generate_ids=True, no_customer=True)
    assert rows[0]["customer_id"] == rows[0]["transaction_id"]
    assert rows[0]["terminal_id"] == "m1"
    assert "no customer" in read.said[-1]


@pytest.mark.parametrize("when", ["2025-10-26 02:30:00", "2025-03-30 02:30:00"])
def test_an_hour_that_clocks_skip_or_repeat_is_told_by_its_row(read, when):
    """And the others are fine without it."""
    text = one("2025-10-25 02:30:00") + f"a2,{when},c1,1,0\n"
    with pytest.raises(InputError, match=rf"row 2 \(line 3\): `{when}` is no moment of Europe/Stockholm, or two"):
        read(text, timezone="Europe/Stockholm")
    assert len(read(text, timezone="Europe/Stockholm", skip_bad=True)) == 1


def test_a_file_without_terminals_is_read_and_it_is_said(read):
    """Their features stay empty."""
    assert read(one("2026-03-01T09:30:00Z"))[0]["terminal_id"] is None
    assert read.said == ["no terminal: what is known of terminals stays empty"]
