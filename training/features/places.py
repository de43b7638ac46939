"""The places of `greenfraud.features.distinct` for whole columns: whom each row's customer or terminal met."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from greenfraud.features.distinct import BITS, NO_PLACE, WORDS, place_of
from training.features.row_codes import codes

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from greenfraud.features.manifest import View
    from training.features.history import History

    Ints = NDArray[np.int64]


def places_of_ids(code: Ints, ids: pa.Array) -> Ints:
    """Return the place of each code's id, `NO_PLACE` for the code -1; every id is hashed once."""
    places = np.array([*map(place_of, ids.to_pylist()), NO_PLACE], np.int64)
    return np.take(places, code)


def marked_places(history: History, view: View, of: str | None) -> Ints:
    """Return the place that each row marks in states of a view: of whom the entity met there, or of the extra column `of`."""
    column = of or ("terminal_id" if view.join_key == "customer_id" else "customer_id")
    if column in history.code:
        return places_of_ids(history.code[column], history.ids[column])
    return places_of_ids(*codes(history.table[column]))


def marks(places: Ints) -> Ints:
    """Return what each place adds to each word, of shape (words, places).

    >>> marks(np.array([1, 53, -1]))[:2].tolist()
    [[2, 0, 0], [0, 2, 0]]
    """
    words = np.arange(len(WORDS))[:, None]
    return np.where(places // BITS == words, np.int64(1) << places % BITS, 0)
