"""The places of `greenfraud.features.distinct` for whole columns: whom each row's customer or terminal met."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from greenfraud.features.distinct import BITS, NO_PLACE, WORDS, place_of

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]


def places_of_ids(code: Ints, ids: pa.Array) -> Ints:
    """Return the place of each code's id, `NO_PLACE` for the code -1; every id is hashed once."""
    places = np.array([*map(place_of, ids.to_pylist()), NO_PLACE], np.int64)
    return np.take(places, code)


def marks(places: Ints) -> Ints:
    """Return what each place adds to each word, of shape (words, places).

    >>> marks(np.array([1, 53, -1]))[:2].tolist()
    [[2, 0, 0], [0, 2, 0]]
    """
    words = np.arange(len(WORDS))[:, None]
    return np.where(places // BITS == words, np.int64(1) << places % BITS, 0)
