"""Each feature's part in a probability by occlusion, one after the other: what is lost where it alone takes a typical value."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Probabilities = Callable[[NDArray[np.float32]], Sequence[float]]

BUILT = (
    "one feature at a time takes its typical value, on the scale of probability, in one run of as many rows as there are features"
)


def losses(
    row: NDArray[np.float32], typical: NDArray[np.float32], probability: float, probabilities: Probabilities
) -> NDArray[np.float64]:
    """Return the loss of a row's probability by feature."""
    occluded = np.tile(row, (len(row), 1))
    np.fill_diagonal(occluded, typical)
    return probability - np.asarray(probabilities(occluded))
