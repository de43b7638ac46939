"""Names that every room agrees on."""

from __future__ import annotations

from datetime import date

import pytest

from greenfraud import naming
from greenfraud.identity import token

DAY = date(2018, 5, 1)


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (naming.transactions_prefix(DAY), "transactions/dt=2018-05-01/"),
        (naming.labels_prefix(DAY), "labels/dt=2018-05-01/"),
        (naming.features_key("abc", "20180501-20180508"), "features/abc/chunk=20180501-20180508/part.parquet"),
        (naming.emissions_key(DAY, "train", "1"), "emissions/dt=2018-05-01/train-1.json"),
        (naming.decisions_key(DAY, "1"), "decisions/dt=2018-05-01/1.jsonl"),
        (naming.models_prefix("light", "v"), "models/light/v/"),
        (naming.checkpoint_prefix("light", "v"), "checkpoints/light/v/"),
        (naming.genesis_prefix("light"), "checkpoints/light/genesis/"),
        (naming.plan_key("e"), "executions/e/plan.json"),
        (naming.train_result_key("e", "light", "c"), "executions/e/train/light/c.json"),
        (naming.evaluation_key("e"), "executions/e/evaluation.json"),
        (naming.decision_key("e"), "executions/e/decision.json"),
        (naming.report_key("e"), "executions/e/report.json"),
    ],
)
def test_every_key_is_where_the_other_rooms_look(key: str, expected: str):
    """A key is a contract between who writes and who reads."""
    assert key == expected


def test_job_keys_differ_between_families_and_chunks():
    """SageMaker refuses a name it has seen."""
    keys = {naming.job_key("e", family, chunk) for family in ("light", "heavy") for chunk in ("a", "b")}
    assert len(keys) == 4


def test_tokens_hide_the_id_and_keep_its_identity():
    """The same customer has the same token under one key, and another under another."""
    assert token("C1", b"k") == token("C1", b"k") != token("C1", b"l")
    assert "C1" not in token("C1", b"k")
