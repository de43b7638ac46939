"""The walk of the page docs/new-feature.md on a running platform, and what it leaves to look at."""

from __future__ import annotations

import re
import textwrap
import time
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from cli.data.dataset import hold_back
from cli.data.upload import keys_below, upload
from cli.data.world import make_world
from greenfraud.bundle import MANIFEST_FILE, BundleManifest
from greenfraud.features.encoding import entity_id
from greenfraud.features.manifest import Manifest
from greenfraud.features.tiles import ViewState
from greenfraud.instants import DAY_US, HOUR_US, SECOND_US, day_of, format_rfc3339, start_of_day_us
from greenfraud.items import state as state_items
from greenfraud.naming import execution_key, models_prefix, transactions_prefix
from greenfraud.outcomes import ALLOW
from tests.e2e.deployment import Deployment, wait_until
from tests.e2e.first_run import WORLD
from tests.e2e.traffic import Traffic
from tests.working_copy import ROOT, TERMINAL_DECLARATIONS, WorkingCopy
from training.features.history import History, read_history

PAGE = ROOT / "docs/new-feature.md"
FAMILY = "light"
LIVELY = 40  # customers and terminals that the traffic keeps touching
FOREVER_US = 2**62
GAP_US = 60 * SECOND_US  # between the traffic's end and the last scores
RETRAIN_SECONDS = 900  # two minutes of it pass while events land


@dataclass(frozen=True)
class LakeOf:
    """The lake as the jobs read it."""

    deployment: Deployment
    known: dict[str, bytes] = field(default_factory=dict)  # nothing is compacted here, so what lies there never changes

    def folders(self, prefix: str) -> list[str]:
        """The names of the next level."""
        return sorted({key.removeprefix(prefix).partition("/")[0] for key in self.keys(prefix)})

    def keys(self, prefix: str) -> list[str]:
        """Every key below a prefix."""
        return keys_below(self.deployment.client("s3"), self.deployment.outputs["LakeBucket"], prefix)

    def get(self, key: str) -> bytes:
        """One object, fetched once."""
        if key not in self.known:
            self.known[key] = self.deployment.read(self.deployment.outputs["LakeBucket"], key)
        return self.known[key]


@dataclass(frozen=True)
class Walk:
    """What the walk left behind."""

    deployment: Deployment
    lake: LakeOf
    traffic: Traffic
    before: Manifest
    after: Manifest
    manifest_tests: list[int]  # exit codes: as it was, with the declaration, compiled
    models: tuple[str, str]  # in production: before, and at the end
    execution: str
    last: list[dict[str, Any]]  # one transaction at each of some terminals, after all was quiet

    @property
    def as_of_us(self) -> int:
        """The newest event."""
        return self.traffic.now_us + GAP_US

    @cached_property
    def history(self) -> History:
        """All that is in the lake."""
        return read_history(self.lake)

    def stored(self, view_name: str) -> dict[str, ViewState]:
        """The online states of a view by entity id, read by the new manifest."""
        view, client = self.after.views[view_name], self.deployment.client("dynamodb")
        pages = client.get_paginator("scan").paginate(TableName=view.table)
        items = [item for page in pages for item in page["Items"]]
        states = {state_items.identity_of(item): state_items.decode(view, item, time.time()) for item in items}
        return {key: state for key, state in states.items() if state is not None}

    def replayed(self, view_name: str, until_us: int = FOREVER_US) -> dict[str, ViewState]:
        """The states of the entities that the traffic touched, from the lake, one event after the other."""
        view = self.after.views[view_name]
        touched = {transaction[view.join_key] for transaction, _ in self.traffic.scored}
        states = {identity: ViewState.empty(view) for identity in touched}
        history = self.history
        other = "terminal_id" if view.join_key == "customer_id" else "customer_id"
        whose, met, decided = (history.table[name].to_pylist() for name in (view.join_key, other, "decision"))
        for row, identity in enumerate(whose):
            if identity in states and history.occurred_us[row] <= until_us:
                amount_minor = int(history.amount_minor[row])
                states[identity] = states[identity].add_transaction(
                    int(history.occurred_us[row]), amount_minor, decided[row] or ALLOW, met[row]
                )
        for row, observed_us in zip(*history.reports(), strict=True):
            if whose[row] in states and view.keeps_reports:
                states[whose[row]] = states[whose[row]].add_report(int(observed_us))
        return {entity_id(view.join_key, identity): state for identity, state in states.items()}

    def bundle(self, model: str) -> BundleManifest:
        """The manifest of a trained model."""
        key = models_prefix(*model.split("/")) + MANIFEST_FILE
        return BundleManifest.from_bytes(self.deployment.read(self.deployment.outputs["ArtifactsBucket"], key))


def walked(deployment: Deployment, copy: WorkingCopy) -> Walk:
    """Start from a model in production and traffic; end when all that was sent is counted."""
    dataset, held_back = hold_back(make_world(WORLD))
    upload(deployment.client("s3"), deployment.outputs["LakeBucket"], dataset, held_back)
    assert deployment.execute({"families": [FAMILY]})["status"] == "SUCCEEDED"
    old, before = deployment.health()["model"], copy.manifest
    assert old.startswith(FAMILY)
    day_us = start_of_day_us(day_of(dataset.newest_us)) + DAY_US
    lake = LakeOf(deployment)
    traffic = Traffic(deployment.target.api, *lively(dataset.table), day_us + 10 * HOUR_US)
    traffic.start()
    began = time.monotonic()
    try:
        manifest_tests = [copy.manifest_test().returncode]
        declare(copy)
        manifest_tests.append(copy.manifest_test().returncode)
        copy.compile()
        manifest_tests.append(copy.manifest_test().returncode)
        copy.synthesise()
        deployment.deploy()
        # Two days later by the traffic's clock: the day of the deployment is over, as it is when the weekly run comes.
        traffic.jump_to(day_us + 2 * DAY_US + 10 * HOUR_US)
        wait_until(lambda: lake.keys(transactions_prefix(day_of(day_us + 2 * DAY_US))))
        retrained = deployment.command("retrain", "--force", "--families", FAMILY, seconds=RETRAIN_SECONDS)
        assert retrained.returncode == 0, retrained.stdout + retrained.stderr
        execution = execution_key(re.findall(r"execution (arn:\S+)", retrained.stdout)[0])
        new = in_production(deployment, execution)
        wait_until(lambda: traffic.models[-1] == new)
    finally:
        traffic.stop()
    print(f"{traffic.requests} requests in {time.monotonic() - began:.0f} s, the longest {traffic.longest_seconds:.2f} s")
    # A failed request may land or not: nothing more could be told.
    assert traffic.failures == [], traffic.failures[:5]
    sent = {transaction["transaction_id"] for transaction, _ in traffic.scored}
    wait_until(lambda: landed_ids(lake, day_us) == sent, pause=1)
    last = final_scores(traffic)
    for transaction in last:
        deployment.answer("POST", "/v1/score", transaction)
    sent |= {transaction["transaction_id"] for transaction in last}
    wait_until(lambda: landed_ids(lake, day_us) == sent, pause=1)
    return Walk(deployment, lake, traffic, before, copy.manifest, manifest_tests, (old, new), execution, last)


def lively(table) -> tuple[list[str], list[str]]:
    """Customers and terminals for the traffic; no imported report about them is still to be observed."""
    newest_us = table["occurred_us"][-1].as_py()
    rows = table.select(["customer_id", "terminal_id", "observed_us"]).to_pylist()
    awaited = {row["terminal_id"] for row in rows if row["observed_us"] and row["observed_us"] > newest_us}
    terminals = dict.fromkeys(row["terminal_id"] for row in rows if row["terminal_id"] not in awaited)
    return list(dict.fromkeys(row["customer_id"] for row in rows))[:LIVELY], list(terminals)[:LIVELY]


def declare(copy: WorkingCopy) -> None:
    """Write what the page shows: the series, the feature, and the series' line in the test."""
    series, feature, line = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    newest = '        Series(name="t_tried_m5", hop="5min", measures=("count",)),\n'
    copy.edit(TERMINAL_DECLARATIONS, newest, newest + textwrap.indent(series, 8 * " "))
    copy.edit(TERMINAL_DECLARATIONS, "\nTERMINAL_FEATURES = (\n", "\nTERMINAL_FEATURES = (\n" + textwrap.indent(feature, 4 * " "))
    newest = '        "t_rd1": ("reports",),\n'
    copy.edit("tests/feature_repo/test_declarations.py", newest, newest + textwrap.indent(line, 8 * " "))


def landed_ids(lake: LakeOf, from_us: int) -> set[str]:
    """Ids of the transactions that have landed, and so have been counted, since a moment."""
    history = read_history(lake, day_of(from_us))
    return set(history.table["transaction_id"].to_pylist())


def in_production(deployment: Deployment, execution: str) -> str:
    """The model that an execution trained; promoted by hand where the gate kept the old one."""
    (family,) = deployment.document(execution, "plan.json")["families"]
    version = family["chunks"][-1]["version"]
    model = f"{FAMILY}/{version}"
    if deployment.health()["model"] != model:
        deployment.promote(FAMILY, version, "tried out")
    return model


def final_scores(traffic: Traffic) -> list[dict[str, Any]]:
    """A transaction at each of ten terminals, a minute after the last of all."""
    newest, _ = traffic.scored[-1]
    terminals = sorted({transaction["terminal_id"] for transaction, _ in traffic.scored})[:10]
    return [
        {
            **newest,
            "transaction_id": f"final-{terminal}",
            "customer_id": f"final-{terminal}",
            "terminal_id": terminal,
            "occurred_at": format_rfc3339(traffic.now_us + GAP_US),
        }
        for terminal in terminals
    ]
