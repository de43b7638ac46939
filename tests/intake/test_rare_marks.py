"""What only a few rows of a large file show is seen all the same."""

from __future__ import annotations

import pyarrow as pa

from intake.look.columns import LOOKED_AT
from intake.look.tally import OF_EACH_BATCH, Wanted, tallied

ROWS = 5_000


def test_an_amount_with_both_marks_is_kept_wherever_it_stands():
    """Of each batch some values are looked at, spread; one with a mark between thousands must be among them."""
    rare = {7: "1.081,74", 4_003: "1 250,00", 4_995: "9'999.50"}
    texts = [rare.get(row, "17,50") for row in range(ROWS)]
    batch = pa.RecordBatch.from_pydict({"c0": texts})
    wanted = Wanted(places={"amount": (0,)}, time=None, fraud_words=frozenset(), unknown_words=frozenset())
    tally = tallied(lambda _: iter([batch]), wanted, lambda _: None)
    assert OF_EACH_BATCH < ROWS
    assert len(tally.amounts) <= OF_EACH_BATCH + len(rare) < LOOKED_AT
    assert {*rare.values()} <= {*tally.amounts}
