"""Labels of other makings: a column of when frauds were reported, and one whose name speaks of frauds among other things."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from cli.data.importing import ImportOptions, load_file
from tests.intake.looked_files import OWN, described, looked, own_rows, text_of


def reported(tmp_path, name: str = "chargeback_date"):
    """A file without a label, and a day for each fraud."""
    rows = []
    for row in own_rows(40, frauds_a_day=2):
        day = datetime.fromisoformat(row[1]) + timedelta(days=3)
        rows.append([*row[:5], f"{day:%Y-%m-%d}" if row[5] == "1" else " "])
    path = tmp_path / "f.csv"
    path.write_text(text_of((*OWN[:5], name), rows))
    return path


def test_a_column_of_reports_is_offered_as_the_label(tmp_path):
    """Where no other column could be; another file may have them as well."""
    first, other = looked(reported(tmp_path)).questions
    assert (first.section, first.replies[0].lines) == ("columns", {"is_fraud": '"chargeback_date"'})
    assert "filled in for 80 of 400 rows" in first.what
    assert other.replies[0].lines == {"file": '"chargebacks.csv"'}


def test_what_is_filled_in_is_a_fraud_reported_then(tmp_path):
    """An empty cell is a payment of which nobody reported one; the look counts the same."""
    path = reported(tmp_path)
    said = described('columns.is_fraud = "chargeback_date"\ncolumns.observed_at = "chargeback_date"\ntimes.timezone = "UTC"')
    look = looked(path, given=said)
    assert (look.questions, look.labels.counts, look.labels.absent) == ((), {"filled in": 80}, 320)
    assert sum(week.frauds for week in look.readiness.weeks) == 80
    table = load_file(path, ImportOptions(description=said)).table.to_pylist()
    frauds = [row for row in table if row["is_fraud"]]
    assert (len(frauds), len(table)) == (80, 400)
    assert all(3 < (row["observed_us"] - row["occurred_us"]) / 86_400e6 < 4 for row in frauds)


@pytest.mark.parametrize(("name", "asked"), [("FraudFound_P", "columns"), ("card_fraud_yn", "columns"), ("is_not_fraud", "labels")])
def test_a_name_that_speaks_of_frauds_in_part_is_asked_about(tmp_path, name, asked):
    """The only column of its kind; one that says the contrary is not taken for it."""
    path = tmp_path / "f.csv"
    path.write_text(text_of((*OWN[:5], name), own_rows(20, frauds_a_day=1)))
    (question,) = looked(path).questions
    assert (question.section, name in question.what) == (asked, True)
