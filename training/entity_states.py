"""The state of every entity at a moment, computed from the whole history at once: what replaying it would have left.

Equal to adding the events one by one to `greenfraud.features.tiles.ViewState` and expiring at that moment.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from greenfraud.features.manifest import Series, View
    from training.history import History

    Ints = NDArray[np.int64]


@dataclass(frozen=True)
class EntityStates:
    """States of one view: per entity its id, the flat array of each series, and the time of its newest event."""

    ids: list[str]
    arrays: dict[str, list[list[int]]]
    newest_us: Ints


@dataclass(frozen=True)
class _Events:
    """One kind of event: whose it is, when it was seen, and what each measure adds."""

    entity: Ints
    time_us: Ints
    measures: dict[str, Ints]


def states_at(history: History, view: View, as_of_us: int) -> EntityStates:
    """Return the states of all entities of a view that were seen up to a moment; later events are not known yet."""
    code, ids = _entities(history, view)
    kinds = [_transactions(history, code, as_of_us), _reports(history, code, as_of_us)]
    arrays = {series.name: _arrays(series, _events_of(series, kinds), as_of_us, len(ids)) for series in view.series}
    newest_us = np.full(len(ids), np.iinfo(np.int64).min)
    counted = {measure for series in view.series for measure in series.measures}
    for events in kinds:
        if counted & set(events.measures):
            np.maximum.at(newest_us, events.entity, events.time_us)
    seen = np.flatnonzero(newest_us > np.iinfo(np.int64).min)
    kept = {name: [lists[entity] for entity in seen] for name, lists in arrays.items()}
    return EntityStates([ids[entity] for entity in seen], kept, newest_us[seen])


def _entities(history: History, view: View) -> tuple[Ints, list[str]]:
    if view.join_key == "customer_id":
        return history.customer, history.customer_ids.to_pylist()
    return history.terminal, history.terminal_ids.to_pylist()


def _transactions(history: History, code: Ints, as_of_us: int) -> _Events:
    rows = np.flatnonzero((history.occurred_us <= as_of_us) & (code >= 0))
    amounts = history.amount_minor[rows]
    return _Events(code[rows], history.occurred_us[rows], {"count": np.ones(len(rows), np.int64), "amount_minor": amounts})


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
    sums = [_sums(events.measures[measure][order], first) for measure in series.measures]
    flat = np.column_stack([tile[first], *sums])
    borders = np.searchsorted(entity[first], np.arange(entities + 1))
    return [flat[start:end].ravel().tolist() for start, end in itertools.pairwise(borders)]


def _sums(values: Ints, first: Ints) -> Ints:
    return np.add.reduceat(values, first) if len(first) else values[:0]
