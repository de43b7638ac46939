"""Energy and emissions, with what is needed to check them."""

from __future__ import annotations

import pytest

from greenfraud.carbon import INTENSITY_G_PER_KWH, EmissionsRecord, emissions_g, inference_energy_kwh


def test_energy_grows_with_the_memory_reserved():
    """Twice the memory is twice the processor and twice the energy."""
    assert inference_energy_kwh(1.0, 2048) == pytest.approx(2 * inference_energy_kwh(1.0, 1024))


def test_a_clean_grid_emits_less_for_the_same_energy():
    """The default region is the cleanest of the table."""
    grams = {region: emissions_g(1.0, intensity.g_per_kwh) for region, intensity in INTENSITY_G_PER_KWH.items()}
    assert min(grams, key=lambda region: grams[region]) == "eu-north-1"


def test_every_intensity_names_its_source_and_date():
    """A number without a source is an opinion."""
    assert all(intensity.source and intensity.date for intensity in INTENSITY_G_PER_KWH.values())


def test_a_record_survives_storage():
    """Unknown keys of later writers are ignored."""
    record = EmissionsRecord(
        stage="serve",
        duration_seconds=1.0,
        energy_kwh=1e-6,
        emissions_g=1e-5,
        intensity_g_per_kwh=8.0,
        intensity_source="Cloud Carbon Footprint",
        pue=1.135,
        method="constant",
        region="eu-north-1",
        functional_unit="score",
        functional_units=40,
    )
    assert EmissionsRecord.from_json(record.to_json() | {"later": 1}) == record
