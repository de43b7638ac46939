"""Two views that name their series alike: the builder gives the values of a replay through the online states."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from greenfraud.features.interpreter import compute
from greenfraud.features.tiles import ViewState
from greenfraud.instants import DAY_US, HOUR_US
from tests.same_names import manifest
from training.features.feature_matrix import FeatureMatrix
from training.features.history import LABELS, TRANSACTIONS, arrange

START_US = 17_700 * DAY_US
MANIFEST = manifest()
payments = st.lists(
    st.tuples(st.integers(0, 20 * 24), st.sampled_from(["C1", "C2"]), st.sampled_from(["T1", "T2"]), st.integers(0, 10**7)),
    min_size=1,
    max_size=25,
    unique_by=lambda payment: payment[0],
)


@settings(max_examples=50, deadline=None)
@given(payments)
def test_the_builder_equals_a_replay(events):
    """Every value has the same 64 bits."""
    built = FeatureMatrix(MANIFEST, history(sorted(events))).columns(slice(0, len(events)))
    for row, values in enumerate(replayed(sorted(events))):
        assert {name: bits(built[name][row]) for name in MANIFEST.names} == {name: bits(value) for name, value in values.items()}


def history(events):
    """Write every second payment as reported half an hour later."""
    ids = [f"{n:03}" for n in range(len(events))]
    times = [START_US + hour * HOUR_US for hour, *_ in events]
    columns = [ids, times, *(list(column) for column in zip(*(event[1:] for event in events), strict=True))]
    reports = [(ids[n], True, times[n] + HOUR_US // 2, "test") for n in range(0, len(events), 2)]
    labels = [dict(zip(LABELS.names, report, strict=True)) for report in reports]
    transactions = pa.table(dict(zip(TRANSACTIONS.names, columns, strict=True)), schema=TRANSACTIONS)
    return arrange(transactions, pa.Table.from_pylist(labels, schema=LABELS))


def replayed(events):
    """Score each payment, then add it and its report to both of its entities."""
    states = {}
    for n, (hour, customer, terminal, amount_minor) in enumerate(events):
        now_us = START_US + hour * HOUR_US
        yield compute(MANIFEST, (states.get(customer), states.get(terminal)), now_us, amount_minor)
        for entity, other, view in zip((customer, terminal), (terminal, customer), MANIFEST.views.values(), strict=True):
            state = states.get(entity, ViewState.empty(view)).add_transaction(now_us, amount_minor, other=other)
            states[entity] = state.add_report(now_us + HOUR_US // 2) if n % 2 == 0 else state


def bits(value):
    """Spell a double so that equal means equal to the bit; one spelling for missing."""
    return np.float64(np.nan if value is None or np.isnan(value) else value).tobytes()
