"""What a run works on can be trained on once it is in the lake."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from cli.data.enough import readiness_of_dataset
from cli.data.importing import ImportOptions, load_file
from cli.data.sources import WorldSource
from cli.data.world import WorldSpecification
from cli.errors import InputError
from cli.run import _prepared

FIRST_DAY = date(2026, 1, 1)


class File:
    """A source with one payment on each of some days."""

    def __init__(self, write_csv, days: int) -> None:
        rows = (f"t{day},{FIRST_DAY + timedelta(days=day)}T00:00:00Z,c{day},m,1.00,0" for day in range(days))
        self._path = write_csv(*rows)

    def load(self):
        """Read it."""
        return load_file(self._path, ImportOptions())


def test_what_is_left_after_holding_back_is_what_must_be_enough(write_csv, screen):
    """Four weeks and a day would be long enough, if the only payment of that last day were not kept back for scoring."""
    assert "too short" not in readiness_of_dataset(File(write_csv, 29).load()).reasons[0]
    with pytest.raises(InputError, match="too short"):
        _prepared(File(write_csv, 29), screen)
    with pytest.raises(InputError, match="has a fraud"):
        _prepared(File(write_csv, 30), screen)


def test_a_world_is_counted_in_the_platforms_currency():
    """In a state of its own: what was stored in another one cannot be converted."""
    specification = WorldSpecification(customers=20, days=28)
    euro, yen = WorldSource(specification), WorldSource(specification, "JPY")
    assert (euro.load().currency, yen.load().currency) == ("EUR", "JPY")
    assert (euro.identity, yen.identity) == (specification.name, f"{specification.name}-JPY")
