"""Which machine a job holds, since when, and which seconds nobody has seen."""

from __future__ import annotations

import json
import os
import time
from datetime import UTC, datetime

import pytest
from workplace import ENVIRONMENT

from training.job import machine
from training.job.footprint import Meter, record_of
from training.job.machine import BOOT_SECONDS, REST_SECONDS, held, process_start
from training.job.settings import Settings


class SageMaker:
    """Tells when a job's instance was started."""

    def __init__(self, **described) -> None:
        self._described = described

    def describe_training_job(self, **_asked):
        """What it knows, or its refusal."""
        if not self._described:
            raise PermissionError("AccessDeniedException")
        return self._described


@pytest.fixture
def job(tmp_path, monkeypatch):
    """A job's folder and environment; call it with what SageMaker says of its machine."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("GREENFRAUD_ML_ROOT", str(tmp_path))

    def on(sagemaker=None, **resources):
        (tmp_path / "input" / "config").mkdir(parents=True)
        (tmp_path / "input" / "config" / "resourceconfig.json").write_text(json.dumps(resources))
        monkeypatch.setattr(machine, "client", lambda _service: sagemaker)

    return on


def test_an_instance_is_held_since_sagemaker_started_it(job):
    """Only what follows the job's last line is estimated."""
    job(SageMaker(TrainingStartTime=datetime.fromtimestamp(1_000.0, UTC)), current_instance_type="ml.m5.large")
    found = held(1_090.0)
    assert (found.reservation.name, found.reservation.vcpus) == ("ml.m5.large", 2.0)
    assert found.seconds_until(1_150.0) == pytest.approx(150.0 + REST_SECONDS)
    assert found.unseen_seconds == REST_SECONDS


@pytest.mark.parametrize("sagemaker", [SageMaker(), SageMaker(TrainingJobStatus="InProgress")])
def test_a_start_that_nobody_tells_is_estimated_and_said_to_be(job, sagemaker):
    """A job never fails of its accounts."""
    job(sagemaker, current_instance_type="ml.m5.large")
    assert held(time.time()).unseen_seconds == BOOT_SECONDS + REST_SECONDS


def test_an_instance_outside_the_table_counts_by_its_own_size(job):
    """And the record says that it was not known."""
    job(SageMaker(), current_instance_type="ml.zz9.large")
    found = held(time.time()).reservation
    assert found.name == "ml.zz9.large, not in the table: a common server"
    assert found.vcpus == os.cpu_count()


def test_jobs_that_share_a_machine_hold_a_share_of_it_each(job, monkeypatch):
    """As many as run at once are the machine, and no more."""
    job(current_instance_type="local", share_of_machine=0.5)
    monkeypatch.setattr(machine, "process_start", lambda otherwise: otherwise - 7.0)
    found = held(1_090.0)
    assert found.reservation.vcpus == (os.cpu_count() or 1) / 2
    assert found.started_at == 1_083.0


def test_a_process_knows_its_age():
    """As the kernel tells it; never later than what is known anyway."""
    assert time.time() - 3600 * 24 < process_start(time.time()) <= time.time()
    assert process_start(5.0) == 5.0


def test_the_record_of_an_instance_by_hand(job, monkeypatch):
    """An ml.m5.large of 100 seconds in Stockholm, 20 of them estimated, whatever CodeCarbon saw of it."""
    monkeypatch.setenv("GRID_INTENSITY_G_PER_KWH", "34.91")
    job(SageMaker(TrainingStartTime=datetime.fromtimestamp(time.time() - 80.0, UTC)), current_instance_type="ml.m5.large")
    settings = Settings.from_env()
    record = record_of(settings, "train", Meter(settings).stop(), family="light")
    kwh = 7.8713 * record.duration_seconds / 3.6e6
    assert 100.0 <= record.duration_seconds < 160.0
    assert record.energy_kwh == pytest.approx(kwh, rel=1e-4)
    assert record.emissions_g == pytest.approx(kwh * 1.135 * 34.91, rel=1e-4)
    assert record.embodied_g == pytest.approx(25_000 / 52_560 * record.duration_seconds / 3600)
    assert (record.method, record.hardware, record.estimated_seconds) == ("reserved", "ml.m5.large", REST_SECONDS)
    assert (record.intensity_year, record.intensity_source[:5]) == (2024, "Ember")


def test_what_codecarbon_saw_agrees_with_its_own_file(job, tmp_path):
    """Energy in all, by processor, memory and card, and grams; the file has them after PUE."""
    import csv

    job(current_instance_type="local", share_of_machine=0.5)
    settings = Settings.from_env()
    meter = Meter(settings, folder=tmp_path)
    _ = sum(number * number for number in range(3_000_000))
    measured = meter.stop().measured
    assert measured is not None
    (row,) = csv.DictReader((tmp_path / "emissions.csv").open(encoding="utf-8"))
    columns = {"energy_consumed": measured.energy_kwh, "cpu_energy": measured.cpu_kwh, "ram_energy": measured.memory_kwh}
    columns["gpu_energy"] = measured.gpu_kwh
    for column, ours in columns.items():
        assert float(row[column]) == pytest.approx(ours * settings.pue, abs=1e-15)
    assert float(row["emissions"]) * 1000 == pytest.approx(measured.emissions_g)
    assert measured.energy_kwh == pytest.approx(measured.cpu_kwh + measured.memory_kwh + measured.gpu_kwh)
