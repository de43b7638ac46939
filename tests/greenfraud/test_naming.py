"""Names that every room agrees on."""

from __future__ import annotations

from datetime import date

import pytest

from greenfraud import naming, page_keys
from greenfraud.errors import ContractError
from greenfraud.identity import key_of, token

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
        (page_keys.report_page_key("e"), "reports/e/report.html"),
        (page_keys.card_key("e", "light"), "reports/e/light-card.html"),
        (page_keys.validation_key("e", "light"), "reports/e/light-validation.html"),
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
    assert token("customer", "C1", b"k") == token("customer", "C1", b"k") != token("customer", "C1", b"l")
    assert "C1" not in token("customer", "C1", b"k")


def test_a_terminal_and_a_customer_of_one_id_have_different_tokens():
    """Whoever learns what one of them is called does not learn it of the other."""
    assert token("customer", "C1", b"k") != token("terminal", "C1", b"k")


def test_a_key_that_could_be_guessed_is_refused():
    """By its length, and without quoting it."""
    with pytest.raises(ContractError, match="has 31 characters") as refusal:
        key_of("k" * 31)
    assert "kkk" not in str(refusal.value)
    assert key_of("k" * 32) == b"k" * 32
