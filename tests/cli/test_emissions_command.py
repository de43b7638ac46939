"""`greenfraud emissions`: figures a person reads, and the page that a claim rests on."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console
from typer.testing import CliRunner

from cli.carbon.accounts import Account, by, per_thousand
from cli.carbon.sci_page import claim_page
from cli.carbon.showing import show
from cli.dashboard.emissions_file import read_csv
from cli.emissions import write_csv
from cli.main import app
from cli.screen import Screen
from greenfraud.carbon import EmissionsRecord

COMMON = {
    "intensity_g_per_kwh": 34.91,
    "intensity_source": "Ember",
    "intensity_date": "2026-11-29",
    "intensity_year": 2024,
    "pue": 1.135,
    "region": "eu-north-1",
    "method": "reserved",
    "recorded_at": "2026-11-29T10:00:00+00:00",
}
TRAINED = EmissionsRecord(
    stage="train",
    family="light",
    chunk="20260101-20260108",
    duration_seconds=3600.0,
    energy_kwh=0.00787,
    emissions_g=0.312,
    embodied_g=0.476,
    hardware="ml.m5.large",
    vcpus=2.0,
    memory_gb=8.0,
    gpus=0,
    estimated_seconds=20.0,
    cpu_seconds=1000.0,
    measured_method="cpu_load",
    measured_energy_kwh=0.002,
    measured_cpu_kwh=0.0015,
    measured_memory_kwh=0.0005,
    measured_gpu_kwh=0.0,
    functional_unit="job",
    **COMMON,
)
ANSWERED = EmissionsRecord(
    stage="serve",
    family="light",
    duration_seconds=50.0,
    energy_kwh=2.4e-5,
    emissions_g=0.001,
    embodied_g=0.0025,
    hardware="Lambda, 1769 MB of Graviton2",
    functional_unit="score",
    functional_units=2000,
    **COMMON,
)
OLD = replace(ANSWERED, method="constant", embodied_g=None, hardware=None, functional_units=100)


def shown(*records: EmissionsRecord) -> str:
    """What stands on the terminal."""
    screen = io.StringIO()
    show(Screen(Console(file=screen, width=160, highlight=False, soft_wrap=True)), list(records))
    return screen.getvalue()


def test_stages_families_and_chunks_are_summed_up_by_their_parts():
    """Use, making, both, and what CodeCarbon saw."""
    text = shown(TRAINED, ANSWERED)
    (stage,) = (line for line in text.splitlines() if line.strip().startswith("train "))
    assert stage.split()[1:] == ["1", "1.0", "h", "0.00787", "312.00", "mg", "476.00", "mg", "788.00", "mg", "0.002", "kWh"]
    assert "light   20260101-20260108" in text
    assert "34.91 g/kWh in eu-north-1, Ember, PUE 1.135" in text
    assert "Lambda, 1769 MB of Graviton2, ml.m5.large" in text


def test_1000_scores_are_told_with_their_parts_and_with_all_jobs():
    """By hand: (0.001 + 0.0025) g over 2,000 scores, and 0.788 g of training shared among them."""
    found = per_thousand([TRAINED, ANSWERED])
    assert found is not None
    assert (found.answering_g, found.embodied_g) == pytest.approx((0.0005, 0.00125))
    assert found.sci_g == pytest.approx(0.00175)
    assert found.everything_g == pytest.approx(0.00175 + 0.394)
    assert "1,000 scores: 1.75 mg CO2e (use 500.00 µg, making 1.25 mg), of 2,000 scores" in shown(TRAINED, ANSWERED)


def test_what_an_earlier_release_counted_is_told_apart_and_not_made_up_for():
    """Without its M there is no SCI of all together."""
    text = shown(TRAINED, ANSWERED, OLD)
    assert "constant: 1 records of an earlier release, which do not know the making" in text
    assert "1,000 scores: - CO2e" in text
    assert Account.of([ANSWERED, OLD]).total_g is None
    assert "there is no SCI" in claim_page([ANSWERED, OLD])


def test_nothing_scored_has_no_intensity():
    """And says so."""
    assert "1,000 scores: no score was made yet" in shown(TRAINED)
    assert "SCI: unavailable, no score was made yet." in claim_page([TRAINED])


@pytest.mark.parametrize(
    "part",
    [
        "| SCI = (E x I + M) per R | 1.75 mg CO2e |",
        "| R, functional unit | 1,000 scores; 2,000 were made |",
        "| E, energy with PUE, per R | 1.36e-05 kWh |",
        "| I, intensity | 34.91 g/kWh of 2024 |",
        "| M, making of the hardware, per R | 1.25 mg |",
        "| hardware | Lambda, 1769 MB of Graviton2 |",
        "| train | 1 | 0.00787 | 312.00 mg | 476.00 mg | 20.0 | 0.002 |",
        "## Boundary and R",
        "boaviztapi 2.5.0",
        "## Not counted",
    ],
)
def test_a_claim_says_all_that_the_standard_asks(part):
    """Value, unit, energy, intensity, making, methods, sources, boundary, exclusions."""
    assert part in claim_page([TRAINED, ANSWERED])


def test_accounts_come_in_the_order_of_their_names():
    """Whatever the order of the records."""
    accounts = by([ANSWERED, TRAINED], lambda one: one.stage)
    assert [one.name for one in accounts] == [("serve",), ("train",)]


def test_the_file_is_read_where_nothing_is_up(tmp_path, monkeypatch):
    """All columns, numbers as numbers; the page goes to standard output."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("cli.dashboard.inputs.target_that_answers", lambda: None)
    path = write_csv([TRAINED, ANSWERED, OLD])
    assert read_csv(path) == [TRAINED, ANSWERED, OLD]
    assert CliRunner().invoke(app, ["emissions", "--sci"]).stdout == claim_page([TRAINED, ANSWERED, OLD])
    assert "ml.m5.large" in CliRunner().invoke(app, ["emissions"]).stdout
