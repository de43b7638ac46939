"""The state of every entity at a moment, computed from the whole history at once: what replaying it would have left.

Equal to adding the events one by one to `greenfraud.features.tiles.ViewState` and expiring at that moment.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from greenfraud.features.distinct import WORDS
from greenfraud.features.tiles import ViewState
from training.features.entity_events import MAXIMAL, NEVER_US, SUMMED
from training.features.places import marked_places, marks

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from greenfraud.features.manifest import Series, View
    from training.features.history import History

    Ints = NDArray[np.int64]


COMBINED: Mapping[str, np.ufunc] = {"sum": np.add, "max": np.maximum, "or": np.bitwise_or}


@dataclass(frozen=True)
class EntityStates:
    """States of one view: per entity its id, the flat array of each series, and the time of its newest event.

    `newest_report_us` is None where there was no report, and for every entity of a view that does not keep it.
    """

    view: View
    ids: list[str]
    arrays: dict[str, list[list[int]]]
    newest_us: Ints
    newest_report_us: list[int | None]

    def state(self, row: int) -> ViewState:
        """Return one entity's state, as replaying its events would have left it."""
        lists = {name: arrays[row] for name, arrays in self.arrays.items()}
        return ViewState.from_lists(self.view, lists, int(self.newest_us[row]), self.newest_report_us[row])


@dataclass(frozen=True)
class _Events:
    """One kind of event: whose it is, when it was seen, and what each measure adds."""

    entity: Ints
    time_us: Ints
    measures: dict[str, Ints]


def states_at(history: History, view: View, as_of_us: int) -> EntityStates:
    """Return the states of all entities of a view that were seen up to a moment; later events are not known yet.

    Releases are: whenever a payment is accepted, the online state has it from being told on, and no window reads ahead of its row.
    """
    code, ids = history.code[view.join_key], history.ids[view.join_key].to_pylist()
    tried, reports = _tried(history, code, as_of_us), _reports(history, code, as_of_us)
    kinds = [tried, _accepted(history, view, code, as_of_us), reports]
    kinds += [
        _refused(history, code, as_of_us, *refused) for refused in ((history.is_held, "held"), (history.is_declined, "declined"))
    ]
    marking = {series.name: series.of for series in view.series if series.measures == WORDS}
    met = {of: _met(history, view, of, as_of_us) for of in {*marking.values()}}
    events_of = {one.name: met[one.of] if one.name in marking else _events_of(one, kinds) for one in view.series}
    arrays = {series.name: _arrays(series, events_of[series.name], as_of_us, len(ids)) for series in view.series}
    counted = {measure for series in view.series for measure in series.measures}
    # When an entity was seen says what it tried, and what was reported; a payment released later adds no moment of its own.
    newest = [_newest(events, len(ids)) for events in (tried, reports) if counted & set(events.measures)]
    newest_us = np.maximum.reduce(newest)
    reported_us = newest[-1] if view.last_report else np.full(len(ids), NEVER_US)
    seen = np.flatnonzero(newest_us > NEVER_US)
    kept = {name: [lists[entity] for entity in seen] for name, lists in arrays.items()}
    newest_report_us = [None if report_us == NEVER_US else report_us for report_us in reported_us[seen].tolist()]
    return EntityStates(view, [ids[entity] for entity in seen], kept, newest_us[seen], newest_report_us)


def _newest(events: _Events, entities: int) -> Ints:
    newest_us = np.full(entities, NEVER_US)
    np.maximum.at(newest_us, events.entity, events.time_us)
    return newest_us


def _tried(history: History, code: Ints, as_of_us: int) -> _Events:
    rows = np.flatnonzero((history.occurred_us <= as_of_us) & (code >= 0))
    return _Events(code[rows], history.occurred_us[rows], {"count": np.ones(len(rows), np.int64)})


def _met(history: History, view: View, of: str | None, as_of_us: int) -> _Events:
    code, place = history.code[view.join_key], marked_places(history, view, of)
    rows = np.flatnonzero((history.occurred_us <= as_of_us) & (code >= 0) & (place >= 0))
    return _Events(code[rows], history.occurred_us[rows], dict(zip(WORDS, marks(place[rows]), strict=True)))


def _refused(history: History, code: Ints, as_of_us: int, is_refused: NDArray[np.bool_], name: str) -> _Events:
    rows = np.flatnonzero((history.occurred_us <= as_of_us) & (code >= 0) & is_refused)
    room = MAXIMAL[f"{name}_room"](history.amount_minor[rows])
    return _Events(code[rows], history.occurred_us[rows], {name: np.ones(len(rows), np.int64), f"{name}_room": room})


def _accepted(history: History, view: View, code: Ints, as_of_us: int) -> _Events:
    rows = np.flatnonzero((history.occurred_us <= as_of_us) & (code >= 0) & history.is_accepted)
    released_code = history.releases.code[view.join_key]
    released = np.flatnonzero(released_code >= 0)
    amounts = np.concatenate([history.amount_minor[rows], history.releases.amount_minor[released]])
    return _Events(
        np.concatenate([code[rows], released_code[released]]),
        np.concatenate([history.occurred_us[rows], history.releases.accepted_us[released]]),
        {name: of(amounts) for name, of in SUMMED.items()} | {"accepted": np.ones(len(amounts), np.int64), "largest": amounts},
    )


def _reports(history: History, code: Ints, as_of_us: int) -> _Events:
    rows, observed_us = history.reports()
    known = (observed_us <= as_of_us) & (code[rows] >= 0)
    return _Events(code[rows[known]], observed_us[known], {"reports": np.ones(int(known.sum()), np.int64)})


def _events_of(series: Series, kinds: list[_Events]) -> _Events:
    return next(events for events in kinds if series.measures[0] in events.measures)


def _arrays(series: Series, events: _Events, as_of_us: int, entities: int) -> list[list[int]]:
    """Return per entity the flat array [tile, measure, …] of the tiles that a window may still read."""
    tile = events.time_us // series.hop_us
    kept = np.flatnonzero(tile >= (as_of_us - series.retention_us) // series.hop_us)
    order = kept[np.lexsort((tile[kept], events.entity[kept]))]
    entity, tile = events.entity[order], tile[order]
    is_first = np.ones(len(order), bool)
    is_first[1:] = (np.diff(entity) != 0) | (np.diff(tile) != 0)
    first = np.flatnonzero(is_first)
    combined = zip(series.measures, series.combine, strict=True)
    columns = [_combined(how, events.measures[measure][order], first) for measure, how in combined]
    flat = np.column_stack([tile[first], *columns])
    borders = np.searchsorted(entity[first], np.arange(entities + 1))
    return [flat[start:end].ravel().tolist() for start, end in itertools.pairwise(borders)]


def _combined(combination: str, values: Ints, first: Ints) -> Ints:
    return COMBINED[combination].reduceat(values, first) if len(first) else values[:0]
