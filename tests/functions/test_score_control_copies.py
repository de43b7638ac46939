"""The copies of the control document, whole, older, gone and unreadable: the newest good one is obeyed, and a fault shows."""

from __future__ import annotations

import json
from itertools import product
from typing import Any

import pytest
from bundle_world import bundle, put_bundle
from score_world import World

from functions.score.control import LOOK_SECONDS, Control
from functions.score.health import REMEMBERED_SECONDS
from greenfraud.control import ControlDocument
from greenfraud.items.control import COPIES, Copy, copy_id, key

OLD, NEW = ControlDocument(revision=6), ControlDocument(revision=7)
KINDS: dict[str, tuple[ControlDocument | None, Any]] = {
    "newest": (NEW, None),
    "older": (OLD, None),
    "missing": (None, "missing"),
    "damaged": (None, "damaged"),
    "unreadable": (None, "unreadable"),
}
COMBINATIONS = list(product(KINDS, repeat=COPIES))


def copies_of(kinds: tuple[str, ...]) -> list[Copy]:
    """Four copies."""
    return [Copy(copy_id(index), *KINDS[kind]) for index, kind in enumerate(kinds)]


def expected_faults(kinds: tuple[str, ...], newest: ControlDocument | None) -> list[str]:
    """Each kind of fault among some copies, by its name."""
    faults = {KINDS[kind][1] for kind in kinds} - {None}
    if any(document not in (None, newest) for document, _ in (KINDS[kind] for kind in kinds)):
        faults.add("differs")
    return sorted(faults)


def test_of_every_combination_a_fresh_instance_obeys_the_newest_and_names_every_fault():
    """Whichever copy it reads first; nothing whole at all is a fault, never a platform without a model."""
    for kinds in COMBINATIONS:
        newest = NEW if "newest" in kinds else OLD if "older" in kinds else None
        for first in range(COPIES):
            copies = copies_of(kinds)
            document, faults = Control(lambda copies=copies: copies).in_force(copies[first])
            assert (document, faults) == (newest or ControlDocument(), expected_faults(kinds, newest)), kinds


def test_of_every_combination_a_warm_instance_never_goes_back_and_names_the_fault_it_meets():
    """It knows the newest revision, and goes on obeying it with all copies gone."""
    for kinds in COMBINATIONS:
        for first in range(COPIES):
            now = [0.0]
            copies = copies_of(("newest",) * COPIES)
            control = Control(lambda: copies, clock=lambda: now[0])  # noqa: B023
            assert control.in_force(copies[0]) == (NEW, [])
            now[0], copies = LOOK_SECONDS, copies_of(kinds)
            document, faults = control.in_force(copies[first])
            met = {"newest": (), "unreadable": kinds[first : first + 1]}.get(kinds[first], kinds)
            assert (document, faults) == (NEW, expected_faults(met, NEW)), (kinds, first)


def test_a_warm_instance_that_meets_a_fault_finds_a_newer_revision_in_another_copy():
    """A rollback is obeyed also by whoever reads the copy that it could not reach."""
    copies = copies_of(("older",) * COPIES)
    control = Control(lambda: copies, clock=iter([0.0, LOOK_SECONDS, LOOK_SECONDS]).__next__)
    control.in_force(copies[0])
    copies = copies_of(("missing", "newest", "newest", "newest"))
    assert control.in_force(copies[0]) == (NEW, ["missing"])


def test_two_documents_of_one_revision_are_a_fault():
    """Nobody could have written both; what is known stays in force."""
    other = Copy("copy#1", ControlDocument(revision=7, canary_percent=5))
    copies = [Copy("copy#0", NEW), other, Copy("copy#2", NEW), Copy("copy#3", NEW)]
    assert Control(lambda: copies).in_force(copies[0]) == (NEW, ["differs"])


def test_all_copies_are_read_once_in_a_while_however_long_a_fault_lasts():
    """A table under strain is not asked four times as much; the fault shows in every answer all the same."""
    looks = []
    now = [0.0]
    copies = copies_of(("missing",) * COPIES)
    control = Control(lambda: looks.append(now[0]) or copies, clock=lambda: now[0])
    for tenth in range(120):
        now[0] = tenth / 10
        assert control.in_force(copies[0]).faults == ["missing"]
    assert looks == [0.0, LOOK_SECONDS, 2 * LOOK_SECONDS]


def test_a_store_that_is_away_is_asked_again_at_once_only_by_who_knows_nothing():
    """The second read costs as long as the first."""
    looks = []
    copies = copies_of(("newest",) * COPIES)
    control = Control(lambda: looks.append(1) or copies, clock=iter([0.0, 0.0]).__next__)
    control.in_force(Copy("copy#0", None, "unreadable"))
    assert control.in_force(Copy("copy#0", None, "unreadable")) == (NEW, ["unreadable"])
    assert len(looks) == 1


@pytest.fixture
def world(aws: None) -> World:
    """A service whose seventh revision promotes a model, cold."""
    world = World()
    world.put_control(ControlDocument(revision=7, production=put_bundle(world.s3, bundle())))
    return world


def remove(world: World, *indices: int) -> None:
    """Delete copies behind the service's back."""
    for index in indices:
        world.dynamodb.delete_item(TableName="control", Key=key(copy_id(index)))


def test_with_every_copy_gone_a_fresh_instance_answers_by_rules_and_says_so(world, capsys):
    """Flagged, degraded, counted; neither health nor the model card takes it for a platform without a model."""
    remove(world, 0, 1, 2, 3)
    answer = world.score()
    assert (answer["model"], answer["degraded"][-1]) == (None, "control_missing")
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["Fault"] for line in lines if "ControlFault" in line] == ["missing"]
    assert [line["Degraded"] for line in lines if "Decisions" in line] == [1]
    card = world.http.get("/v1/model").json()
    assert (card["answered_by"], card["degraded"]) == ("rules", ["control_missing"])
    assert world.http.get("/health").json() == {"status": "degraded"}


def test_with_every_copy_gone_a_warm_instance_goes_on_with_its_model(world):
    """And says that it cannot know whether that is still production."""
    assert world.score()["degraded"] == ["customer_missing", "terminal_missing"]
    remove(world, 0, 1, 2, 3)
    answer = world.score(transaction_id="T2")
    assert (answer["model"]["version"], answer["degraded"][-1]) == ("v1", "control_missing")


def test_with_one_copy_gone_a_fresh_instance_answers_by_the_model_and_says_so(world):
    """Whichever copy it reads first."""
    remove(world, 2)
    answer = world.score()
    assert (answer["model"]["version"], answer["degraded"][-1]) == ("v1", "control_missing")


@pytest.mark.parametrize("path", ["/v1/model", "/health"])
def test_a_fault_of_the_copies_is_counted_whoever_met_it(world, capsys, path):
    """Nobody may have been scored yet."""
    remove(world, 0, 1, 2, 3)
    world.http.get(path)
    assert '"ControlFault":1' in capsys.readouterr().out


def test_a_platform_where_nothing_was_promoted_is_well(aws, capsys):
    """The deployment has written it down: no fault, no flag, no alarm."""
    world = World()
    assert world.score()["degraded"] == ["customer_missing", "terminal_missing"]
    assert world.http.get("/health").json() == {"status": "ok"}
    assert "ControlFault" not in capsys.readouterr().out


def test_health_is_degraded_where_states_cannot_be_read(world):
    """Every answer would say so; the control document alone is not the service."""

    def without_states(real, RequestItems):
        left = {table: part for table, part in RequestItems.items() if table != "control"}
        rest = {table: part for table, part in RequestItems.items() if table == "control"}
        return (real(RequestItems=rest) if rest else {"Responses": {}}) | {"UnprocessedKeys": left}

    assert world.http.get("/health").json() == {"status": "ok"}
    world.dynamodb.faults["batch_get_item"] = without_states
    world.now = REMEMBERED_SECONDS
    assert world.http.get("/health").json() == {"status": "degraded"}
