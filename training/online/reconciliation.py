"""Brings the online states up to what the lake knows, while live ingestion goes on: the one road of all batch writes.

First the newest event of the lake is looked up, then every item is surveyed, then the lake is read, then each state is
compared with what its item has become by then. Where items were changing, a second round waits between survey and lake,
so that everything the survey saw has landed.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pyarrow.compute as pc

from greenfraud.features.encoding import entity_id
from greenfraud.features.manifest import load_manifest
from greenfraud.features.tiles import ViewState
from greenfraud.instants import DAY_US, HOUR_US, day_of
from greenfraud.items.state import tables_of
from training.features.day_files import DayFiles
from training.features.entity_parts import entity_parts
from training.features.entity_states import states_at
from training.features.history import TRANSACTIONS
from training.features.history_stream import HistoryStream
from training.job.bucket import Bucket, client
from training.online.state_survey import LANDED_SECONDS, LakeCorrection, StateSurvey
from training.online.state_writes import WRITTEN, Outcome, StateWriter
from training.online.stored_states import scan_states
from training.online.tile_correction import Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from greenfraud.features.manifest import Manifest, View
    from training.features.day_files import Lake
    from training.features.entity_states import EntityStates
    from training.features.history import History
    from training.job.settings import Settings

log = logging.getLogger(__name__)
ENTITIES_AT_ONCE = 5_000
ROUNDS = 2
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Look:
    """The items as they were surveyed, and the lake as it was read after that."""

    as_of_us: int
    history: History
    corrections: Mapping[str, LakeCorrection]  # by view


@dataclass(frozen=True, kw_only=True)
class Reconciliation:
    """Which tables are brought up to which lake, and how cautiously."""

    client: Any
    lake: Lake
    manifest: Manifest
    tables: Mapping[str, str]  # by view
    closed_hours: int = 24  # a tile that ended so long before the newest event gets no more events but late ones
    trusts_lake: bool = False  # also where an item knows more than the lake
    landed_seconds: float = LANDED_SECONDS

    @classmethod
    def of(cls, settings: Settings, **caution: Any) -> Reconciliation:
        """Return the reconciliation of the deployed tables with the deployed lake."""
        manifest = load_manifest()
        tables = tables_of(manifest, settings.customer_table, settings.terminal_table)
        return cls(client=client("dynamodb"), lake=Bucket(settings.lake_bucket), manifest=manifest, tables=tables, **caution)

    def run(self) -> Counter[Outcome]:
        """Correct what differs; returns how many states came to which end, conflicts counted in the last round."""
        counts = self._round(pause_seconds=0.0)
        for _ in range(ROUNDS - 1):
            # A rebuilt item may lack an event that ingestion skipped and that landed after the lake was read.
            if counts[Outcome.CONFLICT] or counts[Outcome.REBUILT]:
                again = self._round(pause_seconds=self.landed_seconds)
                written = {outcome: counts[outcome] for outcome in WRITTEN}
                counts = again + Counter(written)
        return counts

    def _round(self, pause_seconds: float) -> Counter[Outcome]:
        look = self.look(pause_seconds)
        counts: Counter[Outcome] = Counter()
        if look is not None:
            for view in self.manifest.views.values():
                counts += self._correct(view, look)
        return counts

    def look(self, pause_seconds: float) -> Look | None:
        """Survey all items, wait, and read the lake; None where the lake knows no event."""
        as_of_us = newest_us(self.lake)
        if as_of_us is None:
            return None
        span = Span(as_of_us, as_of_us - self.closed_hours * HOUR_US)
        surveys = {
            name: StateSurvey(scan_states(self.client, view, self.tables[name]), span) for name, view in self.manifest.views.items()
        }
        # From the survey's end: it takes its time, and what is written while it goes on has landed after the pause too.
        landed_until = time.time() + pause_seconds - self.landed_seconds
        time.sleep(pause_seconds)
        history = history_until(self.lake, self.manifest, as_of_us)
        corrections = {name: LakeCorrection(survey, landed_until, self.trusts_lake) for name, survey in surveys.items()}
        return Look(as_of_us, history, corrections)

    def _correct(self, view: View, look: Look) -> Counter[Outcome]:
        counts: Counter[Outcome] = Counter()
        correction = look.corrections[view.name]
        writer = StateWriter(self.client, view, self.tables[view.name], correction)
        unknown = set(correction.survey.damaged)
        entities = len(look.history.ids[view.join_key])
        for number, states in enumerate(lake_states(view, look), start=1):
            counts += writer.write(states)
            unknown -= states.keys()
            log.info("%s: %d of %d, %s", view.name, min(number * ENTITIES_AT_ONCE, entities), entities, summary(counts))
        return counts + Counter({Outcome.DAMAGED: len(unknown)})


def lake_states(view: View, look: Look) -> Iterator[dict[str, ViewState]]:
    """Yield what the lake makes of every entity that still counts as seen, by entity id, some thousands at a time."""
    for part in entity_parts(look.history, view.join_key, ENTITIES_AT_ONCE):
        yield states_of(view, states_at(part, view, look.as_of_us), look.as_of_us)


def summary(counts: Mapping[Outcome, int]) -> str:
    """Return the counts in words, for the log."""
    return ", ".join(f"{counts[outcome]} {outcome.name.lower()}" for outcome in Outcome)


def newest_us(lake: Lake) -> int | None:
    """Return the lake's newest event, but not a moment yet to come: a clock that runs ahead must not close open tiles."""
    files = DayFiles(lake, "transactions", TRANSACTIONS)
    days = files.days(None, day_of(time.time_ns() // 1000) + DAY)
    if not days:
        return None
    (rows,) = files.read(days[-1], days[-1] + DAY)
    return min(int(pc.max(rows["occurred_us"]).as_py()), time.time_ns() // 1000)


def history_until(lake: Lake, manifest: Manifest, as_of_us: int) -> History:
    """Return what the states of a moment depend on, however long the whole history is.

    Where nobody pays, somebody may still release what was held: what was told is read up to today, and a clock's error beyond.
    """
    reach_us = max(view.retention_us for view in manifest.views.values())
    last_day = day_of(as_of_us)
    today_us = time.time_ns() // 1000
    return HistoryStream(lake, reach_us).advance(last_day, last_day + DAY, today_us + DAY_US)


def states_of(view: View, states: EntityStates, as_of_us: int) -> dict[str, ViewState]:
    """Return by entity id the states that still count as seen."""
    found = {}
    for row, identity in enumerate(states.ids):
        state = states.state(row)
        if state.is_known_at(as_of_us):
            found[entity_id(view.join_key, identity)] = state
    return found
