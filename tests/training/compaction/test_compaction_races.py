"""No reader ever misses a record: at whatever step a merge is cut off, whoever reads, lands or merges beside it."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from faulty_lake import FaultyLake, PowerFailure
from landed_day import DAY, compact, compact_both, known, label, land, transaction, whole

from greenfraud.errors import NotFound
from greenfraud.whole_days import SMALL_FILES, WHOLE_DAY, whole_day_key
from training.features.day_files import DayFiles
from training.features.history import TRANSACTIONS


@pytest.mark.parametrize("steps", range(14))
def test_whenever_the_power_fails_every_record_is_there_and_the_next_night_ends_it(steps: int) -> None:
    """Before and after the write, and between any two removals; a reader that comes at any step sees all, each once."""
    lake = FaultyLake()
    for number in range(6):
        land(lake, "transactions", str(number), transaction(number))
        land(lake, "labels", str(number), label(number))
    before = known(lake)
    seen = []
    lake.watch = lambda: seen.append(known(lake))
    lake.steps_left = steps
    with pytest.raises(PowerFailure):
        compact_both(lake, files_at_once=4)
    seen.append(known(lake))
    lake.steps_left = lake.watch = None
    compact_both(lake)
    assert sorted(lake.objects) == [whole_day_key("labels", DAY), whole_day_key("transactions", DAY)]
    assert [one for one in [*seen, known(lake)] if one != before] == []


def test_what_lands_between_the_listing_and_the_removal_is_not_removed() -> None:
    """Only what was merged is."""
    lake = FaultyLake()
    land(lake, "transactions", "1", transaction(1))

    def land_once() -> None:
        lake.watch = None
        land(lake, "transactions", "2", transaction(2))

    lake.watch = land_once
    lake.steps_left = 4  # one merge, and no second one
    with pytest.raises(PowerFailure):
        compact(lake)
    assert sorted(lake.objects) == [f"transactions/dt={DAY}/landing-2.jsonl", whole_day_key("transactions", DAY)]


def test_two_compactions_of_one_day_lose_nothing_to_each_other() -> None:
    """The slower one finds another merged file than it read, and begins again."""
    lake = FaultyLake()
    land(lake, "transactions", "1", transaction(1))

    def interfere() -> None:
        lake.watch = None
        land(lake, "transactions", "2", transaction(2))
        compact(lake)
        land(lake, "transactions", "3", transaction(3))

    lake.watch = interfere
    compact(lake)
    assert [row["transaction_id"] for row in whole(lake)] == ["t1", "t2", "t3"]
    assert list(lake.objects) == [whole_day_key("transactions", DAY)]


@dataclass
class MergedMeanwhile(FaultyLake):
    """A lake whose day is merged just when a reader that has listed it asks for its first file."""

    merges: int = 1

    def get(self, key: str) -> bytes:
        if self.merges:
            self.merges -= 1
            compact(self)
            land(self, "transactions", f"late-{self.merges}", transaction(90 + self.merges))
        return super().get(key)


@pytest.mark.parametrize("merges", [1, 2, 3])
def test_a_reader_whose_files_are_merged_away_lists_the_day_again(merges: int) -> None:
    """Also when that happens again: what had landed when it began is all there."""
    lake = MergedMeanwhile(merges=merges)
    for number in range(3):
        land(lake, "transactions", str(number), transaction(number))
    (table,) = DayFiles(lake, "transactions", TRANSACTIONS).read(DAY, None)
    assert {"t0", "t1", "t2"} <= set(table["transaction_id"].to_pylist())


def test_a_day_that_keeps_losing_files_is_not_read_for_ever() -> None:
    """Somebody else removes them: the job says which one is gone."""
    lake = MergedMeanwhile(merges=0)
    land(lake, "transactions", "1", transaction(1))
    lake.keys = lambda prefix: [f"transactions/dt={DAY}/landing-gone.jsonl"]  # type: ignore[method-assign]
    with pytest.raises(NotFound, match=r"landing-gone"):
        DayFiles(lake, "transactions", TRANSACTIONS).read(None, None)


def test_a_listing_in_pages_that_overlaps_the_removal_sees_the_merged_file() -> None:
    """Its name comes after all that may be removed, and it is written before anything is."""
    assert max(pattern.replace("*", "f" * 24) for pattern in SMALL_FILES.values()) < WHOLE_DAY
