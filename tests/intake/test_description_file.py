"""A description is read as it is written, and what is wrong in it is named with what may stand there."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.description import Description
from intake.description_file import checked, dump_description, load_description
from intake.errors import InputError

WHOLE = """
[file]
encoding = "cp1252"
delimiter = ";"
[columns]
occurred_at = ["date", "time"]
customer_id = "Client's id"
amount = "Amount, gross"
is_fraud = "bad"
[times]
format = "steps"
step = "hours"
start = 2024-01-01
timezone = "UTC"
[money]
decimal = ","
thousands = "."
round = true
currency = "EUR"
[labels]
fraud = "Y"
legitimate = ["N", 0]
not_investigated = [2]
file = "chargebacks.csv"
[rows]
generate_ids = true
since = 2020-01-01
skip_bad = true
kind = { column = "type", refund = ["REFUND", "REVERSAL"] }
"""


def test_every_key_is_read(tmp_path):
    """Each key of the page has its place."""
    path = tmp_path / "dataset.toml"
    path.write_text(WHOLE)
    found = load_description(path)
    assert found.columns == {
        "occurred_at": ("date", "time"),
        "customer_id": ("Client's id",),
        "amount": ("Amount, gross",),
        "is_fraud": ("bad",),
    }
    assert (found.file.encoding, found.file.delimiter) == ("cp1252", ";")
    assert (found.times.step, found.times.start) == ("hours", datetime(2024, 1, 1, tzinfo=UTC))
    assert (found.labels.fraud, found.labels.legitimate, found.labels.not_investigated) == (("Y",), ("N", "0"), ("2",))
    assert (found.rows.since, found.rows.kind.refund) == (date(2020, 1, 1), ("REFUND", "REVERSAL"))
    assert found.labels_path(tmp_path) == tmp_path / "chargebacks.csv"


def test_a_written_description_is_read_back(tmp_path):
    """What was written by a program is what a person may edit."""
    path = tmp_path / "dataset.toml"
    path.write_text(WHOLE)
    found = load_description(path)
    path.write_text(dump_description(found))
    assert load_description(path) == found


@given(
    name=st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1),
    encoding=st.sampled_from(["utf-8", "cp1252", "utf-16"]),
    words=st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1), max_size=1),
)
def test_names_of_any_marks_survive(tmp_path_factory, name, encoding, words):
    """Quotes, commas, brackets and other scripts in a column's name are written and read."""
    path = tmp_path_factory.mktemp("described") / "dataset.toml"
    described = Description().changed({"file": {"encoding": encoding}, "columns": {"amount": name}, "labels": {"fraud": words}})
    path.write_text(dump_description(described), encoding="utf-8")
    assert load_description(path) == described


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[file]\ndelimiter = '/'", r"file.delimiter = `/` cannot be used: write ',', ';'"),
        ("[file]\nencoding = 'utf-9'", r"file.encoding = `utf-9` is no encoding"),
        ("[file]\nseparator = ';'", r"no key `file.separator`. The keys there are encoding, delimiter"),
        ("[rows.kind]\ncolumn = 'a'\nrefunds = 'b'", r"no key `rows.kind.refunds`. The keys there are column, refund"),
        ("[collumns]\na = 'b'", r"no key `collumns`. The keys there are file, columns"),
        ("[columns]\namont = 'b'", r"no field `amont`. The fields are transaction_id, "),
        ("[times]\nformat = 'dmy'", r"times.format = `dmy` is no format"),
        ("[times]\nformat = 'steps'", r"step .* and start .* go together"),
        ("[times]\ntimezone = 'Mars/Olympus'", r"times.timezone = `Mars/Olympus` is no time zone"),
        ("[money]\nthousands = '.'", r"decimal and thousands are both `.`"),
        ("[money]\ncurrency = 'euro'", r"money.currency = `euro`"),
        ("[labels]\nfraud = ['Y']\nlegitimate = ['y']", r"`y` has two meanings"),
        ("[rows]\nsince = 'monday'", r"rows.since = `monday`"),
        ("[rows]\ngenerate_ids = true\n[columns]\ntransaction_id = 'id'", r"both given"),
        ("[rows\n", r"is no TOML"),
        (f"x = {'[' * 20_000}", r"cannot be read: lists or tables stand too deep"),
        (f"x = {'9' * 5_000}", r"is no TOML: .*digits"),
    ],
)
def test_what_is_wrong_is_named(tmp_path, text, said):
    """The file, the key and what may stand there."""
    path = tmp_path / "dataset.toml"
    path.write_text(text)
    with pytest.raises(InputError, match=rf"dataset\.toml.*{said}"):
        load_description(path)


def test_a_document_from_elsewhere_is_told_by_its_place():
    """Options of a command are checked by the same words."""
    with pytest.raises(InputError, match="the options: file"):
        checked({"file": {"encoding": "none"}}, "the options")


@pytest.mark.parametrize(
    "text",
    [
        '[file]\ndelimiter = "\\u001b[2J"',
        '[money]\ncurrency = "\\u001b[2J"',
        '[file]\n"\\u001b[2J" = 1',
        '[columns]\n"\\u001b[2J" = "a"',
        '[times]\ntimezone = "\\u001b[2J"',
        '[rows]\nkind = { column = "a", "\\u001b[2J" = "b" }',
    ],
)
def test_no_terminal_obeys_what_a_description_holds(tmp_path, text):
    """It may have come with somebody's file."""
    path = tmp_path / "dataset.toml"
    path.write_text(text)
    with pytest.raises(InputError, match=r"·\[2J") as told:
        load_description(path)
    assert str(told.value).isprintable()
