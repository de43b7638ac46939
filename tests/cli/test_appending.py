"""The next month's file is added to a lake as if all had come in one."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from appended_lakes import contents, described, eleven_months, filled
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cli.data.appending import append
from cli.data.dataset import Dataset
from cli.data.upload import imported_document, keys_below
from cli.errors import CommandError


@pytest.fixture(scope="module")
def world():
    """Eleven months."""
    return eleven_months()


def months(dataset: Dataset, cuts: list[int]) -> list[Dataset]:
    """The data set cut at row numbers, each part as a file of its own."""
    bounds = [0, *cuts, dataset.table.num_rows]
    parts = [dataset.table.slice(start, stop - start) for start, stop in itertools.pairwise(bounds)]
    return [replace(dataset, table=part, source_sha256=f"file {number}") for number, part in enumerate(parts)]


def by_calendar(dataset: Dataset) -> list[int]:
    """The first row of each month but the first."""
    number = [datetime.fromtimestamp(moment / 1e6, UTC).month for moment in dataset.table["occurred_us"].to_pylist()]
    return [row for row in range(1, len(number)) if number[row] != number[row - 1]]


def test_eleven_months_one_by_one_are_one_import_of_all_to_the_byte(s3, world):
    """Transactions, reports that fall into a later month, releases, and what the lake says of itself."""
    files = months(world, by_calendar(world))
    assert len(files) == 11
    filled(s3, "whole", world)
    added = filled(s3, "parts", *files)
    assert contents(s3, "parts") == contents(s3, "whole")
    assert described(s3, "parts") == described(s3, "whole")
    assert [one.known for one in added] == [0] * 10
    assert sum(one.new for one in added) == world.table.num_rows - files[0].table.num_rows


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.data())
def test_files_that_overlap_in_any_way_count_every_payment_once(s3, world, data):
    """In any order that begins with the oldest day; each of them twice."""
    table = world.table.slice(0, 200)
    dataset = replace(world, table=table)
    rows = st.integers(0, table.num_rows - 1)
    spans = [(0, data.draw(rows)), *data.draw(st.lists(st.tuples(rows, rows), max_size=4)), (0, table.num_rows - 1)]
    parts = [table.slice(min(span), abs(span[1] - span[0]) + 1) for span in spans]
    files = [replace(dataset, table=part, source_sha256=f"file {n}") for n, part in enumerate(parts)]
    names = [f"lake-{n}" for n in range(2)]
    for name in names:
        for key in keys_below(s3, name, "") if name in [b["Name"] for b in s3.list_buckets()["Buckets"]] else []:
            s3.delete_object(Bucket=name, Key=key)
    filled(s3, names[0], dataset)
    filled(s3, names[1], *files, *(replace(file, source_sha256=f"again {n}") for n, file in enumerate(files)))
    assert contents(s3, names[1]) == contents(s3, names[0])
    assert described(s3, names[1]) == described(s3, names[0])


def test_an_import_that_was_cut_off_goes_on_from_there(s3, world, monkeypatch):
    """At every third write; until then the description is the old one, and no day is there without its reports."""
    first, second = months(replace(world, table=world.table.slice(0, 600)), [300])
    filled(s3, "whole", first, second)
    filled(s3, "cut", first)
    put, old, cuts = s3.put_object, imported_document(s3, "cut"), 0
    while True:
        writes = []

        def failing(_writes=writes, **request):
            _writes.append(request["Key"])
            if len(_writes) > 3:
                raise ClientError({"Error": {"Code": "SlowDown", "Message": "slow down"}}, "PutObject")
            return put(**request)

        monkeypatch.setattr(s3, "put_object", failing)
        try:
            append(s3, "cut", second)
            break
        except CommandError as error:
            assert "it goes on from there" in str(error)  # noqa: PT017 - as often as it takes
            assert imported_document(s3, "cut") == old
            cuts += 1
    monkeypatch.undo()
    assert cuts > 2
    assert contents(s3, "cut") == contents(s3, "whole")
    assert described(s3, "cut") == described(s3, "whole")


def test_the_same_file_again_changes_nothing(s3, world):
    """Nothing is even read."""
    first, second = months(replace(world, table=world.table.slice(0, 600)), [300])
    filled(s3, "twice", first, second)
    before = contents(s3, "twice"), imported_document(s3, "twice")
    again = append(s3, "twice", second)
    assert (again.new, again.known, again.days_written) == (0, second.table.num_rows, 0)
    assert (contents(s3, "twice"), imported_document(s3, "twice")) == before
