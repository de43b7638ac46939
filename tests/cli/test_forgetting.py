"""A person is forgotten everywhere, others stay as they are to the bit, and a search says so."""

from __future__ import annotations

import io
import json
import re
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from forgettable_platform import CUSTOMER, named_in

from cli.errors import CommandError
from cli.forgetting import forget as forgetting
from cli.forgetting.forget import forget, search
from cli.forgetting.requests import Requests
from greenfraud.items import casework, forgotten, release, state
from greenfraud.items.casework import Finding, Note
from greenfraud.items.release import ReleasedPayment


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
    """Terminals go on counting the payments: only the name in them is another one's, who may share a place or share none."""
    history, features = world.history().table, world.features()
    states = {table: world.items(table) for table in ("customertable", "terminaltable")}
    chunk = pq.read_table(io.BytesIO(world.s3.get_object(Bucket="lake", Key=CHUNK)["Body"].read()))
    forget(world.target, screen, person)
    after = world.history().table
    rebuilt = world.features()
    short = rebuilt.pop("terminal_customers_1h") - features.pop("terminal_customers_1h")
    assert np.abs(short).max() <= 1.0
    assert {name: column.tobytes() for name, column in rebuilt.items()} == {
        name: column.tobytes() for name, column in features.items()
    }
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
    search(world.target, screen, person)


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


def test_what_analysts_wrote_about_a_customer_goes_and_what_they_decided_stays(world, person, screen):
    """Notes may name anybody; who decided what about which payment is the team's own record."""
    decided = next(item for item in world.items("decisionstable") if item["customer_id"]["S"] == person)
    made = casework.of_decision(decided)
    note = Note("arn:aws:iam::123456789012:user/ana", 7, "Mrs. Lind called")
    made = replace(made, notes=(note,), finding=Finding(is_fraud=True, by=note.by, at_us=8))
    world.dynamodb.put_item(TableName="decisionstable", Item=casework.put(made, "")["Item"])
    forget(world.target, screen, person)
    assert named_in(world, person) == []
    (item,) = [item for item in world.items("decisionstable") if item["record"]["S"] == casework.KIND]
    kept = casework.decode(item)
    assert (kept.notes, kept.finding, kept.customer_id.startswith(forgotten.PREFIX)) == ((), made.finding, True)


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
    world.machines.executions = [ended("yesterday"), {**ended("nightly"), "status": "RUNNING"}]
    with pytest.raises(CommandError, match="execution nightly runs"):
        forget(world.target, screen, person)
    assert named_in(world, person)


def test_nobody_is_forgotten_while_any_state_machine_of_ours_runs(world, person, screen):
    """Whichever the stack Training names: a job that tells labels writes a release with the customer's id."""
    machines = re.findall(r'"(\w*StateMachineArn)":', (Path(__file__).parents[2] / "cdk/stacks/training.py").read_text())
    assert len(machines) >= 3
    for output in machines:
        world.target.outputs[output] = output
        world.machines.executions = [{**ended("told"), "status": "RUNNING", "of": output}]
        with pytest.raises(CommandError, match="execution told runs"):
            forget(world.target, screen, person)
    assert named_in(world, person)


def ended(name: str, **changes: object) -> dict[str, object]:
    """An execution as the list tells of it."""
    return {"executionArn": f"arn:{name}", "name": name, "status": "SUCCEEDED", "redriveCount": 0} | changes


@pytest.mark.parametrize("after", [ended("short"), ended("yesterday", redriveCount=1), ended("yesterday", status="FAILED")])
def test_an_execution_that_came_and_went_meanwhile_is_no_success(world, person, screen, monkeypatch, after):
    """Nobody knows what it wrote after the search had passed there; one that had ended before does not matter."""
    world.machines.executions = [ended("yesterday")]
    real = forgetting.search_tables

    def execute_meanwhile(*arguments):
        world.machines.executions = [after] if after["name"] == "yesterday" else [after, ended("yesterday")]
        return real(*arguments)

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(forgetting, "search_tables", execute_meanwhile)
        with pytest.raises(CommandError, match=f"execution {after['name']} ran meanwhile.* Run the command again"):
            forget(world.target, screen, person)
    assert not Requests(world.dynamodb, "receiptstable").of(person).is_done
    forget(world.target, screen, person)
    assert Requests(world.dynamodb, "receiptstable").of(person).is_done


def test_the_list_of_the_forgotten_holds_no_id_and_ends(world, person, screen):
    """A salted digest, for two days: a stream keeps its records for one."""
    forget(world.target, screen, person)
    (item,) = [item for item in world.items("receiptstable") if item["event_id"]["S"] == forgotten.NAME]
    assert person not in repr(item)
    assert float(item["expires_at"]["N"]) == pytest.approx(time.time() + forgotten.KEPT_SECONDS, abs=3600)
