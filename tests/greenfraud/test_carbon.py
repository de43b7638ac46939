"""Energy and emissions, with what is needed to check them: cases worked out by hand, each step in its comment."""

from __future__ import annotations

import pytest

from greenfraud.carbon import INTENSITY_G_PER_KWH, EmissionsRecord, account, emissions_g, of_instance, of_lambda, of_share
from greenfraud.carbon.coefficients import GPUS, PROCESSORS
from greenfraud.carbon.instances import FAMILIES

STOCKHOLM = {"intensity_g_per_kwh": 34.91, "pue": 1.135}


def test_a_job_of_half_an_hour_on_an_m5_large_by_hand():
    """2 vCPUs at half load, 8 GB, 1,800 s; two of 96 vCPUs of a server of 1,200 kg that lives 52,560 h."""
    instance = of_instance("ml.m5.large")
    assert instance is not None
    watts = 2 * (0.6516 + 0.5 * (4.0837 - 0.6516)) + 8 * 0.392  # 4.7353 + 3.136
    kwh = watts * 1800 / 3.6e6  # 0.003935650
    cost = account(instance, 1800, **STOCKHOLM)
    assert cost.energy_kwh == pytest.approx(kwh)
    assert cost.energy_kwh == pytest.approx(0.00393565)
    assert cost.emissions_g == pytest.approx(0.00393565 * 1.135 * 34.91)  # 0.155942 g
    assert cost.embodied_g == pytest.approx(1_200_000 / 52_560 * 2 / 96 * 0.5)  # 0.237823 g
    assert cost.total_g == pytest.approx(0.155942 + 0.237823, rel=1e-5)


def test_a_score_of_20_ms_on_graviton_by_hand():
    """1,769 MB are one vCPU and 1.7275 GB; one of 64 vCPUs of a server of 650 kg."""
    cost = account(of_lambda(1769, "aarch64"), 0.020, **STOCKHOLM)
    watts = 0.4743 + 0.5 * (1.6930 - 0.4743) + 1.727539 * 0.392  # 1.76085
    assert cost.energy_kwh == pytest.approx(watts * 0.020 / 3.6e6)  # 9.7825e-9
    assert cost.emissions_g == pytest.approx(3.8761e-7, rel=1e-4)
    assert cost.embodied_g == pytest.approx(650_000 / 52_560 / 64 * 0.020 / 3600)  # 1.0735e-6
    assert cost.total_g == pytest.approx(1.4611e-6, rel=1e-4)


@pytest.mark.parametrize(
    ("instance", "kilograms"),
    [("ml.m5.large", 25), ("ml.c5.xlarge", 39.4), ("ml.g4dn.xlarge", 186), ("ml.g5.xlarge", 235), ("ml.g5.48xlarge", 3700)],
)
def test_the_share_of_a_server_is_what_boaviztapi_says_of_the_instance(instance, kilograms):
    """Its version 2.5.0 gives 24, 39, 185, 235 and 3,700 kg over six years, rounded to two digits."""
    held = of_instance(instance)
    assert held is not None
    assert held.embodied_g_per_hour * 52.56 == pytest.approx(kilograms, rel=0.01)


def test_cards_are_reserved_with_their_instance():
    """Eight A10G at half load are 684 W."""
    one, eight = of_instance("ml.g5.xlarge"), of_instance("ml.g5.48xlarge")
    assert one is not None
    assert eight is not None
    assert (one.gpus, eight.gpus) == (1, 8)
    assert eight.watts == pytest.approx(48 * (one.watts - 85.5) + 8 * 85.5)


def test_graviton_has_figures_of_its_own():
    """Less power for the same memory than an unknown processor of Intel or AMD."""
    assert of_lambda(1769, "aarch64").watts < 0.65 * of_lambda(1769, "x86_64").watts
    assert of_lambda(1769, "aarch64").processor == "Graviton2"


def test_energy_grows_with_the_memory_reserved():
    """Twice the memory is twice the processor, twice the energy and twice the server."""
    small, large = of_lambda(1024, "aarch64"), of_lambda(2048, "aarch64")
    assert large.watts == pytest.approx(2 * small.watts)
    assert large.embodied_g(1.0) == pytest.approx(2 * small.embodied_g(1.0))


def test_shares_of_one_machine_are_one_machine():
    """Two jobs at a time on one machine are never charged for two."""
    whole = of_share("all", "x86_64", vcpus=8, memory_gb=32)
    half = of_share("half", "x86_64", vcpus=8, memory_gb=32, share=0.5)
    assert 2 * half.watts == pytest.approx(whole.watts)
    assert 2 * half.embodied_g(60) == pytest.approx(whole.embodied_g(60))


@pytest.mark.parametrize("unknown", ["ml.zz9.large", "ml.m5.gigantic", "ml.m5", "", "ml.p5.48xlarge"])
def test_an_instance_that_the_table_does_not_know_is_not_guessed(unknown):
    """Whoever asks is told, and takes another way."""
    assert of_instance(unknown) is None


def test_every_family_has_its_coefficients():
    """No name in one table that another lacks."""
    assert {family.processor for family in FAMILIES.values()} <= PROCESSORS.keys()
    assert {family.gpu for family in FAMILIES.values()} - {None} <= GPUS.keys()


def test_the_home_region_is_among_the_cleanest():
    """Sweden's and Switzerland's grids are the same to a tenth of a gram; no other is near."""
    grams = {region: emissions_g(1.0, intensity.g_per_kwh, 1.0) for region, intensity in INTENSITY_G_PER_KWH.items()}
    assert sorted(grams, key=lambda region: grams[region])[:2] == ["eu-central-2", "eu-north-1"]
    assert grams["eu-north-1"] - grams["eu-central-2"] < 0.1


def test_every_intensity_names_its_source_year_and_date():
    """A number without a source is an opinion."""
    assert all(one.source and one.date and one.year for one in INTENSITY_G_PER_KWH.values())


OLD = {
    "stage": "serve",
    "duration_seconds": 1.0,
    "energy_kwh": 1e-6,
    "emissions_g": 1e-5,
    "intensity_g_per_kwh": 8.0,
    "intensity_source": "Cloud Carbon Footprint",
    "pue": 1.135,
    "method": "constant",
    "region": "eu-north-1",
    "functional_unit": "score",
    "functional_units": 40,
}


def test_a_record_survives_storage():
    """Unknown keys of later writers are ignored."""
    record = EmissionsRecord(**OLD | {"method": "reserved", "embodied_g": 2e-5, "hardware": "Lambda", "vcpus": 1.0})
    assert EmissionsRecord.from_json(record.to_json() | {"later": 1}) == record
    assert record.total_g == pytest.approx(3e-5)


def test_a_record_of_an_earlier_release_is_read_and_told_apart():
    """Its method is another, and what nobody counted then is not known now, rather than 0."""
    record = EmissionsRecord.from_json(OLD)
    assert record.method != "reserved"
    assert (record.embodied_g, record.total_g, record.hardware) == (None, None, None)
