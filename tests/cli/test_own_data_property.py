"""Whatever shape a file has, what its description says of it brings the same transactions back."""

from __future__ import annotations

import csv
import gzip
import io
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cli.data.importing import ImportOptions, load_file
from intake.description import Description
from intake.description_file import dump_description, load_description

START = datetime(2024, 1, 1, tzinfo=UTC)
FORMATS = ["%d/%m/%Y %H:%M:%S", "%m/%d/%Y %H:%M:%S", "%Y/%m/%d %H.%M.%S", "%d.%m.%y %H:%M:%S", "%Y%m%d %H%M%S"]
COUNTS = {"epoch-s": 1, "epoch-ms": 1_000, "epoch-us": 1_000_000}
NAMES = st.lists(
    st.text(st.sampled_from("aZ é\"',;%+|#1"), min_size=1, max_size=8).map(str.strip).filter(bool),
    min_size=8,
    max_size=8,
    unique=True,
)
IDS = st.text(st.sampled_from("abcXYZ019é|\\ -/"), min_size=1, max_size=6).map(str.strip).filter(bool)
PAYMENT = st.tuples(
    st.integers(0, 60 * 86_400), IDS, IDS, st.integers(0, 10**9), st.sampled_from(["fraud", "legitimate", "not_investigated"])
)


@st.composite
def shapes(draw):
    """A description, without the names of columns."""
    decimal = draw(st.sampled_from([".", ","]))
    thousands = draw(st.sampled_from([None, ",", ".", " ", "'"]).filter(lambda mark: mark != decimal))
    form = draw(st.sampled_from([None, "steps", *FORMATS, *COUNTS]))
    times = {"format": form, "timezone": "UTC"}
    if form == "steps":
        times |= {"step": "seconds", "start": START}
    return {
        "file": {
            "encoding": draw(st.sampled_from(["utf-8", "cp1252", "utf-16"])),
            "delimiter": draw(st.sampled_from([",", ";", "\t", "|"])),
        },
        "times": times,
        "money": {"decimal": decimal, "thousands": thousands},
        "labels": dict(zip(("fraud", "legitimate", "not_investigated"), draw(st.permutations(["F", "ok", "2"])), strict=True)),
    }


def when_written(second: int, form: str | None) -> str:
    """A moment as the description says."""
    moment = START + timedelta(seconds=second)
    if form == "steps":
        return str(second)
    if form in COUNTS:
        return str(int(moment.timestamp()) * COUNTS[form])
    return moment.strftime(form) if form else moment.isoformat(sep=" ")[:19]


def paid_written(minor: int, money: dict) -> str:
    """An amount as the description says."""
    whole = f"{minor // 100:,}".replace(",", money["thousands"] or "")
    return f"{whole}{money['decimal']}{minor % 100:02d}"


def written(shape, names, payments, *, is_split: bool) -> tuple[Description, bytes]:
    """A file of the payments in that shape, and its description."""
    when, time, bank, account, terminal, amount, label, number = names
    form = shape["times"]["format"]
    is_split = is_split and form not in {"steps", *COUNTS}
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=shape["file"]["delimiter"])
    writer.writerow(names)
    for place, (second, customer, other, minor, verdict) in enumerate(payments):
        moment = when_written(second, form)
        day, _, clock = moment.partition(" ") if is_split else (moment, "", "-")
        verdict_written = shape["labels"][verdict]
        writer.writerow([day, clock, customer, other, other, paid_written(minor, shape["money"]), verdict_written, place])
    columns = {
        "occurred_at": [when, time] if is_split else when,
        "customer_id": [bank, account],
        "terminal_id": terminal,
        "amount": amount,
        "is_fraud": label,
        "transaction_id": number,
    }
    return Description.model_validate(shape | {"columns": columns}), text.getvalue().encode(shape["file"]["encoding"])


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(
    shape=shapes(), names=NAMES, payments=st.lists(PAYMENT, min_size=1, max_size=6), is_split=st.booleans(), is_packed=st.booleans()
)
def test_any_shape_comes_back_as_the_same_transactions(tmp_path_factory, *, shape, names, payments, is_split, is_packed):
    """Times to the second, amounts to the unit, labels, and ids of two parts."""
    folder = tmp_path_factory.mktemp("shaped")
    described, content = written(shape, names, payments, is_split=is_split)
    (folder / "f.csv").write_bytes(gzip.compress(content) if is_packed else content)
    (folder / "dataset.toml").write_text(dump_description(described), encoding="utf-8")
    options = ImportOptions(description=load_description(folder / "dataset.toml"))
    rows = sorted(load_file(folder / "f.csv", options).table.to_pylist(), key=lambda row: int(row["transaction_id"]))
    start_us = int(START.timestamp()) * 10**6
    assert [row["occurred_us"] for row in rows] == [start_us + second * 10**6 for second, *_ in payments]
    assert [row["amount_minor"] for row in rows] == [minor for *_, minor, _ in payments]
    assert [row["is_fraud"] for row in rows] == [verdict == "fraud" for *_, verdict in payments]
    assert [row.get("is_investigated", True) for row in rows] == [verdict != "not_investigated" for *_, verdict in payments]
    assert [row["terminal_id"] for row in rows] == [other for _, _, other, *_ in payments]
    parts = {(customer, other): row["customer_id"] for row, (_, customer, other, *_) in zip(rows, payments, strict=True)}
    assert len(set(parts.values())) == len(parts)
