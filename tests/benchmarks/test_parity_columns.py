"""Declared columns are replayed like everything else: in a copy of the project, by functions here or by deployed ones."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from benchmarks.parity.client import Client
from benchmarks.parity.columns import with_columns
from benchmarks.parity.entities import Sent, entities_of
from benchmarks.parity.landing import Landing
from benchmarks.parity.outcomes import Told
from benchmarks.parity.replay import most_together
from cli.data.world import WorldSpecification, make_world
from greenfraud.features.columns import KINDS, read_columns
from greenfraud.features.manifest import Manifest
from greenfraud.records import Label, Release, Transaction
from tests.declared_columns import with_columns as declared  # noqa: F401
from tests.extra_columns import declared as declared_numbers  # noqa: F401
from toolchain.copied_tree import ROOMS, copy_tree

ROOT = Path(__file__).parents[2]
COLUMNS = ROOT / "benchmarks/parity/columns.toml"
PAID = Transaction("T1", 5, "C1", "M1", 100, extras={"device": "D1", "email_domain": "mail.example"})


def test_the_declared_set_has_every_kind_and_three_entities_more():
    """What the benchmark says of declared columns is said of all of them."""
    columns = read_columns(tomllib.loads(COLUMNS.read_text()))
    assert {one.kind for one in columns} == set(KINDS)
    assert [one.kind for one in columns].count("entity") == 3


def test_a_generated_world_has_a_value_for_every_column_and_some_payments_none(declared: Manifest):  # noqa: F811
    """Devices are mostly a customer's own, merchant categories many people's; the same world always has the same."""
    world = make_world(WorldSpecification(customers=60, days=20))
    table = with_columns(world, declared).table
    assert table.equals(with_columns(world, declared).table)
    for column in declared.extra_columns:
        assert 0 < table[column].null_count < table.num_rows / 10, column
    users = table.group_by("device").aggregate([("customer_id", "count_distinct")])["customer_id_count_distinct"].to_pylist()
    assert users.count(1) > len(users) / 2
    assert max(users) > 1


def test_what_a_file_says_of_a_column_stays(declared: Manifest):  # noqa: F811
    """Only what is missing is made up."""
    world = with_columns(make_world(WorldSpecification(customers=60, days=5)), declared)
    assert with_columns(world, declared).table.equals(world.table)


def test_a_generated_category_is_one_of_those_declared_or_another(declared_numbers: Manifest):  # noqa: F811
    """Else the feature would say nothing."""
    table = with_columns(make_world(WorldSpecification(customers=60, days=5)), declared_numbers).table
    assert set(table["channel"].to_pylist()) == {"web", "app", "none of them", None}


def test_who_shares_a_device_is_scored_by_another_request(declared: Manifest):  # noqa: F811
    """Every entity of a payment counts, and one request reads all of them at once."""
    assert entities_of(PAID) == {"customer C1", "terminal M1", "device D1"}
    assert most_together() * len(declared.views) < 100


def test_what_is_sent_is_found_again_by_its_receipts():
    """A legitimate label lets a held payment go by a record of its own."""
    fraud, fine = (Label("T1", is_fraud=is_fraud, observed_us=9) for is_fraud in (True, False))
    assert Sent.scored(PAID).event_ids == ("decision#T1",)
    assert Sent.told(Told(9, PAID, fraud)).event_ids == ("report#T1",)
    assert Sent.told(Told(9, PAID, fine)).event_ids == ("report#T1", "release#T1")
    assert Sent.told(Told(9, PAID, Release("T1", 9))).event_ids == ("release#T1",)


class Receipts:
    """A table in which one more receipt is found at each look."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    def batch_get_item(self, *, RequestItems: dict) -> dict:
        """Answer with as many of the keys as there were looks."""
        keys = RequestItems["receipts"]["Keys"]
        self.asked.append([key["event_id"]["S"] for key in keys])
        return {"Responses": {"receipts": keys[: len(self.asked)]}}


def test_nobody_is_scored_before_what_was_sent_about_them_counts(declared: Manifest):  # noqa: F811
    """Until every receipt of their entities is there; of others nobody asks."""
    table = Receipts()
    landing = Landing(table, "receipts")
    others = [Transaction(f"O{number}", 5, f"O{number}", None, 100) for number in range(3)]
    same_device = Transaction("T2", 6, "C2", None, 100, extras={"device": "D1"})
    landing.follow([Sent.scored(one) for one in (PAID, same_device, *others)])
    landing.deliver(7, {"device D1", "customer C9"})
    assert table.asked == [["decision#T1", "decision#T2"], ["decision#T2"]]
    with pytest.raises(ValueError, match="as soon as it can"):
        landing.follow([Sent.scored(PAID)], lag_us=1)


def test_a_refused_request_says_what_the_api_said():
    """A replay that goes on without an answer would compare less than it tells."""
    client = Client(lambda path, _: (400, f"{path} is wrong"))
    with pytest.raises(RuntimeError, match="400 '/v1/labels is wrong'"):
        client.report([])


def test_the_tree_is_copied_without_what_it_did(tmp_path: Path):
    """Sources, every room of the project, and the way to the tools: what is declared there is declared nowhere else."""
    tree = copy_tree(tmp_path / "tree", rooms=["benchmarks"])
    assert {*ROOMS, "benchmarks", "tests"} >= {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert {path.name for path in tree.iterdir() if path.is_dir() and not path.is_symlink()} == {*ROOMS, "benchmarks"}
    assert (tree / "feature_repo/columns.toml").read_bytes() == (ROOT / "feature_repo/columns.toml").read_bytes()
    assert not (tree / "feature_repo/columns.toml").is_symlink()
    assert not (tree / "tests").exists()
    assert not (tree / ".local/bench").exists()


def bench(*arguments: str) -> tuple[int, dict[str, float]]:
    """A small run with the benchmark's own declarations; its results are those of the newest file."""
    command = [sys.executable, "-m", "benchmarks.parity", "--declared", str(COLUMNS), *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr[-2_000:]
    newest = max((ROOT / ".local/bench").glob("parity-columns*.json"), key=lambda path: path.stat().st_mtime)
    return done.returncode, json.loads(newest.read_text())["measures"]


@pytest.mark.slow
@pytest.mark.xdist_group("feast")
@pytest.mark.parametrize(("how", "rows"), [((), 300), (("--deployed",), 100)], ids=["here", "deployed"])
def test_a_small_replay_with_columns_differs_in_nothing(how: tuple[str, ...], rows: int):
    """Score, stream, ingest, lake and features job with five entities, and Feast as the judge; deployed, over HTTP too."""
    code, measures = bench(*how, "--rows", str(rows))
    assert code == 0
    assert measures["compared_values"] == rows * measures["features"]
    assert (measures["differing_values"], measures["feast_differing"], measures["degraded"], measures["rejected"]) == (0, 0, 0, 0)
    assert measures["feast_compared"] == rows
    assert (measures["injected_faults"] == 0) == ("--deployed" in how)
    assert measures["ip_count_28d_nondefault_share"] > 0.9
    assert measures["customer_first_bin_nondefault_share"] > 0.9
