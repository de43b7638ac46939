"""The reasons of an answer as bars: for fraud to the right of the middle, against it to the left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from cli.explain import wording

MIDDLE = 50.0  # per cent of the track


class Bar(NamedTuple):
    """A reason; `start` and `length` are per cent of the track, and 0 long where the reason has no figure."""

    text: str
    name: str
    figure: str
    side: str
    start: float
    length: float


def bars_of(answer: Mapping[str, Any]) -> Sequence[Bar]:
    """A bar for each reason of an answer, in its order.

    >>> one = {"text": "T", "feature": "f", "label": "L", "contribution": -2.0, "direction": "against"}
    >>> bars_of({"reasons": [one]})
    [Bar(text='T', name='L', figure='-2.00', side='against', start=0.0, length=50.0)]
    """
    told = wording.reasons({"answer": answer})
    return [_bar(one, told) for one in told]


def _bar(one: wording.Told, told: Sequence[wording.Told]) -> Bar:
    length = MIDDLE * wording.share(one, told)
    start = MIDDLE if one.is_for else MIDDLE - length
    return Bar(one.text, one.name, wording.figure(one), "for" if one.is_for else "against", round(start, 2), round(length, 2))
