"""Records are written whole or not at all."""

from __future__ import annotations

import csv
import os

import pytest

from cli.emissions import COLUMNS, grams_by_stage, scores_accounted, write_csv
from cli.progress import grams
from cli.record import read_json_file, write_json
from greenfraud.carbon import EmissionsRecord


def emission(stage, **changes):
    """A record of one gram."""
    fields = {
        "duration_seconds": 1.0,
        "energy_kwh": 0.1,
        "emissions_g": 1.0,
        "intensity_g_per_kwh": 8.0,
        "intensity_source": "test",
        "pue": 1.1,
        "method": "constant",
        "region": "eu-north-1",
        "functional_unit": "job",
    }
    return EmissionsRecord(stage=stage, **{**fields, **changes})


def test_a_full_disk_leaves_the_old_record_and_no_half_of_the_new(tmp_path, monkeypatch):
    """The new one replaces the old in one step."""
    path = tmp_path / "run.json"
    write_json(path, {"rows": 1})

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_json(path, {"rows": 2})
    assert read_json_file(path) == {"rows": 1}
    assert list(tmp_path.iterdir()) == [path]


def test_the_emissions_file_has_a_row_per_record_and_every_field(tmp_path):
    """Training and inference alike."""
    path = write_csv([emission("train", family="light"), emission("serve", functional_units=12)], tmp_path / "logs/emissions.csv")
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["stage"] for row in rows] == ["train", "serve"]
    assert list(rows[0]) == COLUMNS


def test_scores_are_counted_by_their_functional_units():
    """A batch of twelve is one record."""
    records = [emission("train"), emission("serve", functional_units=12), emission("serve")]
    assert scores_accounted(records) == 13
    assert grams_by_stage(records) == {"serve": 2.0, "train": 1.0}


@pytest.mark.parametrize(
    ("value", "shown"), [(None, "-"), (12.0, "12.00 g"), (0.0034, "3.40 mg"), (2.5e-6, "2.50 µg"), (4e-9, "0.004 µg")]
)
def test_grams_are_shown_in_the_unit_that_keeps_them_readable(value, shown):
    """A score emits micrograms, a training run milligrams."""
    assert grams(value) == shown
