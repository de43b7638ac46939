"""What chance let through stands for all that was refused like it: in what is learned, and in every measure."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from greenfraud.errors import ContractError
from greenfraud.instants import DAY_US
from training.evaluation.candidates import EvaluatedCandidate
from training.evaluation.holdout import make_holdout
from training.evaluation.measurement import customer_weights, measure
from training.features.chunk_file import chunk_table, parquet, read_file, unlike_others
from training.features.history import LABELS, TRANSACTIONS, arrange, transactions_schema
from training.features.propensity import LEARNED_WEIGHT, WEIGHT, learned_weights, stood_for, weights_of
from training.steps.train import asked_about, sample_of

AT_US = 17_700 * DAY_US


def payments(propensities: list[float | None], decision: str = "allow") -> pa.Table:
    """One payment of each propensity."""
    rows = [
        {
            "transaction_id": f"x{index:03}",
            "occurred_us": AT_US,
            "customer_id": f"c{index:03}",
            "amount_minor": 1_000,
            "decision": decision,
            "propensity": propensity,
        }
        for index, propensity in enumerate(propensities)
    ]
    return pa.Table.from_pylist(rows, transactions_schema())


def investigated(flags: list[bool]) -> pa.Table:
    """Payments of which somebody has looked at some."""
    table = payments([None] * len(flags))
    return table.set_column(table.column_names.index("is_investigated"), "is_investigated", pa.array(flags))


def chunk(transactions: pa.Table) -> pa.Table:
    """The chunk's file of some payments, without features."""
    history = arrange(transactions, LABELS.empty_table())
    return chunk_table(history, slice(0, transactions.num_rows), AT_US + 30 * DAY_US, {})


def test_a_payment_stands_for_as_many_as_chance_would_have_refused():
    """One over its propensity, in the chunk's file; whatever was not left to chance stands for itself."""
    assert chunk(payments([None, 0.005, 1.0]))[WEIGHT].to_pylist() == [1.0, 200.0, 1.0]


def test_payments_without_the_column_stand_for_themselves():
    """Imported history, and chunks that were written before exploration."""
    assert weights_of(TRANSACTIONS.empty_table()).tolist() == []
    old = chunk(payments([None, 0.005])).drop_columns([WEIGHT])
    assert learned_weights(old).tolist() == [1.0, 1.0]
    assert stood_for(old) is old


@pytest.mark.parametrize("propensity", [0.0, -0.1, 1.1, float("nan")])
def test_a_propensity_that_is_no_probability_is_refused(propensity: float):
    """It would weigh a payment infinitely, or against itself."""
    with pytest.raises(ContractError, match="propensity must be above 0 and at most 1"):
        weights_of(payments([propensity]))


def test_training_believes_no_single_payment_as_much_as_a_week():
    """The weight that it learns with ends where one row would shout the others down."""
    assert sample_of(chunk(payments([None, 0.005])), []).weight.tolist() == [1.0, LEARNED_WEIGHT]


def test_a_job_says_how_much_it_was_not_told(tmp_path):
    """Censored are those of which nobody spoke, refused or never investigated; explored those that chance let through."""
    unseen = chunk(investigated([False, True, False]))
    tables = [chunk(payments([None, None], "block")), chunk(payments([None, 0.01])), unseen]
    for number, table in enumerate(tables):
        (tmp_path / f"{number}.parquet").write_bytes(parquet(table))
    assert unlike_others(tmp_path) == {"censored_rows": 4, "uninvestigated_rows": 2, "explored_rows": 1}


def test_what_models_see_later_is_compared_with_every_payment_of_the_chunk(tmp_path):
    """Also with those of which nothing is known: a model is asked about them too. What is learned are the others."""
    table = chunk(investigated([True, False, False, False]))
    table = table.append_column("f", pa.array([0.0, 7.0, 8.0, 9.0]))
    (tmp_path / "chunk.parquet").write_bytes(parquet(table))
    paths = SimpleNamespace(channel=lambda _: tmp_path)
    job = SimpleNamespace(paths=paths, chunks=["c"], features={"f": ""}, is_learned=lambda _: True)
    learned = sample_of(read_file(tmp_path / "chunk.parquet"), ["f"])
    assert learned.values.tolist() == [[0.0]]
    assert asked_about(job, learned).tolist() == [[0.0], [7.0], [8.0], [9.0]]
    job.chunks = []
    assert asked_about(job, learned).tolist() == [[0.0]]


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.booleans(), st.integers(0, 5), st.sampled_from([1, 2, 5])), min_size=2, max_size=20).filter(
        lambda rows: len({is_fraud for is_fraud, _, _ in rows}) == 2
    )
)
def test_measures_weigh_a_row_by_what_it_stands_for(rows: list[tuple[bool, int, int]]):
    """As if every customer counted so often, each having one row."""
    is_fraud, score, times = (np.array(column) for column in zip(*rows, strict=True))
    table = chunk(payments([1.0 / count for count in times.tolist()]))
    table = table.set_column(table.column_names.index("is_fraud"), "is_fraud", pa.array(is_fraud))
    repeated = make_holdout(stood_for(table.append_column("score", pa.array(score / 6.0))), {})
    single = make_holdout(table, {})
    weights = customer_weights(len(rows), 0)
    theirs = measure(_scored(score / 6.0), single, weights * times, ("average_precision",))
    ours = measure(_scored(repeated.table["score"].to_numpy()), repeated, weights, ("average_precision",))
    for name in ("average_precision", "auc_roc", "expected_cost_minor", "brier"):
        assert ours[name] == pytest.approx(theirs[name])


def _scored(scores: np.ndarray) -> EvaluatedCandidate:
    return EvaluatedCandidate("m", "challenger", scores, scores >= 0.5)
