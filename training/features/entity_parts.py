"""A history cut into parts of so many entities of a kind, so that only one part's states are in memory at a time."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from training.features.history import History

    Ints = NDArray[np.int64]


def entity_parts(history: History, join_key: str, entities_at_once: int) -> Iterator[History]:
    """Yield the history of one part of the entities after the other; it knows no entity of another kind."""
    code, ids, released = history.code[join_key], history.ids[join_key], history.releases
    order = np.argsort(code, kind="stable")
    borders = np.arange(0, len(ids) + entities_at_once, entities_at_once)
    cuts = np.searchsorted(code[order], borders)
    for first, start, end in zip(borders, cuts[:-1], cuts[1:], strict=False):
        rows = np.sort(order[start:end])
        release_code = released.code[join_key] - first
        is_own = (release_code >= 0) & (release_code < entities_at_once)
        yield replace(
            _rows_of(history, rows),
            code={join_key: code[rows] - first},
            ids={join_key: ids.slice(int(first), entities_at_once)},
            releases=replace(released.of(is_own), code={join_key: release_code[is_own]}),
        )


def _rows_of(history: History, rows: Ints) -> History:
    at = np.minimum(np.searchsorted(rows, history.label_row), max(len(rows) - 1, 0))
    is_about = rows[at] == history.label_row if len(rows) else np.zeros(len(history.label_row), bool)
    return replace(
        history,
        table=history.table.take(rows),
        occurred_us=history.occurred_us[rows],
        amount_minor=history.amount_minor[rows],
        is_accepted=history.is_accepted[rows],
        is_held=history.is_held[rows],
        is_declined=history.is_declined[rows],
        label_row=at[is_about],
        released_row=np.empty(0, np.int64),  # states tell nothing of what is judged
        released_us=np.empty(0, np.int64),
        label_is_fraud=history.label_is_fraud[is_about],
        label_observed_us=history.label_observed_us[is_about],
    )
