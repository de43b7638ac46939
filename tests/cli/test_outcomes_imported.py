"""A file may say what became of its payments; what it says of none was accepted."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.data.importing import ImportOptions, load_file
from cli.data.upload import lake_files
from cli.errors import InputError
from greenfraud.instants import parse_rfc3339
from intake.description import Description
from intake.layout import parse_map

HEADER = "transaction_id,occurred_at,customer_id,amount,is_fraud,decision,accepted_at\n"
AT = "2026-03-01T09:30:00Z"
ROWS = [
    f"t1,{AT},c1,12.50,0,allow,",
    f"t2,{AT},c1,500,0,block,",
    f"t3,{AT},c1,300,0,Review,2026-03-03T08:00:00Z",
    f"t4,{AT},c1,300,0,challenge,{AT}",
    f"t5,{AT},c1,300,0,review,",
    f"t6,{AT},c1,20,0,,",
]


def write(folder: Path, rows: list[str], header: str = HEADER) -> Path:
    """A file of a person's."""
    path = folder / "mine.csv"
    path.write_text(header + "".join(f"{row}\n" for row in rows))
    return path


def test_outcomes_and_releases_reach_the_lake(tmp_path):
    """A payment that was held is released on the day somebody let it go, a moment after it was tried at the earliest."""
    files = dict(lake_files(load_file(write(tmp_path, ROWS), ImportOptions())))
    assert sorted(files) == [
        "releases/dt=2026-03-01/part-0.parquet",
        "releases/dt=2026-03-03/part-0.parquet",
        "transactions/dt=2026-03-01/part-0.parquet",
    ]
    transactions = files["transactions/dt=2026-03-01/part-0.parquet"].to_pydict()
    at_us = parse_rfc3339(AT)
    assert transactions["decision"] == ["allow", "block", "review", "challenge", "review", None]
    assert transactions["accepted_us"] == [at_us, None, None, None, None, at_us]
    assert "released_us" not in transactions
    (early,) = files["releases/dt=2026-03-01/part-0.parquet"].to_pylist()
    assert (early["transaction_id"], early["accepted_us"], early["occurred_us"]) == ("t4", at_us + 1, at_us)
    (late,) = files["releases/dt=2026-03-03/part-0.parquet"].to_pylist()
    assert (late["transaction_id"], late["amount_minor"], late["customer_id"]) == ("t3", 30_000, "c1")


def test_a_file_that_tells_nothing_was_all_accepted(tmp_path):
    """As before: its columns are those that it has."""
    rows = [row.rsplit(",", 2)[0] for row in ROWS]
    (file,) = lake_files(
        load_file(write(tmp_path, rows, "transaction_id,occurred_at,customer_id,amount,is_fraud\n"), ImportOptions())
    )
    assert "decision" not in file[1].column_names


def test_columns_of_other_names_are_mapped(tmp_path):
    """As every field."""
    path = write(tmp_path, ROWS, HEADER.replace("decision,accepted_at", "Outcome,Approved"))
    files = dict(lake_files(load_file(path, ImportOptions(mapping=parse_map("decision=Outcome,accepted_at=Approved")))))
    assert files["transactions/dt=2026-03-01/part-0.parquet"]["decision"].to_pylist()[1] == "block"


STATES = [f"t1,{AT},c1,12.50,0,Approved", f"t2,{AT},c1,500,0,Do not honour ", f"t3,{AT},c1,300,1,DECLINED", f"t4,{AT},c1,20,0,"]
OTHERS = "transaction_id,occurred_at,customer_id,amount,is_fraud,"


def declined(column: str, *words: str) -> ImportOptions:
    """A description that says which words of a column mean that a payment was declined."""
    return ImportOptions(description=Description.model_validate({"rows": {"declined": {"column": column, "words": words}}}))


@pytest.mark.parametrize("column", ["Status", "decision"])
def test_words_of_others_say_what_was_declined(tmp_path, column):
    """By whomever, and in whatever case; all others were accepted. The file's column may have our own name."""
    path = write(tmp_path, STATES, f"{OTHERS}{column}\n")
    transactions = dict(lake_files(load_file(path, declined(column, "declined", "do not honour"))))
    found = transactions["transactions/dt=2026-03-01/part-0.parquet"].to_pydict()
    assert found["decision"] == ["allow", "block", "block", "allow"]
    assert [at is None for at in found["accepted_us"]] == [False, True, True, False]


def test_two_columns_that_say_what_was_declined_are_refused(tmp_path):
    """One of them would win, and nobody would know."""
    path = write(tmp_path, [f"{row},DECLINED" for row in ROWS], HEADER.replace("accepted_at", "accepted_at,status"))
    with pytest.raises(InputError, match="`decision` and `status` both say what was declined"):
        load_file(path, declined("status", "DECLINED"))


def test_a_decision_in_words_of_others_names_the_option(tmp_path):
    """Nobody renames a column of millions of rows."""
    with pytest.raises(InputError, match=r"row 2 \(line 3\): `DECLINED` is no decision.*--declined decision=DECLINED"):
        load_file(write(tmp_path, [ROWS[0], f"t2,{AT},c1,1,0,DECLINED,"]), ImportOptions())


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (f"t1,{AT},c1,1,0,maybe,", "column `decision`, row 1 .*no decision.*allow, block, challenge, review"),
        (f"t1,{AT},c1,1,0,review,2026-03-01T09:00:00Z", "column `accepted_at`, row 1"),
        (f"t1,{AT},c1,1,0,block,{AT}", "column `accepted_at`, row 1 .*decision is block"),
    ],
)
def test_what_cannot_be_is_named_with_its_row(tmp_path, row, reason):
    """Before anything is written."""
    with pytest.raises(InputError, match=reason):
        load_file(write(tmp_path, [row]), ImportOptions())
