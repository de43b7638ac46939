"""Whatever order, repetition, race or crash: every event counts once, lands, and is paid for once."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable

import pytest
from botocore.exceptions import ReadTimeoutError
from hypothesis import given, settings
from hypothesis import strategies as st
from ingest_world import CUSTOMER, DAY_US, GRAMS, HOUR_US, START_US, TERMINAL, MemoryWorld, Record, decision, expected, report
from memory_aws import Crash, MemoryAws, cancelled, throttled

from functions.ingest.online import GROUP_ATTEMPTS

CUSTOMERS, TERMINALS = ("C1", "C2", "C3"), ("M1", "M2", None)


def history(count: int, seed: int) -> list[Record]:
    """Transactions of three customers at two terminals over half a year, every fifth of them reported."""
    chance = random.Random(seed)
    records = []
    for number in range(count):
        terminal, at_us = chance.choice(TERMINALS), START_US + chance.randrange(180 * DAY_US)
        records.append(decision(f"T{number}", chance.choice(CUSTOMERS), terminal, at_us, chance.randrange(10_000)))
        if number % 5 == 0:
            records.append(report(f"T{number}", terminal, at_us + 7 * DAY_US))
    return records


def assert_everything_counts_once(world: MemoryWorld, records: list[Record]) -> None:
    """States, lake and emissions are those of the records, each once."""
    for view, identities in ((CUSTOMER, CUSTOMERS), (TERMINAL, TERMINALS[:2])):
        for identity in identities:
            assert world.state(view, identity) == expected(view, identity, records)
    decided = {one["dynamodb"]["SequenceNumber"] for one in records if "customer_id" in one["dynamodb"]["NewImage"]}
    assert set(world.landed("transactions")) == set(world.landed("decisions")) == decided
    assert len(world.landed("labels")) == len({one["dynamodb"]["SequenceNumber"] for one in records}) - len(decided)
    assert world.emissions() == (len(decided) * GRAMS, len(decided))


class Weather:
    """Faults at random calls, each as it may happen at AWS; after enough of them it clears up."""

    def __init__(self, seed: int, most: int = 12) -> None:
        self._chance, self._left = random.Random(seed), most

    def before(self, _: int, operation: str) -> None:
        """The call does not reach its service, or is refused there."""
        faults = [Crash()]
        if operation in {"batch_get_item", "transact_write_items"}:
            faults += [throttled(operation), ReadTimeoutError(endpoint_url="x")]
        if operation == "transact_write_items":
            faults += [cancelled("None", "TransactionConflict"), cancelled("ThrottlingError")]
        self._strike(faults)

    def after(self, _: int, operation: str) -> None:
        """The call took effect, and nobody heard of it."""
        self._strike([Crash(), *([ReadTimeoutError(endpoint_url="x")] if operation == "transact_write_items" else [])])

    def _strike(self, faults: list[BaseException]) -> None:
        if self._left and self._chance.random() < 0.3:
            self._left -= 1
            raise self._chance.choice(faults)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32), count=st.integers(1, 40), size=st.integers(1, 50))
def test_duplicates_reorders_crashes_and_throttles_change_nothing(seed, count, size):
    """Any delivery that Lambda may make of a history gives the state of the history."""
    chance, records = random.Random(seed), history(count, seed)
    delivered = records + chance.choices(records, k=count)
    chance.shuffle(delivered)
    weather, world = Weather(seed), MemoryWorld()
    world.aws.before, world.aws.after = weather.before, weather.after
    for start in range(0, len(delivered), size):
        world.deliver(delivered[start : start + size])
    assert_everything_counts_once(world, records)


def crash_at(number: int) -> Callable[[int, str], None]:
    """The process ends at this call."""

    def crash(call: int, _: str) -> None:
        if call == number:
            raise Crash

    return crash


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_crash_between_any_two_calls_leaves_nothing_undone_and_nothing_twice(moment):
    """The batch is delivered again, as Lambda does."""
    records = history(60, 1)
    untouched = MemoryWorld()
    untouched.deliver(records)
    assert len(untouched.aws.calls) > 10
    for number in range(len(untouched.aws.calls)):
        world = MemoryWorld()
        setattr(world.aws, moment, crash_at(number))
        world.deliver(records)
        assert_everything_counts_once(world, records)


def test_a_batch_that_lambda_cuts_in_two_after_a_crash_pays_its_emissions_once():
    """The group's first receipt keeps what the group emitted."""
    records = history(20, 2)
    world = MemoryWorld()
    world.aws.before = lambda _, operation: crash_at(0)(0, operation) if operation == "put_object" else None
    with pytest.raises(Crash):
        world.ingest(*records)
    world.aws.before = lambda *_: None
    world.deliver(records[13:])
    world.deliver(records[:13])
    assert_everything_counts_once(world, records)


@pytest.mark.parametrize("writers", [2, 8])
def test_concurrent_writers_on_three_customers_end_in_the_sequential_state(writers):
    """Every writer has its own records and some of its neighbour's."""
    aws, records = MemoryAws(), history(240, 3)
    shares = [records[number::writers] + records[(number + 1) % writers :: writers][:10] for number in range(writers)]

    def write(share: list[Record]) -> None:
        world = MemoryWorld(aws)
        for start in range(0, len(share), 20):
            world.deliver(share[start : start + 20])

    threads = [threading.Thread(target=write, args=(share,)) for share in shares]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert_everything_counts_once(MemoryWorld(aws), records)


def test_a_hot_terminal_costs_a_handful_of_calls():
    """A hundred events of a hundred customers at one terminal: its state is written once a group, not once an event."""
    world = MemoryWorld()
    records = [decision(f"T{number}", f"C{number}", "M1", START_US + number) for number in range(100)]
    assert world.ingest(*records) == []
    assert world.state(TERMINAL, "M1") == expected(TERMINAL, "M1", records)
    operations = [operation for operation, _ in world.aws.calls if operation != "put_object"]
    assert operations == ["batch_get_item", "transact_write_items"] * 3
    assert world.item(TERMINAL, "M1")["version"] == {"N": "3"}


@pytest.mark.parametrize("distinct", [1, 100])
def test_a_group_is_as_large_as_one_read_and_one_write(distinct):
    """A hundred items, whether events share their entities or not."""
    world = MemoryWorld()
    records = [decision(f"T{number}", f"C{number % distinct}", f"M{number % distinct}", START_US) for number in range(150)]
    assert world.ingest(*records) == []
    sizes = [size for operation, size in world.aws.calls if operation == "transact_write_items"]
    assert sizes == ([100, 54] if distinct == 1 else [99, 99, 99, 99, 54])


def test_an_event_alone_costs_one_read_and_one_write():
    """Whether decision or report: a report brings its terminal along."""
    world = MemoryWorld()
    for record in (decision("T1", "C1", "M1", START_US), report("T1", "M1", START_US + DAY_US)):
        world.aws.calls.clear()
        assert world.ingest(record) == []
        assert [operation for operation, _ in world.aws.calls][:2] == ["batch_get_item", "transact_write_items"]
        assert {operation for operation, _ in world.aws.calls[2:]} == {"put_object"}


def test_a_group_that_keeps_losing_goes_on_in_halves():
    """Until each event stands alone, if need be."""
    world, lost = MemoryWorld(), iter(range(2 * GROUP_ATTEMPTS))

    def lose(_: int, operation: str) -> None:
        if operation == "transact_write_items" and next(lost, None) is not None:
            raise cancelled("None", "TransactionConflict")

    world.aws.before = lose
    records = [decision(f"T{number}", "C1", "M1", START_US + number) for number in range(8)]
    assert world.ingest(*records) == []
    assert [size for operation, size in world.aws.calls if operation == "transact_write_items"] == [
        *[10] * GROUP_ATTEMPTS,
        *[6] * GROUP_ATTEMPTS,
        4,
        4,
        6,
    ]
    assert_everything_counts_once(world, records)


def test_what_cannot_be_applied_is_reported_and_the_others_are_unaffected():
    """Alone, at last, it fails alone."""
    world, records = MemoryWorld(), [decision(f"T{number}", f"C{number}", None, START_US) for number in range(8)]
    commit = world.aws.transact_write_items

    def refuse_t5(*, TransactItems):
        if any(put["Put"]["Item"].get("event_id") == {"S": "decision#T5"} for put in TransactItems):
            raise cancelled("ValidationError")
        return commit(TransactItems=TransactItems)

    world.aws.transact_write_items = refuse_t5
    assert world.ingest(*records) == ["T5"]
    assert set(world.landed("transactions")) == {f"T{number}" for number in range(8) if number != 5}
    assert world.emissions() == (7 * GRAMS, 7)


def test_when_time_is_up_the_rest_is_delivered_again():
    """Better than being killed in the middle: what was applied still lands."""
    world, records = MemoryWorld(), history(20, 4)
    numbers = [record["dynamodb"]["SequenceNumber"] for record in records]
    assert world.ingest(*records, seconds=-1) == numbers
    assert world.aws.calls == []
    world.deliver(records)
    assert_everything_counts_once(world, records)


def test_late_events_count_where_their_tile_is_retained_and_nowhere_else(capsys):
    """The order of arrival makes no difference to the state; what is refused still lands."""
    newest_us, retained_us = START_US + 200 * DAY_US, min(CUSTOMER.retention_us, TERMINAL.retention_us)
    records = [
        decision("newest", "C1", "M1", newest_us),
        decision("within", "C1", "M1", newest_us - retained_us + 2 * DAY_US),
        decision("hours", "C1", "M1", newest_us - 3 * HOUR_US),
        decision("ancient", "C1", "M1", START_US),
    ]
    world, backwards = MemoryWorld(), MemoryWorld()
    world.deliver(records)
    assert '"IngestRefusedLate": 2' in capsys.readouterr().out  # by the customer and by the terminal
    backwards.deliver(records[::-1])
    for view, identity in ((CUSTOMER, "C1"), (TERMINAL, "M1")):
        assert world.state(view, identity) == backwards.state(view, identity) == expected(view, identity, records[:3])
    assert "ancient" in world.landed("transactions")
    assert ("receipts", "decision#ancient") in world.aws.items
