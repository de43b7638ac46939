"""A look proposes the line by which a column that no field takes becomes features, ready to lose its mark."""

from __future__ import annotations

import doctest
import tomllib
from collections.abc import Sequence

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from greenfraud.extras import RESERVED
from greenfraud.features.manifest import load_manifest
from intake.description import Description
from intake.look import declaring
from intake.look.columns import Sampled
from intake.look.declaring import line_of, suggestions
from intake.look.findings import LabelForm, Suggestion
from intake.look.label_words import meanings
from intake.look.written import suggested_lines

KINDS = {
    "number": [f"{one}.5" for one in range(20)] * 10,
    "category": ["web", "till"] * 100,
    "entity": [f"d{one}" for one in range(50)] * 4,
}


def column(name: str, values: Sequence[str | None], kind: pa.DataType | None = None) -> Sampled:
    """A column of a sample."""
    return Sampled(name, 0, pa.array(values, pa.string()), kind or pa.string())


def suggested(name: str, values: Sequence[str | None], labels: LabelForm | None = None) -> Suggestion | None:
    """What is proposed for one column that is alone."""
    return next(iter(suggestions([column(name, values)], None, labels)), None)


def test_the_examples_hold() -> None:
    """Of names and lines."""
    assert doctest.testmod(declaring).failed == 0


def test_each_kind_is_told_by_its_values() -> None:
    """Few values are a category, in the order of how often they are there; many are an entity; whole numbers may be either."""
    found = {kind: suggested("x", values) for kind, values in KINDS.items()}
    assert {kind: one.table["kind"] for kind, one in found.items() if one} == {kind: kind for kind in KINDS}
    assert found["category"] is not None
    assert found["category"].table["values"] == ["till", "web"]
    codes = [str(5_000 + one) for one in range(50)] * 4
    kinds = [
        one.table["kind"]
        for name in ("Distance", "paid", "MCC", "merchant_category_code", "ProductID")
        if (one := suggested(name, codes))
    ]
    assert kinds == ["number", "number", "entity", "entity", "entity"]


def test_what_never_repeats_or_never_changes_or_is_a_time_says_nothing() -> None:
    """So no line is proposed."""
    days = [f"2026-01-{day:02}T10:00:00Z" for day in range(1, 29)] * 4
    for values in ([f"memo {one}" for one in range(200)], [str(one) for one in range(200)], ["same"] * 200, [None] * 200, days):
        assert suggested("x", values) is None
    measured = suggested("x", [f"{one / 7:.4f}" for one in range(200)])  # fractions need not repeat
    assert measured is not None
    assert measured.table == {"kind": "number"}


def test_a_few_words_among_numbers_stand_for_nothing() -> None:
    """Many words are no numbers any more."""
    told = suggested("age", ["n/a", "-", *KINDS["number"]])
    assert told is not None
    assert told.table == {"kind": "number", "empty": ["-", "n/a"]}
    mixed = suggested("age", [*KINDS["number"][:20], *KINDS["entity"]])
    assert mixed is not None
    assert mixed.table["kind"] == "entity"


def test_the_prior_of_an_entity_is_the_files_own_share_of_frauds() -> None:
    """As one report of so many payments; where nobody knows, of two hundred."""
    labels = meanings("Class", {"0": 9_900, "1": 83}, 17)
    priors = [one.table["prior_payments"] for one in (suggested("device", KINDS["entity"], form) for form in (labels, None)) if one]
    assert priors == [120, 200]


def test_no_two_columns_get_one_name_and_none_gets_one_of_the_platforms_own() -> None:
    """Whatever they are called."""
    names = ["Card Type", "card-type", "CARD_TYPE", "is_night", "결제", "기기", "Gerät", "customer", "terminal_id", "decision"]
    found = [one.name for one in suggestions([column(name, KINDS["entity"]) for name in names], None, None)]
    assert found[:3] == ["card_type", "card_type_2", "card_type_3"]
    assert len(set(found)) == len(names)
    assert not {*found} & {*load_manifest().names, *RESERVED, "customer", "terminal"}


@given(
    st.lists(st.one_of(st.text(max_size=20), st.sampled_from(sorted(RESERVED))), max_size=6, unique=True),
    st.sampled_from(sorted(KINDS)),
    st.lists(st.text(min_size=1, max_size=6).filter(lambda text: bool(text.strip())), min_size=2, max_size=5, unique=True),
)
def test_every_line_is_a_declaration_that_the_platform_takes(names: list[str], kind: str, words: list[str]) -> None:
    """Once its mark is off, whatever column and values are called; and while it is on, it is a comment."""
    values = words * 40 if kind == "category" else KINDS[kind]
    found = suggestions([column(name, values) for name in names], None, None)
    lines = [line_of(one) for one in found]
    read = Description.model_validate(tomllib.loads("\n".join(["[features]", *lines])))
    assert [column for (column,) in read.placed().values()] == [one.column for one in found]
    assert tomllib.loads("\n".join(["[features]", *suggested_lines(found)])) == {"features": {}}


def test_numbers_are_proposed_with_their_own_marks_whatever_the_amounts_have() -> None:
    """A score of 0.125 beside an amount of 1.100,00 is no hundred and twenty-five."""
    assert suggested("mass", ["12,5", "1.250,75", *(f"{one},5" for one in range(3, 40))] * 5).table == {
        "kind": "number",
        "decimal": ",",
        "thousands": ".",
    }
    assert suggested("score", [f"0.{one}" for one in range(100, 300)]).table == {"kind": "number"}
