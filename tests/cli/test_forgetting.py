"""A person is forgotten everywhere, others stay as they are to the bit, and a search says so."""

from __future__ import annotations

import io
import json
import time
from dataclasses import replace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from forgettable_platform import CUSTOMER, World
from moto import mock_aws
from rich.console import Console

from cli.data.world import WorldSpecification, make_world
from cli.errors import CommandError
from cli.forgetting import forget as forgetting
from cli.forgetting.forget import forget, search
from cli.forgetting.parquet_files import changed_parquet
from cli.forgetting.person import Person
from cli.forgetting.requests import Requests
from cli.screen import Screen
from greenfraud.features.encoding import entity_id
from greenfraud.items import forgotten, release, state
from greenfraud.items.release import ReleasedPayment

WORLD = make_world(WorldSpecification(customers=10, days=3))


def renamed(dataset):
    """The same world with ids as long as tokens."""
    ids = [f"{identity}{'0' * 25}" for identity in dataset.table["customer_id"].to_pylist()]
    at = dataset.table.column_names.index("customer_id")
    return replace(dataset, table=dataset.table.set_column(at, "customer_id", pa.array(ids)))


@pytest.fixture
def world(request, monkeypatch: pytest.MonkeyPatch):
    """A platform that knows a small world, by ids as they were sent or by tokens."""
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setattr("cli.forgetting.requests.KNOWN_AFTER_SECONDS", 0)
    with mock_aws():
        made = World(WORLD if getattr(request, "param", None) == "short ids" else renamed(WORLD))
        made.fill()
        yield made


@pytest.fixture
def person(world) -> str:
    """Somebody with payments in the imported history and among those the platform decided."""
    return world.rows()[-1]["customer_id"]


@pytest.fixture
def screen():
    """What is said, as text."""
    return Screen(Console(record=True, width=200))


def customers_of(body: bytes) -> list[str]:
    """Who stands in a Parquet file."""
    return pq.read_table(io.BytesIO(body))["customer_id"].to_pylist()


def named_in(world, person: str) -> list[str]:
    """Every place that names the person: raw content where that says something, customers' columns and fields."""
    words = {person.encode(), entity_id("customer_id", person).encode()}
    found = []
    for (bucket, key, _), body in world.contents().items():
        is_theirs = person in customers_of(body) if body.startswith(b"PAR1") else any(word in body for word in words)
        found += [f"{bucket}/{key}"] if is_theirs else []
    for table in ("customertable", "terminaltable", "decisionstable", "receiptstable"):
        found += [table for item in world.items(table) if any(word.decode() in repr(item) for word in words)]
    return sorted(set(found))


@pytest.mark.parametrize("world", ["short ids", "tokens"], indirect=True)
def test_no_store_names_a_customer_who_was_forgotten(world, person, screen):
    """Neither lake nor features, decisions, states, failed batches or older versions of objects."""
    before = named_in(world, person)
    assert {"decisionstable", "customertable", "lake/features/v1/chunk=20260101-20260108/part.parquet"} <= set(before)
    assert any(place.startswith("artifacts/failures/") for place in before)
    forget(world.target, screen, person)
    assert named_in(world, person) == []
    assert "no store names the customer" in screen.console.export_text()


@pytest.mark.parametrize("world", ["short ids", "tokens"], indirect=True)
def test_others_and_terminals_keep_every_bit(world, person, screen):
    """Terminals go on counting the payments: only the name in them is another one's."""
    history, features = world.history().table, world.features()
    states = {table: world.items(table) for table in ("customertable", "terminaltable")}
    chunk = pq.read_table(io.BytesIO(world.s3.get_object(Bucket="lake", Key=CHUNK)["Body"].read()))
    forget(world.target, screen, person)
    after = world.history().table
    assert world.features() == features
    assert after.drop(["customer_id"]) == history.drop(["customer_id"])
    names = dict(zip(history["customer_id"].to_pylist(), after["customer_id"].to_pylist(), strict=True))
    assert {before: now for before, now in names.items() if before != now}.keys() == {person}
    assert world.items("terminaltable") == states["terminaltable"]
    gone = state.key_of(CUSTOMER, person)[state.KEY]
    assert world.items("customertable") == [item for item in states["customertable"] if item[state.KEY] != gone]
    written = pq.read_table(io.BytesIO(world.s3.get_object(Bucket="lake", Key=CHUNK)["Body"].read()))
    assert written.drop(["customer_id"]) == chunk.drop(["customer_id"])


CHUNK = "features/v1/chunk=20260101-20260108/part.parquet"


def test_unknown_columns_and_objects_keep_what_they_say(world, person, screen):
    """What later releases add to a row stays; what only the person had goes: logged values and the digest of the request."""
    forget(world.target, screen, person)
    rows = [
        json.loads(body) for (_, key, _), body in world.contents().items() if key.startswith("decisions/") and b"forgotten-" in body
    ]
    assert rows
    assert all((row["accepted_at"], row["outcome"], row["features"]) == (1, "allow", None) for row in rows)
    items = [item for item in world.items("decisionstable") if item["customer_id"]["S"].startswith("forgotten-")]
    assert len(items) == len(rows)
    assert all("features" not in item and "answer" in item for item in items)
    head = world.s3.head_object(Bucket="lake", Key=CHUNK)
    assert head["Metadata"] == {"made": "so"}


def test_what_is_interrupted_goes_on_under_the_same_name(world, person, screen, monkeypatch):
    """A crash between two stores leaves a request behind, and the next try is one with it."""

    def crash(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(forgetting, "cut_bucket", crash)
        with pytest.raises(KeyboardInterrupt):
            forget(world.target, screen, person)
    request = Requests(world.dynamodb, "receiptstable").of(person)
    assert request is not None
    assert not request.is_done
    forget(world.target, screen, person)
    names = {name for name in world.history().table["customer_id"].to_pylist() if name.startswith("forgotten-")}
    assert names == {request.pseudonym}
    decided = {item["customer_id"]["S"] for item in world.items("decisionstable")}
    assert {name for name in decided if name.startswith("forgotten-")} == names


def test_forgetting_again_changes_nothing(world, person, screen):
    """The second time there is nobody to forget."""
    forget(world.target, screen, person)
    before = world.contents()
    forget(world.target, screen, person)
    assert world.contents() == before


def test_what_the_customer_pays_since_is_a_strangers(world, person, screen, monkeypatch):
    """It stays, under the customer's own name, and is told apart from what was forgotten."""
    real = forgetting.cut_tables

    def pay_meanwhile(*arguments, **given):
        tallies = real(*arguments, **given)
        world.decide({**world.rows()[-1], "transaction_id": "later"}, at=time.time() + 60)
        return tallies

    monkeypatch.setattr(forgetting, "cut_tables", pay_meanwhile)
    forget(world.target, screen, person)
    kept = [item for item in world.items("decisionstable") if item["customer_id"]["S"] == person]
    assert [item["transaction_id"]["S"] for item in kept] == ["later"]
    assert "1 payments made since are a stranger's" in screen.console.export_text()


def release_of(world, row: dict, *, at: float) -> None:
    """An analyst lets a payment go, who has read the customer's name before it was cut."""
    made = ReleasedPayment(*(row["transaction_id"], row["occurred_us"] + 9, "analyst", row["occurred_us"]), *names_of(row))
    world.dynamodb.put_item(TableName="decisionstable", Item=release.encode(made, at))
    line = json.dumps(made.lake_row())
    world.put("lake", f"releases/dt=2026-01-03/landing-{made.transaction_id}.jsonl", f"{line}\n".encode())


def names_of(row: dict) -> tuple[str, str, int]:
    """Who paid where, and how much."""
    return row["customer_id"], row["terminal_id"], row["amount_minor"]


def test_a_release_makes_no_payment_of_before_a_strangers(world, person, screen):
    """The payment was made before, whenever it is let go: decision, release, lake and state go on under the other name."""
    release_of(world, world.rows()[-1], at=time.time() + 3600)
    forget(world.target, screen, person)
    assert named_in(world, person) == []
    released = [item["customer_id"]["S"] for item in world.items("decisionstable") if item["record"]["S"] == release.KIND]
    assert [name.startswith(forgotten.PREFIX) for name in released] == [True]
    assert "since" not in screen.console.export_text()


def test_a_payment_made_since_keeps_the_name_in_its_release(world, person, screen, monkeypatch):
    """Otherwise the stranger would have an attempt that is never accepted."""
    real = forgetting.cut_tables

    def pay_meanwhile(*arguments, **given):
        later = {**world.rows()[-1], "transaction_id": "later"}
        world.decide(later, at=time.time() + 60)
        release_of(world, later, at=time.time() + 61)
        return real(*arguments, **given)

    monkeypatch.setattr(forgetting, "cut_tables", pay_meanwhile)
    forget(world.target, screen, person)
    kept = [item["record"]["S"] for item in world.items("decisionstable") if item["customer_id"]["S"] == person]
    assert sorted(kept) == ["decision", "release"]
    assert "1 payments made since are a stranger's" in screen.console.export_text()
    search(world.target, screen, person)


def test_the_search_alone_changes_nothing_and_fails_where_somebody_is_named(world, person, screen):
    """It names stores and keys, never what stands there."""
    before = world.contents()
    with pytest.raises(CommandError, match="still named in"):
        search(world.target, screen, person)
    assert world.contents() == before
    search(world.target, screen, "nobody-we-know")


def test_nobody_is_forgotten_while_a_job_may_write_what_it_has_read(world, person, screen):
    """The nightly reconcile would bring back the state of somebody whose rows it read before."""
    world.machines.executions = [{"name": "nightly"}]
    with pytest.raises(CommandError, match="execution nightly runs"):
        forget(world.target, screen, person)
    assert named_in(world, person)


def test_the_list_of_the_forgotten_holds_no_id_and_ends(world, person, screen):
    """A salted digest, for two days: a stream keeps its records for one."""
    forget(world.target, screen, person)
    (item,) = [item for item in world.items("receiptstable") if item["event_id"]["S"] == forgotten.NAME]
    assert person not in repr(item)
    assert float(item["expires_at"]["N"]) == pytest.approx(time.time() + forgotten.KEPT_SECONDS, abs=60)


def test_a_file_of_several_row_groups_keeps_them():
    """Each is written again as it was: a chunk of features may be larger than memory is."""
    table = pa.table({"transaction_id": [f"x{i}" for i in range(9)], "customer_id": ["a", "b", "a"] * 3, "amount": list(range(9))})
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, row_group_size=4, use_dictionary=["customer_id"], column_encoding={"amount": "DELTA_BINARY_PACKED"})
    body, rows = changed_parquet(sink.getvalue().to_pybytes(), Person("a", "forgotten-1", since={"x8"}))
    file = pq.ParquetFile(io.BytesIO(body))
    assert (rows, [file.metadata.row_group(number).num_rows for number in range(3)]) == (5, [4, 4, 1])
    assert "DELTA_BINARY_PACKED" in file.metadata.row_group(0).column(2).encodings
    renamed = ["forgotten-1", "b", "forgotten-1"] * 3
    assert file.read().drop(["customer_id"]) == table.drop(["customer_id"])
    assert file.read()["customer_id"].to_pylist() == [*renamed[:8], "a"]


def test_a_compacted_day_loses_what_only_the_person_had():
    """Beyond its columns a compacted day keeps JSON as text: answers stay, logged values go, others' texts keep every byte."""
    more = ['{"decision": "allow", "features": {"amount": 1.5}}', '{"decision":  "block", "features": {"amount": 2.5}}', None]
    ids = {"transaction_id": ["x1", "x2", "x3"], "customer_id": ["a", "b", "a"]}
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table({**ids, "_more": pa.array(more, pa.string())}), sink, compression="zstd")
    body, rows = changed_parquet(sink.getvalue().to_pybytes(), Person("a", "forgotten-1"))
    after = pq.read_table(io.BytesIO(body))
    assert rows == 2
    assert after["customer_id"].to_pylist() == ["forgotten-1", "b", "forgotten-1"]
    assert json.loads(after["_more"][0].as_py()) == {"decision": "allow", "features": None}
    assert after["_more"].to_pylist()[1:] == more[1:]
