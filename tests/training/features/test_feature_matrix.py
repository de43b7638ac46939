"""The offline builder gives the values that a replay of the same history through the online state gives."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from greenfraud.errors import ContractError
from greenfraud.features.compilation import compile_manifest
from greenfraud.features.declaration import FeatureDeclaration
from greenfraud.features.interpreter import compute
from greenfraud.features.manifest import KEPT_US, Manifest, load_manifest
from greenfraud.features.tiles import ViewState
from greenfraud.instants import DAY_US, HOUR_US, MINUTE_US
from greenfraud.outcomes import ALLOW, BLOCK, REVIEW, accepted_at_once
from training.features import feature_matrix
from training.features.expired_events import expired_rows_to_keep
from training.features.feature_matrix import FeatureMatrix, buffer_us
from training.features.history import LABELS, OUTCOME_COLUMNS, RELEASES, TRANSACTIONS, arrange, history_of
from training.features.row_order import in_order

MANIFEST = load_manifest()
START_US = 17_622 * DAY_US  # a Saturday
BORDERS = [0, 1, 5 * MINUTE_US, HOUR_US, DAY_US, 7 * DAY_US, 30 * DAY_US, 37 * DAY_US, 90 * DAY_US, KEPT_US]


@dataclass(frozen=True)
class Event:
    """A transaction, how long after it a fraud report was observed, if ever, what was decided, and when it was released.

    Nothing is told of imported history's outcome; what was held is released after the delay.
    """

    offset_us: int
    customer: str
    terminal: str | None
    amount_minor: int
    report_delay_us: int | None
    outcome: str | None = None
    release_delay_us: int = 0

    @property
    def is_released(self) -> bool:
        """Whether it was held, and then let go."""
        return self.outcome == REVIEW and self.release_delay_us > 0


def offsets() -> st.SearchStrategy[int]:
    """Times that fall often on and next to the borders of tiles and windows."""
    border = st.tuples(st.sampled_from(BORDERS), st.sampled_from(BORDERS), st.sampled_from([-1, 0, 1]))
    return st.one_of(border.map(lambda parts: max(0, sum(parts))), st.integers(0, 130 * DAY_US))


events = st.builds(
    Event,
    offset_us=offsets(),
    customer=st.sampled_from(["C1", "C2"]),
    terminal=st.sampled_from(["T1", "T2", None]),
    amount_minor=st.one_of(st.sampled_from([0, 10**6, 10**12]), st.integers(0, 100_000), st.integers(0, 10**12)),
    report_delay_us=st.one_of(st.none(), offsets()),
    outcome=st.sampled_from([None, ALLOW, REVIEW, REVIEW, BLOCK]),
    release_delay_us=offsets(),
)


# The first report is the newest one until the other is observed, and the last transaction comes in that microsecond.
A_REPORT_STILL_TO_COME = [
    Event(0, "C1", "T1", 0, 0),
    Event(0, "C1", "T1", 0, KEPT_US - 1),
    Event(KEPT_US - 1, "C1", "T1", 0, None),
]


@given(st.lists(events, min_size=1, max_size=30))
@example(A_REPORT_STILL_TO_COME)
@settings(max_examples=150, deadline=None)
def test_the_builder_equals_a_replay_through_the_online_state(history: list[Event]) -> None:
    """Every value has the same 64 bits, row by row."""
    assert replayed(history) == built(history)


@given(st.lists(events, min_size=1, max_size=12), st.integers(1, 4))
@settings(max_examples=60, deadline=None)
def test_entities_are_computed_in_blocks_of_any_size(history: list[Event], transactions: int) -> None:
    """Where one block ends and the next begins leaves no trace."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(feature_matrix, "TRANSACTIONS_AT_ONCE", transactions)
        assert built(history) == replayed(history)


@given(st.lists(events, min_size=1, max_size=30), st.integers(0, 40))
@example(A_REPORT_STILL_TO_COME, 1)
@settings(max_examples=150, deadline=None)
def test_a_bounded_buffer_gives_the_values_of_the_whole_history(history: list[Event], first_day: int) -> None:
    """Of the days before the buffer, a few rows per entity are enough."""
    start_us = START_US + first_day * DAY_US
    transactions, labels = tables(history)
    transactions = in_order(transactions)
    is_old = pc.less(transactions["occurred_us"], start_us)
    kept = expired_rows_to_keep(transactions.filter(is_old), labels, start_us, start_us - KEPT_US - DAY_US)
    released = releases(history)
    recent = pa.concat_tables([kept, transactions.filter(pc.invert(is_old))])
    whole = history_of(transactions, labels, released)
    part = history_of(recent, labels, released.filter(pc.greater_equal(released["accepted_us"], start_us)))
    wanted = (start_us + buffer_us(MANIFEST), np.iinfo(np.int64).max)
    expected = FeatureMatrix(MANIFEST, whole).columns(whole.rows_between(*wanted))
    found = FeatureMatrix(MANIFEST, part).columns(part.rows_between(*wanted))
    assert {name: bits(column) for name, column in found.items()} == {name: bits(column) for name, column in expected.items()}


@pytest.mark.parametrize("rows", [slice(0, 2), slice(2, 5)])
def test_a_stretch_of_rows_equals_the_same_rows_of_the_whole(rows: slice) -> None:
    """Building chunk by chunk gives what building at once gives."""
    history = [Event(day * DAY_US, "C1", "T1", 100 + day, 7 * DAY_US if day == 0 else None) for day in range(5)]
    matrix = FeatureMatrix(MANIFEST, arrange(*tables(history)))
    whole, part = matrix.columns(slice(0, 5)), matrix.columns(rows)
    assert {name: bits(column[rows]) for name, column in whole.items()} == {n: bits(c) for n, c in part.items()}


def test_extra_columns_are_read_from_the_history() -> None:
    """Offline the values are those of the request; a history without the column misses it everywhere."""
    declared = [
        FeatureDeclaration(name="km", aggregation="number", column="km", default=-1.0, reason_code="KM", reason="{value}"),
        FeatureDeclaration(
            name="remote", aggregation="category", column="channel", values=("web",), reason_code="REMOTE", reason="{value}"
        ),
    ]
    manifest = Manifest.from_json(compile_manifest("p", [], declared))
    transactions, labels = tables([Event(day, "C1", None, 100, None) for day in range(4)])
    extras = {"km": [1, None, 2.5, float("nan")], "channel": ["web", "till", None, "WEB"]}
    wide = arrange(transactions.append_column("km", [extras["km"]]).append_column("channel", [extras["channel"]]), labels)
    requests = [dict(zip(extras, values, strict=True)) for values in zip(*extras.values(), strict=True)]
    for history, rows in ((wide, requests), (arrange(transactions, labels), [{}] * 4)):
        computed = [compute(manifest, (None, None), 0, 100, row) for row in rows]
        columns = FeatureMatrix(manifest, history).columns(slice(0, 4))
        for name in manifest.names:
            assert bits(columns[name]) == bits([values[name] for values in computed])


def test_an_unknown_kind_is_refused() -> None:
    """A manifest that is newer than this code."""
    feature = replace(MANIFEST.features[0], kind="median")
    with pytest.raises(ContractError, match="'median'"):
        FeatureMatrix(replace(MANIFEST, features=(feature,)), arrange(*tables([Event(0, "C1", "T1", 1, None)])))


def bits(values: object) -> list[bytes]:
    """Spell doubles so that equal means equal to the bit; one spelling for missing."""
    return [struct.pack("<d", math.nan if value is None or math.isnan(value) else value) for value in values]  # type: ignore[attr-defined]


def tables(history: list[Event]) -> tuple[pa.Table, pa.Table]:
    """Write a history as the lake's two tables."""
    rows = [(f"{n:03}", START_US + e.offset_us, e.customer, e.terminal, e.amount_minor) for n, e in enumerate(history)]
    reported = [(n, e) for n, e in enumerate(history) if e.report_delay_us is not None]
    labels = [(f"{n:03}", True, START_US + e.offset_us + e.report_delay_us, "test") for n, e in reported]  # type: ignore[operator]
    return _with_outcomes(_table(rows, TRANSACTIONS), history), _table(labels, LABELS)


def _with_outcomes(rows: pa.Table, history: list[Event]) -> pa.Table:
    """Tell what became of each, where anything is told."""
    if all(event.outcome is None for event in history):
        return rows
    accepted = [accepted_at_once(e.outcome, START_US + e.offset_us) if e.outcome else None for e in history]
    told = zip(OUTCOME_COLUMNS, ([event.outcome for event in history], accepted), strict=True)
    for column, values in told:
        rows = rows.append_column(column, pa.array(values, column.type))
    return rows


def releases(history: list[Event]) -> pa.Table:
    """Write the releases as the lake has them, one of them twice."""
    rows = [
        (f"{n:03}", START_US + e.offset_us, e.customer, e.terminal, e.amount_minor, START_US + e.offset_us + e.release_delay_us)
        for n, e in enumerate(history)
        if e.is_released
    ]
    return _table([*rows, *rows[:1]], RELEASES)


def _table(rows: list[tuple[object, ...]], schema: pa.Schema) -> pa.Table:
    return pa.Table.from_pylist([dict(zip(schema.names, row, strict=True)) for row in rows], schema=schema)


def built(history: list[Event]) -> list[list[bytes]]:
    """Compute the matrix offline, rows in time order."""
    matrix = FeatureMatrix(MANIFEST, arrange(*tables(history), releases(history)))
    columns = matrix.columns(slice(0, len(history)))
    return [list(row) for row in zip(*(bits(columns[name]) for name in MANIFEST.names), strict=True)]


def replayed(history: list[Event]) -> list[list[bytes]]:
    """Score and ingest event by event; a report or release is ingested when something happens after its microsecond."""
    customers: dict[str, ViewState] = {}
    terminals: dict[str | None, ViewState] = {}
    reports = sorted(
        ((e.offset_us + e.report_delay_us, e.terminal) for e in history if e.report_delay_us is not None),
        key=lambda report: report[0],
    )
    released = sorted((e for e in history if e.is_released), key=lambda e: e.offset_us + e.release_delay_us)
    rows = []
    for event in sorted(history, key=lambda e: e.offset_us):  # stable: ids follow the list
        while released and released[0].offset_us + released[0].release_delay_us < event.offset_us:
            _release(released.pop(0), customers, terminals)
        while reports and reports[0][0] < event.offset_us:
            observed_us, terminal = reports.pop(0)
            if terminal is not None:
                terminals[terminal] = terminals[terminal].add_report(START_US + observed_us)
        rows.append(_score_and_ingest(event, customers, terminals))
    return rows


def _release(event: Event, customers: dict[str, ViewState], terminals: dict[str | None, ViewState]) -> None:
    moments = START_US + event.offset_us, START_US + event.offset_us + event.release_delay_us
    customers[event.customer] = customers[event.customer].add_release(*moments, event.amount_minor)
    if event.terminal is not None:
        terminals[event.terminal] = terminals[event.terminal].add_release(*moments, event.amount_minor)


def _score_and_ingest(event: Event, customers: dict[str, ViewState], terminals: dict[str | None, ViewState]) -> list[bytes]:
    now_us = START_US + event.offset_us
    customer, terminal = customers.get(event.customer), terminals.get(event.terminal)
    values = compute(MANIFEST, (customer, terminal), now_us, event.amount_minor)
    customer = customer or ViewState.empty(MANIFEST.views["customer_activity"])
    tried = now_us, event.amount_minor, event.outcome or ALLOW
    customers[event.customer] = customer.add_transaction(*tried, event.terminal).expire(now_us)
    if event.terminal is not None:
        terminal = terminal or ViewState.empty(MANIFEST.views["terminal_activity"])
        terminals[event.terminal] = terminal.add_transaction(*tried, event.customer).expire(now_us)
    return bits([values[name] for name in MANIFEST.names])
