"""What of a file is odd, beside what is asked: rows that cannot be read, money that flows back, labels that are not there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from intake.doubtful_ids import doubts
from intake.look.columns import Sampled
from intake.look.counting import counted
from intake.look.findings import LabelForm
from intake.look.tally import Tally
from intake.reading import Column

MUCH = 0.5


def cautions(tally: Tally, left_out: Counter[str], labels: LabelForm | None, misfits: int, ids: list[Sampled]) -> Iterator[str]:
    """Return a sentence for each thing that is odd."""
    if misfits:
        yield f"{counted(misfits, 'line')} of other lengths than the header: refused, or left out with --skip-bad"
    told = {"undated": "without a time that can be read", "before 1970": "before 1970", "ahead of now": "ahead of now"}
    for what, words in told.items():
        if left_out[what]:
            yield f"{counted(left_out[what], 'row')} {words}"
    if tally.negative:
        yield (
            f"{counted(tally.negative, 'negative amount')}: refunds are no payments. Say which column tells them apart "
            "(rows.kind), or that their minus does: --negative refunds"
        )
    if labels is not None and tally.rows and tally.unlabelled > MUCH * tally.rows:
        yield (
            f"{tally.unlabelled / tally.rows:.0%} of the rows have no label: they count as legitimate. Where nobody looked at "
            "them, labels.not_investigated says so"
        )
    for column in ids:
        yield from doubts(Column(column.name, column.texts, None))
