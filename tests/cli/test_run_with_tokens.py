"""A run on a platform that replaces ids: the lake gets tokens, and what is kept back is scored by the ids it was sent with."""

from __future__ import annotations

import pytest
from fake_platform import FakePlatform
from rich.console import Console

from cli import run as run_module
from cli.data.dataset import hold_back
from cli.data.sources import WorldSource
from cli.data.upload import DATASET_KEY
from cli.data.world import WorldSpecification, make_world
from cli.run import Run, RunOptions
from cli.screen import Screen
from greenfraud.identity import token

KEY = b"k" * 64
SPECIFICATION = WorldSpecification(customers=40, days=30)


@pytest.fixture
def platform(monkeypatch) -> FakePlatform:
    """An empty platform with tokens, whose lake keeps what was uploaded."""
    made = FakePlatform()
    made.uploads = []

    def upload(_, __, dataset, held_back, **___):
        made.uploads.append((dataset, held_back))
        made.s3.objects[DATASET_KEY] = dataset.document()

    monkeypatch.setattr(run_module, "upload", upload)
    monkeypatch.setattr(run_module, "read_id_key", lambda _: KEY)
    return made


def test_what_is_kept_back_never_enters_the_lake(platform):
    """It would name people there: it is made again from its source, also by a later run."""
    prepared = hold_back(make_world(SPECIFICATION))
    for given in (prepared, None):
        held = run_module._import(
            RunOptions(source=WorldSource(SPECIFICATION)), given, platform, Screen(Console(record=True)), Run()
        )
        assert held == prepared[1]
    ((dataset, kept),) = platform.uploads
    assert kept is None
    customers = prepared[0].table["customer_id"].to_pylist()
    assert dataset.table["customer_id"].to_pylist() == [token("customer", one, KEY) for one in customers]
