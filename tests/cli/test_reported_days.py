"""When frauds were reported, as people have it: days alone, written otherwise than times are, beside the payments or in a file."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cli.data.importing import ImportOptions, load_file
from cli.errors import InputError
from greenfraud.instants import DAY_US
from intake.labels.reading import Asked, read_labels
from tests.intake.looked_files import OWN, described, looked, own_rows, text_of

FORMATS = ["%Y-%m-%d", "%Y/%m/%d", "%d/%m/%Y", "%d.%m.%Y", "%d-%b-%y"]


def reported(tmp_path, form: str, days: int = 9, other: str = "", count: int = 40):
    """A file of which every fraud was reported so many days later; others have `other` there."""
    rows = []
    for row in own_rows(count, frauds_a_day=2):
        at = datetime.fromisoformat(row[1]) + timedelta(days=days)
        rows.append([*row, at.strftime(form) if row[5] == "1" else other])
    path = tmp_path / "f.csv"
    path.write_text(text_of((*OWN, "observed_at"), rows))
    return path


def delays(path, look) -> set[float]:
    """After how many days frauds were known."""
    table = load_file(path, ImportOptions(description=look.proposal)).table.to_pylist()
    return {(row["observed_us"] + 1 - row["occurred_us"] // DAY_US * DAY_US) / DAY_US for row in table if row["is_fraud"]}


@pytest.mark.parametrize("form", FORMATS)
def test_a_day_alone_is_known_by_its_end(tmp_path, form):
    """However it is written: nobody knew it at midnight, before the day began."""
    path = reported(tmp_path, form)
    look = looked(path)
    assert not look.questions
    assert delays(path, look) == {10}


def test_days_of_which_nothing_tells_the_month_are_asked_about(tmp_path):
    """Days and months up to twelve."""
    path = reported(tmp_path, "%d/%m/%Y", days=0, count=7)
    assert [(one.section, one.replies[0].lines) for one in looked(path).questions] == [("labels", {"format": '"%d/%m/%Y"'})]


@pytest.mark.parametrize("other", ["1900-01-01", "9999-12-31", "1970-01-01"])
def test_a_moment_beside_a_payment_that_is_no_fraud_says_nothing(tmp_path, other):
    """Programs write one where there is none."""
    path = reported(tmp_path, "%Y-%m-%d", other=other)
    assert delays(path, looked(path)) == {10}


def test_a_fraud_that_was_reported_on_its_day_is_no_contradiction(tmp_path):
    """The day ends after the payment; midnight as a moment is refused, with what says that it means a day."""
    path = reported(tmp_path, "%Y-%m-%d", days=0)
    assert delays(path, looked(path)) == {1}
    path = reported(tmp_path, "%Y-%m-%dT00:00:00Z", days=0)
    with pytest.raises(InputError, match="--reported-format '%Y-%m-%d 00:00:00'"):
        load_file(path, ImportOptions())
    told = described('labels.format = "%Y-%m-%dT00:00:00Z"\ntimes.timezone = "UTC"')
    assert load_file(path, ImportOptions(description=told)).table.num_rows == 400


def test_another_file_says_days_in_its_own_format(tmp_path):
    """A bank's chargebacks; what mends them is named by its own options."""
    rows = own_rows(40)
    path, bank = tmp_path / "f.csv", tmp_path / "bank.csv"
    path.write_text(text_of(OWN[:5], [row[:5] for row in rows]))
    bank.write_text("Ref,Posted\n" + "".join(f"t{day}-0,{datetime(2026, 3, day + 1, tzinfo=UTC):%d/%m/%Y}\n" for day in range(20)))
    said = f'labels.file = "{bank}"\n'
    with pytest.raises(InputError, match=r"--labels-map transaction_id=<column>$"):
        load_file(path, ImportOptions(description=described(said)))
    said += 'labels.columns = { transaction_id = "Ref", reported_at = "Posted" }\ntimes.timezone = "UTC"\n'
    with pytest.raises(InputError, match=r"line 2.*01/03/2026.*--reported-format '%d/%m/%Y"):
        load_file(path, ImportOptions(description=described(said)))
    table = load_file(path, ImportOptions(description=described(f'{said}labels.format = "%d/%m/%Y"'))).table.to_pylist()
    known = sorted(datetime.fromtimestamp((row["observed_us"] + 1) / 1e6, UTC) for row in table if row["is_fraud"])
    assert known == [datetime(2026, 3, day + 2, tzinfo=UTC) for day in range(20)]


def test_todays_day_in_a_file_of_labels_is_told_now(tmp_path):
    """Its end is yet to come, and a label in the future is none."""
    path = tmp_path / "bank.csv"
    path.write_text(f"transaction_id,label,reported_at\nt1,fraud,{datetime.now(UTC):%Y-%m-%d}\n")
    asked = Asked({}, timezone="UTC")
    assert read_labels(path, asked).table["observed_us"].to_pylist() == [asked.now_us]


def test_reports_at_the_very_moment_are_told(tmp_path):
    """No fraud is known when it happens; some exports repeat the moment of the payment."""
    path = tmp_path / "f.csv"
    path.write_text(text_of((*OWN, "observed_at"), [[*row, row[1]] for row in own_rows(20, frauds_a_day=1)]))
    notes = list[str]()
    load_file(path, ImportOptions(), note=notes.append)
    assert any("observed_at" in note and "--maturity-days" in note for note in notes)
    notes.clear()
    load_file(reported(tmp_path, "%Y-%m-%d"), ImportOptions(description=described('times.timezone = "UTC"')), note=notes.append)
    assert not any("--maturity-days" in note for note in notes)
