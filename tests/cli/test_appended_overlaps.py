"""What a lake knows already of a file that is added to it: payments, reports, what arrived live, and what contradicts it."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from appended_lakes import contents, eleven_months, filled, later

from cli.data.appending import append
from cli.data.upload import imported_document, read_json, upload
from cli.errors import CommandError, InputError
from greenfraud.instants import DAY_US

WEEK_US = 7 * DAY_US


@pytest.fixture(scope="module")
def world():
    """Eleven months."""
    return eleven_months()


@pytest.fixture
def first_half(s3, world):
    """A lake with the older rows of a small data set, and that data set."""
    dataset = replace(world, table=world.table.slice(0, 600))
    filled(s3, "half", replace(dataset, table=dataset.table.slice(0, 300)))
    honest = next(row for row in range(270, 300) if not dataset.table["is_fraud"][row].as_py())
    return dataset, honest


def reports_of(s3, name):
    """When a payment was reported, by the lake."""
    days = [pq.read_table(io.BytesIO(body)) for key, body in contents(s3, "half").items() if key.startswith("labels/")]
    return [row["observed_us"] for day in days for row in day.to_pylist() if row["transaction_id"] == name]


def test_a_known_payment_that_is_a_fraud_now_was_known_to_be_one_by_the_end_of_the_new_file(s3, first_half):
    """A week after it happened the older file still knew of nothing: no model learns it as of then."""
    dataset, honest = first_half
    old = imported_document(s3, "half")
    row = dataset.table.slice(honest, 1).to_pylist()[0]
    undated = row["occurred_us"] + WEEK_US
    added = append(s3, "half", later(dataset, honest, is_fraud=True, observed_us=undated))
    assert added.late_reports == 1
    assert reports_of(s3, row["transaction_id"]) == [max(undated, dataset.newest_us)]
    assert imported_document(s3, "half")["frauds"] == old["frauds"] + 1 + sum(dataset.table["is_fraud"].to_pylist()[300:])


def test_the_first_file_again_takes_nothing_away(s3, first_half):
    """Months were added since."""
    dataset, _ = first_half
    append(s3, "half", replace(dataset, source_sha256="later"))
    before = contents(s3, "half"), imported_document(s3, "half")
    upload(s3, "half", replace(dataset, table=dataset.table.slice(0, 300)))
    assert (contents(s3, "half"), imported_document(s3, "half")) == before


def landed(s3, kind: str, day: str, *records: dict[str, object]) -> None:
    """What arrived live on a day."""
    body = "\n".join(json.dumps(record) for record in records)
    s3.put_object(Bucket="half", Key=f"{kind}/dt={day}/landing-1.jsonl", Body=body.encode())


def test_a_fraud_that_was_told_live_is_not_told_again_as_of_earlier(s3, first_half):
    """Features would know it before anybody did."""
    dataset, honest = first_half
    name = dataset.table["transaction_id"][honest].as_py()
    landed(s3, "labels", "2026-12-01", {"transaction_id": name, "is_fraud": True, "observed_us": 1_796_083_200_000_000})
    added = append(s3, "half", later(dataset, honest, is_fraud=True, observed_us=dataset.table["occurred_us"][honest].as_py()))
    assert added.late_reports == 0
    assert name not in str(
        [
            row
            for key, body in contents(s3, "half").items()
            if key.endswith("part-0.parquet") and key.startswith("labels/")
            for row in pq.read_table(io.BytesIO(body))["transaction_id"].to_pylist()
        ]
    )


def test_a_payment_that_arrived_live_stays_as_it_was_decided_then(s3, first_half):
    """It was blocked, say; a file that does not tell so would let it pass."""
    dataset, _ = first_half
    row = dataset.table.slice(400, 1).to_pylist()[0]
    day = datetime.fromtimestamp(row["occurred_us"] / 1e6, UTC).date().isoformat()
    landed(
        s3, "transactions", day, {"transaction_id": row["transaction_id"], "occurred_us": row["occurred_us"], "decision": "block"}
    )
    added = append(s3, "half", replace(dataset, source_sha256="later"))
    file = pq.read_table(io.BytesIO(contents(s3, "half")[f"transactions/dt={day}/part-0.parquet"]))
    assert (added.live, row["transaction_id"] in file["transaction_id"].to_pylist()) == (1, False)
    assert imported_document(s3, "half")["rows"] == dataset.table.num_rows - 1


def test_a_payment_in_another_currency_is_the_same_by_another_table_of_rates(s3, world):
    """The lake keeps the amount by which it was learned."""
    table = world.table.slice(0, 300)
    originals = {"original_amount_minor": table["amount_minor"], "original_rates_version": pa.array(["old"] * 300)}
    for name, column in originals.items():
        table = table.append_column(name, column)
    filled(s3, "rates", replace(world, table=table))
    dearer = table.set_column(table.column_names.index("amount_minor"), "amount_minor", pc.add(table["amount_minor"], 1))
    dearer = dearer.set_column(dearer.column_names.index("original_rates_version"), "original_rates_version", [["new"] * 300])
    before = contents(s3, "rates")
    assert append(s3, "rates", replace(world, table=dearer, source_sha256="later")).known == 300
    assert contents(s3, "rates") == before


def test_payments_that_somebody_looked_at_meanwhile_are_counted(s3, world):
    """They stay neither learned nor judged, and that is said."""
    table = world.table.slice(0, 300)
    unseen = table.append_column("is_investigated", pa.array([False] * 5 + [True] * 295))
    filled(s3, "seen", replace(world, table=unseen))
    assert append(s3, "seen", replace(world, table=table, source_sha256="later")).looked_at == 5


def test_a_report_that_says_when_is_taken_at_its_word(s3, first_half):
    """A bank's date."""
    dataset, honest = first_half
    row = dataset.table.slice(honest, 1).to_pylist()[0]
    append(s3, "half", later(dataset, honest, is_fraud=True, observed_us=row["occurred_us"] + 1))
    assert reports_of(s3, row["transaction_id"]) == [row["occurred_us"] + 1]


def test_a_fraud_that_the_new_file_does_not_know_stays_one_and_is_counted(s3, first_half):
    """Silence withdraws nothing."""
    dataset, _ = first_half
    fraud = next(row for row in range(299, -1, -1) if dataset.table["is_fraud"][row].as_py())
    added = append(s3, "half", later(dataset, fraud, is_fraud=False, observed_us=None))
    assert added.contradicting == 1
    assert len(reports_of(s3, dataset.table["transaction_id"][fraud].as_py())) == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [({"amount_minor": 1_234_567}, "`amount_minor`"), ({"customer_id": "another"}, "`customer_id`")],
)
def test_one_id_for_two_payments_is_refused_and_nothing_is_written(s3, first_half, change, said):
    """As where ids begin anew in every file."""
    dataset, honest = first_half
    before = contents(s3, "half")
    with pytest.raises(InputError, match=said):
        append(s3, "half", later(dataset, honest, **change))
    assert contents(s3, "half") == before


def test_ids_that_begin_anew_are_refused_also_on_other_days(s3, first_half):
    """A report would be one of both payments."""
    dataset, _ = first_half
    rows = dataset.table.slice(300, 1).to_pylist()
    rows[0]["transaction_id"] = dataset.table["transaction_id"][0].as_py()
    file = replace(dataset, table=pa.Table.from_pylist(rows, schema=dataset.table.schema), source_sha256="later")
    with pytest.raises(InputError, match="`occurred_us`"):
        append(s3, "half", file)


@pytest.mark.parametrize(
    ("change", "said"), [({"currency": "SEK"}, "currency is EUR"), ({"maturity_days": 14}, "maturity_days is 7, the file's 14")]
)
def test_what_a_lake_has_one_of_is_not_changed_by_a_file(s3, first_half, change, said):
    """Counted in two currencies, states would say nothing."""
    with pytest.raises(InputError, match=said):
        append(s3, "half", replace(first_half[0], source_sha256="later", **change))


def test_days_before_the_first_are_refused(s3, world):
    """Weeks are counted from it, and models have learned them."""
    filled(s3, "late", replace(world, table=world.table.slice(300, 300)))
    with pytest.raises(InputError, match="before the lake's first day"):
        append(s3, "late", replace(world, table=world.table.slice(0, 10), source_sha256="earlier"))


def test_two_imports_at_once_do_not_undo_each_other(s3, first_half, monkeypatch):
    """The second to write the description is told, and its file goes in when it is added again."""
    dataset, _ = first_half
    file = replace(dataset, source_sha256="later")
    put = s3.put_object

    def racing(**request):
        if request["Key"] == "dataset.json" and "IfMatch" in request:
            monkeypatch.undo()
            put(Bucket="half", Key="dataset.json", Body=b'{"other": 1}')
        return put(**request)

    monkeypatch.setattr(s3, "put_object", racing)
    with pytest.raises(CommandError, match="somebody else wrote dataset"):
        append(s3, "half", file)
    assert read_json(s3, "half", "dataset.json") == {"other": 1}
